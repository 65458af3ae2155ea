/// What one run of a workload is on any engine: its parameters, the clock, and what the actors
/// report.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "savina/workload.hpp"

namespace spinoff::bench {

/// A run that cannot come to its end because an actor failed, or does not in time; `what()` says
/// which and how.
class RunFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Each program derives its `Run` from this and adds its engine, which has to end before what its
/// actors report to.
class RunBase {
 public:
  /// `limit` is how long one `wait` may take.
  RunBase(Values values, std::chrono::nanoseconds limit)
      : values_(std::move(values)), limit_(limit) {}

  /// A parameter's value.
  [[nodiscard]] std::int64_t operator[](std::string_view key) const;

  /// Starts the clock, which the last of that many reports will stop. Right before the first send;
  /// and after `wait` for a second part of the run, whose time is added.
  void start(std::size_t reports = 1);
  /// An actor's result, usually given when it has stopped. Those of many actors each have a number
  /// of their own, from 0; then two threads seldom write to one place. Any thread.
  void report(std::int64_t value, std::size_t number = 0);
  /// Ends the run at once: `wait` will throw. The first reason is kept. Any thread.
  void fail(const std::string& why);
  /// Waits for all reports and gives the sum of their values. Throws RunFailed, also when reports
  /// are missing after the limit.
  std::int64_t wait();

  /// Something else that was measured; it gets the name in the output.
  void add_figure(std::string name, double value) { figures_[std::move(name)] = value; }

  /// From `start` to the last report. For after `wait`.
  [[nodiscard]] std::chrono::duration<double> elapsed() const { return elapsed_; }
  [[nodiscard]] const Figures& figures() const noexcept { return figures_; }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kSlots = 64;
  struct alignas(64) Slot {
    std::atomic<std::int64_t> sum = 0;
    std::atomic<std::int64_t> missing = 0;
  };

  [[nodiscard]] std::size_t count_missing() const;
  void finish();

  const Values values_;
  const std::chrono::nanoseconds limit_;
  Figures figures_;
  std::array<Slot, kSlots> slots_;
  std::size_t reports_ = 0;
  std::atomic<std::size_t> missing_slots_ = 0;  // those that still miss a report
  Clock::time_point begin_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool finished_ = false;
  std::string failure_;
  Clock::duration elapsed_{0};
};

}  // namespace spinoff::bench
