/// Time that passes when it is told to: one clock, and a timer service for each node that goes by
/// it.
///
/// Its nodes may have threads of their own. One lock guards all; tasks fire on the thread that
/// moves the time, after it is let go, in the order of their times, and those of one time in the
/// order in which they were started. Who waits behind a task that fires can still be cancelled, as
/// in engine::TimerThread.
#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include <spinoff/engine/timer_service.hpp>

namespace spinoff::testing {

using engine::Clock;

class VirtualClock {
 public:
  /// So many tasks that fire without any time passing are an endless loop.
  explicit VirtualClock(
      std::uint64_t most_at_once = std::numeric_limits<std::uint64_t>::max()) noexcept
      : most_at_once_(most_at_once) {}
  VirtualClock(const VirtualClock&) = delete;
  VirtualClock& operator=(const VirtualClock&) = delete;

  /// Any thread.
  [[nodiscard]] Clock::time_point now() const noexcept {
    return Clock::time_point(Clock::duration(now_.load(std::memory_order_relaxed)));
  }
  [[nodiscard]] std::chrono::nanoseconds since_start() const noexcept { return now() - kStart; }
  /// When the next task is due; `time_point::max()` if that never comes.
  [[nodiscard]] Clock::time_point next_due() const;
  /// Moves time on, to each task that is due by then, and fires it. By one thread at a time. Throws
  /// SimulationStuck if it is an endless loop.
  void move_to(Clock::time_point time);
  /// The same, but what has become due waits until `fire_due`.
  void pass(std::chrono::nanoseconds time) noexcept { set_now(now() + time); }
  void fire_due() { move_to(now()); }

  /// As TimerService says, but to the nanosecond; `owner` is for `drop_all_of`.
  void start(engine::TimerTask& task, Clock::time_point due, const void* owner);
  void cancel(engine::TimerTask& task) noexcept;
  void drop_all_of(const void* owner);

 private:
  // So that times before the start can be named.
  static constexpr Clock::time_point kStart{std::chrono::hours(1)};

  struct Key {
    Clock::time_point due;
    std::uint64_t number;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Waiting {
    engine::TimerTask* task;
    const void* owner;
  };

  void set_now(Clock::time_point time) noexcept {
    fired_at_once_ = time == now() ? fired_at_once_ : 0;
    now_.store(time.time_since_epoch().count(), std::memory_order_relaxed);
  }
  std::atomic<Clock::rep> now_{kStart.time_since_epoch().count()};
  mutable std::mutex mutex_;
  std::map<Key, Waiting> waiting_;
  std::unordered_map<const engine::TimerTask*, Key> keys_;
  std::uint64_t last_number_ = 0;
  const std::uint64_t most_at_once_;
  std::uint64_t fired_at_once_ = 0;  // of who moves the time
};

/// A node's. Times are rounded up to whole milliseconds, as on any node.
class VirtualTimers final : public engine::TimerService {
 public:
  explicit VirtualTimers(std::shared_ptr<VirtualClock> clock) noexcept : clock_(std::move(clock)) {}
  ~VirtualTimers() override { clock_->drop_all_of(this); }

  [[nodiscard]] Clock::time_point now() const override { return clock_->now(); }
  void start(engine::TimerTask& task, Clock::time_point due) override;
  void cancel(engine::TimerTask& task) noexcept override { clock_->cancel(task); }

 private:
  const std::shared_ptr<VirtualClock> clock_;
};

}  // namespace spinoff::testing
