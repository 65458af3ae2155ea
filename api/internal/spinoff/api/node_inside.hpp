/// How a Node is put together from other parts than threads, sockets and the clock; and the way to
/// its core. For spinoff::testing.
#pragma once

#include <functional>
#include <memory>

#include <spinoff/engine/executor.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/timer_service.hpp>
#include <spinoff/node.hpp>

namespace spinoff::remoting {
struct HubOptions;
}

namespace spinoff::detail {

/// Gives a node its transport. Throws remoting::BindFailed.
using AttachHub = std::function<void(engine::NodeCore&, const remoting::HubOptions&)>;

struct NodeParts {
  std::unique_ptr<engine::Executor> executor;
  std::unique_ptr<engine::TimerService> timers;
  AttachHub attach;

  /// What any program has.
  static NodeParts of_threads(int workers);
};

class NodeInside {
 public:
  /// The number of workers that these options mean. Throws NodeStartFailed.
  static int workers_of(const NodeOptions& options);
  /// Throws NodeStartFailed.
  static std::unique_ptr<Node> make(const NodeOptions& options, int workers, NodeParts parts);
  static engine::NodeCore& core(const Node& node) noexcept;
};

}  // namespace spinoff::detail
