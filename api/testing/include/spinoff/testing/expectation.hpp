/// What probes have in common: they wait for something, and say what was missing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>

namespace spinoff {
class Node;
namespace engine {
class SoleThread;
}
}  // namespace spinoff

namespace spinoff::testing {

/// Something expected did not come, or something else did. `what()` says what and where. Fails a
/// test of any framework, as each exception that leaves it does.
class ExpectationFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// How long probes wait for what they expect, unless told: of the node's time.
inline constexpr std::chrono::nanoseconds kPatience = std::chrono::seconds(3);
/// How long they wait for what should not come, unless told.
inline constexpr std::chrono::nanoseconds kQuiet = std::chrono::milliseconds(100);

namespace detail {

/// A lock, and a wait for what it guards. In a simulation a wait runs the nodes meanwhile, and its
/// limit is of their time; on other nodes it blocks the thread.
class Meeting {
 public:
  explicit Meeting(const Node& node);

  [[nodiscard]] std::unique_lock<std::mutex> lock() const { return std::unique_lock(mutex_); }
  /// What was guarded has changed. With the lock held.
  void tell() { changed_.notify_all(); }
  /// Returns when `done()` gives true, which is called with the lock held, or after `limit`, or at
  /// once if that is 0; gives what it gives then. Throws std::logic_error in an actor's turn.
  bool wait(const std::function<bool()>& done, std::chrono::nanoseconds limit);

 private:
  engine::SoleThread* const sole_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
};

/// `3000 ms`.
std::string milliseconds(std::chrono::nanoseconds time);

}  // namespace detail
}  // namespace spinoff::testing
