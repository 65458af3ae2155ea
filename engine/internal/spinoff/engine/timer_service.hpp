/// The seam behind which time passes: a thread with a timing wheel for real, virtual time under
/// test.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include <spinoff/engine/timer_wheel.hpp>

namespace spinoff::engine {

using Clock = std::chrono::steady_clock;

/// `now` plus `delay`, at most the end of time: a limit of `nanoseconds::max()` never comes.
constexpr Clock::time_point due_after(Clock::time_point now, std::chrono::nanoseconds delay) {
  const auto left = Clock::time_point::max() - now;
  return delay < left ? now + std::chrono::duration_cast<Clock::duration>(delay)
                      : Clock::time_point::max();
}

/// Something that is due at a time. Shared by the service, while it waits, and by whoever may
/// cancel it; freed when both have let go.
class TimerTask : public TimerNode {
 public:
  TimerTask() = default;
  TimerTask(const TimerTask&) = delete;
  TimerTask& operator=(const TimerTask&) = delete;

  /// On the service's thread, with no lock held, when it is due or later; must not block. The time
  /// of the next call, or `time_point::max()` for none.
  virtual Clock::time_point fire(Clock::time_point now) = 0;

  /// Instead of `fire`, when the service ends first.
  virtual void drop() noexcept {}

  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete this;
    }
  }

 protected:
  virtual ~TimerTask() = default;

 private:
  // Few have it at a time: the service, who may cancel it, what lies in a mailbox for it. So it
  // fits into the gap at the end of the TimerNode.
  std::atomic<std::uint16_t> references_{1};
};

class TimerService {
 public:
  TimerService() = default;
  TimerService(const TimerService&) = delete;
  TimerService& operator=(const TimerService&) = delete;
  virtual ~TimerService() = default;

  [[nodiscard]] virtual Clock::time_point now() const = 0;
  /// Takes a reference of its own until the task has fired for the last time or is cancelled.
  virtual void start(TimerTask& task, Clock::time_point due) = 0;
  /// Afterwards the task does not fire, unless it is firing now. Harmless when it is not started.
  virtual void cancel(TimerTask& task) noexcept = 0;
};

}  // namespace spinoff::engine
