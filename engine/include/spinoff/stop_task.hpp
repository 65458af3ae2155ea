/// What user code does while a node stops.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <utility>

#include <spinoff/stop_phase.hpp>

namespace spinoff {

namespace engine {
class Shutdown;
}

/// How long the tasks of each phase have, all of them together; more than zero.
/// `nanoseconds::max()` is no limit.
struct StopTimeouts {
  std::chrono::nanoseconds before_stop = std::chrono::seconds(5);
  std::chrono::nanoseconds drain = std::chrono::seconds(5);
  std::chrono::nanoseconds after_stop = std::chrono::seconds(5);
};

/// What a task is told when its phase begins.
struct Stopping {
  StopPhase phase;
  StopReason reason;
  /// `stop_requested()` when the node does not wait for this task any more.
  std::stop_token overdue;
};

/// The phase has begun already, so the task would never run.
class StopTaskRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A handle to what `on_stop` has added. Dropping the handle changes nothing; it may outlive the
/// node. Any thread.
class StopTask {
 public:
  StopTask() noexcept = default;
  /// The task will not begin. A question that is on its way is not waited for any more; a function
  /// that runs is. Again is harmless.
  void cancel() noexcept;

 private:
  friend class engine::Shutdown;
  StopTask(std::weak_ptr<engine::Shutdown> shutdown, std::uint64_t number) noexcept
      : shutdown_(std::move(shutdown)), number_(number) {}

  std::weak_ptr<engine::Shutdown> shutdown_;
  std::uint64_t number_ = 0;
};

}  // namespace spinoff
