/// Nodes with threads, whose time a test moves on.
#pragma once

#include <chrono>
#include <memory>

#include <spinoff/node.hpp>

namespace spinoff::testing {

class VirtualClock;

/// A clock for nodes that run on threads as usual: their timers, timeouts and sleeps go by it. What
/// is sent when time passes is handled by other threads: expect it with a probe, whose own limits
/// are of real time here. A timer that an actor has yet to start does not count: see to it, by a
/// probe, that it has, before you let time pass.
///
///     ManualTime time;
///     const auto node = time.start_node();
///     …
///     time.advance(30s);
class ManualTime {
 public:
  ManualTime();
  ManualTime(const ManualTime&) = delete;
  ManualTime& operator=(const ManualTime&) = delete;
  /// The nodes may live on; their time stands still.
  ~ManualTime();

  /// Throws NodeStartFailed, also for one with `remoting`, since other nodes have another time.
  [[nodiscard]] std::unique_ptr<Node> start_node(NodeOptions options = {});

  /// Lets so much time pass; what is due by then is sent, each at its time. One thread at a time.
  /// Negative times are 0.
  void advance(std::chrono::nanoseconds time);
  /// Since the start. Any thread.
  [[nodiscard]] std::chrono::nanoseconds now() const;

 private:
  const std::shared_ptr<VirtualClock> clock_;
};

}  // namespace spinoff::testing
