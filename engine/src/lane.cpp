#include <algorithm>
#include <system_error>
#include <utility>

#include <pthread.h>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/lane.hpp>
#include <spinoff/engine/timer_service.hpp>

namespace spinoff::engine {

namespace {

// For debuggers and `top -H`, which show this much of it.
void name_this_thread(const std::string& name) noexcept {
  constexpr std::size_t kLongest = 15;
  pthread_setname_np(pthread_self(), name.substr(0, kLongest).c_str());
}

}  // namespace

Lane::Lane(Home home, Limits limits, Crew& crew, std::function<void()> on_vacant)
    : home_(home), limits_(limits), crew_(crew), on_vacant_(std::move(on_vacant)) {}

bool Lane::enter(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  if (ends_) {
    return false;
  }
  name_ = name;
  if (threads_ == 0) {
    start_thread();
  }
  ++actors_;
  return true;
}

void Lane::leave() {
  const std::scoped_lock lock(mutex_);
  remove_actor();
}

void Lane::start(Cell& cell) {
  const std::scoped_lock lock(mutex_);
  cell.move_home(home_);
  cell.set_scheduled(true);
  add(cell);
}

void Lane::schedule(Cell& cell) {
  const std::scoped_lock lock(mutex_);
  if (cell.home() != home_ || cell.is_scheduled()) {
    return;
  }
  cell.set_scheduled(true);
  add(cell);
}

void Lane::end() {
  const std::scoped_lock lock(mutex_);
  ends_ = true;
  call_all();
}

void Lane::add_to(DispatcherCounters& counters) const {
  const std::scoped_lock lock(mutex_);
  counters.messages += messages_;
  counters.turns += turns_;
  counters.threads += threads_;
  counters.queue_length += due_.size();
}

bool Lane::settle(Cell& cell) {
  const std::scoped_lock lock(mutex_);
  if (!cell.mailbox().try_idle()) {
    return false;
  }
  cell.set_scheduled(false);
  return true;
}

// The thread itself looks next, so nobody is called.
void Lane::yield(Cell& cell) {
  const std::scoped_lock lock(mutex_);
  due_.push_back(&cell);
}

void Lane::let_go(Cell& cell) {
  const std::scoped_lock lock(mutex_);
  cell.move_home(kNowhere);
  remove_actor();
}

void Lane::run(const std::string& name) {
  name_this_thread(name);
  t_current = this;
  std::unique_lock lock(mutex_);
  --coming_;
  while (Cell* const cell = next(lock)) {
    lock.unlock();
    const unsigned messages = cell->run_turn();
    lock.lock();
    ++turns_;
    messages_ += messages;
  }
  t_current = nullptr;
  --threads_;
  const bool is_vacant = threads_ == 0 && actors_ == 0;
  lock.unlock();
  if (is_vacant && on_vacant_) {
    on_vacant_();
  }
}

// Whose turn is next; null if the thread is to end.
Cell* Lane::next(std::unique_lock<std::mutex>& lock) {
  if (!due_.empty()) {
    Cell* const cell = due_.front();
    due_.pop_front();
    return cell;
  }
  Seat seat;
  idle_.push_back(&seat);
  bool stayed = true;
  Clock::time_point until;
  while (seat.cell == nullptr && !ends_) {
    if (must_stay()) {
      seat.called.wait(lock);
      stayed = true;
      continue;
    }
    if (std::exchange(stayed, false)) {
      until = due_after(Clock::now(), limits_.linger);
    }
    if (Clock::now() >= until) {
      break;
    }
    seat.called.wait_until(lock, until);
  }
  if (seat.cell == nullptr) {
    std::erase(idle_, &seat);
  }
  return seat.cell;
}

void Lane::add(Cell& cell) {
  if (!idle_.empty()) {
    Seat& last = *idle_.back();
    idle_.pop_back();
    last.cell = &cell;
    last.called.notify_one();
    return;
  }
  due_.push_back(&cell);
  if (due_.size() > coming_ && threads_ < limits_.threads) {
    try {
      start_thread();
    } catch (const std::system_error&) {
      // The system has no more: those that there are will do.
    }
  }
}

void Lane::start_thread() {
  crew_.start([this, name = name_] { run(name); });
  ++threads_;
  ++coming_;
}

void Lane::call_all() {
  for (Seat* const seat : idle_) {
    seat->called.notify_one();
  }
}

// Nobody needs to stay for the last one.
void Lane::remove_actor() {
  --actors_;
  if (actors_ == 0) {
    call_all();
  }
}

}  // namespace spinoff::engine
