/// Many nodes in one process, each with sockets and threads of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <spinoff/node.hpp>

namespace spinoff::bench {

class Crowd {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// On free ports of loopback, with one worker each.
  explicit Crowd(unsigned nodes, NodeOptions options = {});

  /// Their ids.
  [[nodiscard]] const std::vector<std::string>& ids() const noexcept { return ids_; }
  /// Each of them sends a message to each node of `others`, but not to itself.
  void greet(const std::vector<std::string>& others);
  /// Waits until so many sessions are up, counting each node's own view of each; whether that was
  /// before the deadline.
  bool wait_until_up(std::size_t sessions, Time deadline);
  /// How many are up, and how many have ended in another way than by a node's stop.
  [[nodiscard]] std::size_t up() const;
  [[nodiscard]] std::size_t lost() const;
  /// One after the other.
  void stop() { nodes_.clear(); }

 private:
  void went_up();
  void went_down(bool was_stopped);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t up_ = 0;
  std::size_t lost_ = 0;
  std::vector<std::string> ids_;
  std::vector<std::unique_ptr<Node>> nodes_;  // last: their events end first
};

}  // namespace spinoff::bench
