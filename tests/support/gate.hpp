/// Waiting for events in tests: by being told, never by sleeping, and never for ever.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace spinoff::testing {

/// How long a test waits for anything before it fails. Generous: no test comes near it unless
/// something is wrong, however slow the machine is; where all code is slow it is SPINOFF_PATIENCE
/// times as long.
inline constexpr std::chrono::seconds kWaitLimit{30 * SPINOFF_PATIENCE};

/// What waited in vain; `what()` says for what.
class WaitedTooLong : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Opens when a number of events has happened, and stays open. Any thread may call anything.
///
///     Gate stopped("three actors to stop", 3);
///     … in each actor's post_stop: stopped.arrive();
///     stopped.wait();
class Gate {
 public:
  /// `event` is what is waited for, in words that follow "waited for". Without arrivals to wait
  /// for, the gate is open from the start.
  explicit Gate(std::string event, std::size_t arrivals = 1)
      : event_(std::move(event)), expected_(arrivals) {}

  /// One of the events has happened. Harmless when the gate is open.
  void arrive() {
    // Notified under the lock: whoever waits may destroy the gate as soon as it is released.
    const std::lock_guard lock(mutex_);
    ++arrived_;
    changed_.notify_all();
  }

  /// For the reader's sake, where there is only one event.
  void open() { arrive(); }

  /// Returns when the gate is open. Throws WaitedTooLong after `limit`.
  void wait(std::chrono::nanoseconds limit = kWaitLimit) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, limit, [&] { return arrived_ >= expected_; })) {
      throw WaitedTooLong("waited for " + event_ + ": " + std::to_string(arrived_) + " of " +
                          std::to_string(expected_) + " happened in time");
    }
  }

  [[nodiscard]] bool is_open() const { return arrivals() >= expected_; }

  /// So many have happened, also beyond those that were waited for.
  [[nodiscard]] std::size_t arrivals() const {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }

 private:
  const std::string event_;
  const std::size_t expected_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t arrived_ = 0;
};

}  // namespace spinoff::testing
