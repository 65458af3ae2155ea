#include <algorithm>

#include <spinoff/engine/timer_thread.hpp>

namespace spinoff::engine {

namespace {
constexpr Tick kDay = tick_at(std::chrono::hours(24));
}

TimerThread::TimerThread() : thread_([this] { run(); }) {}

TimerThread::~TimerThread() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  TimerList left;
  wheel_.advance(kLastTick, left);
  while (TimerNode* const node = left.pop_front()) {
    auto& task = static_cast<TimerTask&>(*node);
    task.drop();
    task.release();
  }
}

void TimerThread::start(TimerTask& task, Clock::time_point due) {
  const Tick deadline = tick_not_before(due - epoch_);
  bool sooner = false;
  {
    const std::scoped_lock lock(mutex_);
    const auto next = wheel_.next_event();
    sooner = !next || deadline < *next;
    if (!task.is_started()) {
      task.retain();
    }
    wheel_.start(task, deadline);
  }
  if (sooner) {
    changed_.notify_one();
  }
}

void TimerThread::cancel(TimerTask& task) noexcept {
  {
    const std::scoped_lock lock(mutex_);
    if (!wheel_.cancel(task)) {
      return;
    }
  }
  task.release();
}

void TimerThread::run() {
  TimerList expired;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const Clock::time_point now = Clock::now();
    wheel_.advance(tick_at(now - epoch_), expired);
    // One at a time under the lock, so that a cancel still reaches those that wait behind it.
    while (TimerNode* const node = expired.pop_front()) {
      auto& task = static_cast<TimerTask&>(*node);
      lock.unlock();
      const Clock::time_point again = task.fire(now);
      if (again != Clock::time_point::max()) {
        start(task, again);
      }
      task.release();
      lock.lock();
    }
    if (stopping_) {
      return;
    }
    if (const auto next = wheel_.next_event()) {
      // Looks again after a day at most: a tick may lie beyond what the clock can name.
      const Tick soon = std::min(*next, tick_at(Clock::now() - epoch_) + kDay);
      changed_.wait_until(lock, epoch_ + std::chrono::milliseconds(soon));
    } else {
      changed_.wait(lock);
    }
  }
}

}  // namespace spinoff::engine
