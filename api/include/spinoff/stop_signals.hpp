/// SIGINT and SIGTERM stop the node of a program that is no startnode:
///
///     int main() {
///       spinoff::StopSignals signals;  // before any thread is started
///       spinoff::Node node;
///       …
///       signals.run(node);
///     }
#pragma once

#include <memory>

#include <spinoff/node.hpp>

namespace spinoff {

/// Blocks both signals in this thread and in those that it starts from then on, and fetches them on
/// a thread of its own: so there is one at a time, made before any other thread is started, and
/// destroyed on the same thread, which gets its signals back. What has come and nobody has used is
/// forgotten then.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  /// Waits for the first signal, or until something else begins to stop the node, and then for the
  /// node's end: `node.stop()`. From the first signal on, a second one ends the program at once,
  /// with the exit status 128 plus its number. Throws std::logic_error in an actor. Several threads
  /// may wait, also with several nodes: the first signal is for all of them.
  void run(Node& node);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinoff
