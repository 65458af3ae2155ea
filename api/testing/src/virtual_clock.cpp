#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <spinoff/testing/simulation.hpp>
#include <spinoff/testing/virtual_clock.hpp>

namespace spinoff::testing {

using engine::TimerTask;

Clock::time_point VirtualClock::next_due() const {
  const std::scoped_lock lock(mutex_);
  return waiting_.empty() ? Clock::time_point::max() : waiting_.begin()->first.due;
}

void VirtualClock::move_to(Clock::time_point time) {
  std::unique_lock lock(mutex_);
  while (!waiting_.empty() && waiting_.begin()->first.due <= time &&
         waiting_.begin()->first.due != Clock::time_point::max()) {
    const auto first = waiting_.begin();
    const auto [task, owner] = first->second;
    set_now(std::max(now(), first->first.due));
    if (++fired_at_once_ > most_at_once_) {
      fired_at_once_ = 0;
      throw SimulationStuck("there were " + std::to_string(most_at_once_) +
                            " timers without any time passing: each starts another one that is due "
                            "at once, for ever; if not, give SimulationOptions a larger "
                            "`most_turns_at_once`");
    }
    keys_.erase(task);
    waiting_.erase(first);
    lock.unlock();
    const Clock::time_point again = task->fire(now());
    if (again != Clock::time_point::max()) {
      start(*task, again, owner);
    }
    task->release();
    lock.lock();
  }
  set_now(std::max(now(), time));
}

void VirtualClock::start(TimerTask& task, Clock::time_point due, const void* owner) {
  const std::scoped_lock lock(mutex_);
  const Key key{due, ++last_number_};
  const auto [known, is_new] = keys_.emplace(&task, key);
  if (is_new) {
    task.retain();
  } else {
    waiting_.erase(std::exchange(known->second, key));
  }
  waiting_.emplace(key, Waiting{&task, owner});
}

void VirtualClock::cancel(TimerTask& task) noexcept {
  {
    const std::scoped_lock lock(mutex_);
    const auto known = keys_.find(&task);
    if (known == keys_.end()) {
      return;
    }
    waiting_.erase(known->second);
    keys_.erase(known);
  }
  task.release();
}

void VirtualClock::drop_all_of(const void* owner) {
  std::vector<TimerTask*> dropped;
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(waiting_, [&](const auto& entry) {
      if (entry.second.owner != owner) {
        return false;
      }
      keys_.erase(entry.second.task);
      dropped.push_back(entry.second.task);
      return true;
    });
  }
  for (TimerTask* const task : dropped) {
    task->drop();
    task->release();
  }
}

namespace {

Clock::time_point whole_milliseconds(Clock::time_point due) {
  constexpr Clock::time_point kLast =
      std::chrono::floor<std::chrono::milliseconds>(Clock::time_point::max());
  return due > kLast ? Clock::time_point::max()
                     : Clock::time_point(std::chrono::ceil<std::chrono::milliseconds>(due));
}

}  // namespace

void VirtualTimers::start(TimerTask& task, Clock::time_point due) {
  clock_->start(task, whole_milliseconds(due), this);
}

}  // namespace spinoff::testing
