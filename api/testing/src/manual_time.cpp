#include <algorithm>
#include <utility>

#include <spinoff/api/node_inside.hpp>
#include <spinoff/testing/manual_time.hpp>
#include <spinoff/testing/virtual_clock.hpp>

namespace spinoff::testing {

ManualTime::ManualTime() : clock_(std::make_shared<VirtualClock>()) {}

ManualTime::~ManualTime() = default;

std::unique_ptr<Node> ManualTime::start_node(NodeOptions options) {
  if (options.remoting.has_value()) {
    throw NodeStartFailed(
        "a node whose time a test moves on cannot talk to others, which go by the clock: leave out "
        "`remoting`, or take a Simulation");
  }
  options.blocking_threshold = {};  // it looks at threads, which go by the clock
  const int workers = spinoff::detail::NodeInside::workers_of(options);
  auto parts = spinoff::detail::NodeParts::of_threads(workers);
  parts.timers = std::make_unique<VirtualTimers>(clock_);
  return spinoff::detail::NodeInside::make(options, workers, std::move(parts));
}

void ManualTime::advance(std::chrono::nanoseconds time) {
  clock_->move_to(
      engine::due_after(clock_->now(), std::max(time, std::chrono::nanoseconds::zero())));
}

std::chrono::nanoseconds ManualTime::now() const {
  return clock_->since_start();
}

}  // namespace spinoff::testing
