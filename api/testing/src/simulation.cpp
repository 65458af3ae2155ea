#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <spinoff/api/node_inside.hpp>
#include <spinoff/remoting/hub_transport.hpp>
#include <spinoff/testing/scheduler.hpp>
#include <spinoff/testing/simulation.hpp>
#include <spinoff/testing/virtual_clock.hpp>
#include <spinoff/testing/wires.hpp>

namespace spinoff::testing {

using spinoff::detail::NodeInside;
using spinoff::detail::NodeParts;

namespace {

void check(std::string_view name, const NodeOptions& options) {
  const auto refuse = [&](const char* why) {
    throw NodeStartFailed("the node '" + std::string(name) + "' cannot be simulated: " + why);
  };
  if (options.remoting.has_value()) {
    refuse("it listens at its name, port 1: leave out `remoting`");
  }
  if (options.security.has_value() || !options.name.empty()) {
    refuse("there are no keys and no mappers in a simulation: leave out `security` and `name`");
  }
}

}  // namespace

class Simulation::Impl {
 public:
  Impl(std::uint64_t first, const SimulationOptions& options)
      : seed(first),
        scheduler(first, {.longest_turn = options.longest_turn,
                          .most_turns_at_once = options.most_turns_at_once,
                          .longest_wait = options.longest_wait}) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  // All of them before the first is gone: they talk to each other until then. One that cannot stop
  // crashes, and this is said: a destructor cannot fail, and a test is to hear of the error that it
  // had before.
  ~Impl() {
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
      try {
        node->node->stop();
      } catch (const SimulationStuck& stuck) {
        std::cerr << "the simulation's node '" << node->name << "' cannot stop: " << stuck.what()
                  << '\n';
        crash(node->name, *node->node);
      }
    }
  }

  Node* find(std::string_view name) {
    const auto found = std::ranges::find_if(
        nodes, [&](const Named& one) { return one.name == name && !one.node->is_stopping(); });
    return found == nodes.end() ? nullptr : found->node.get();
  }

  Node& start(std::string_view name, NodeOptions options) {
    check(name, options);
    if (find(name) != nullptr) {
      throw NodeStartFailed("the simulation has a node '" + std::string(name) +
                            "' already: give the new one another name");
    }
    for (const Named& earlier : nodes) {
      if (earlier.name == name) {
        earlier.node->stop();
      }
    }
    options.remoting = std::string(name) + ":1";
    if (!options.seed.has_value()) {
      options.seed = scheduler.random();
    }
    options.blocking_threshold = {};  // nobody but this thread could tell
    NodeParts parts{.executor = scheduler.make_executor(std::max(options.turn_budget, 1U)),
                    .timers = std::make_unique<VirtualTimers>(scheduler.clock()),
                    .attach = [this](engine::NodeCore& core, const remoting::HubOptions& hub) {
                      remoting::attach_hub(
                          core, hub,
                          [this](const remoting::HubOptions& wanted, remoting::Listener& listener) {
                            return wires.connect(wanted, listener);
                          });
                    }};
    auto node = NodeInside::make(options, 1, std::move(parts));
    scheduler.trace().name(NodeInside::core(*node).anchor(), std::string(name));
    return *nodes.emplace_back(std::string(name), std::move(node)).node;
  }

  void crash(std::string_view name) {
    Node* const node = find(name);
    if (node == nullptr) {
      throw std::invalid_argument("the simulation has no node '" + std::string(name) +
                                  "' to crash");
    }
    crash(name, *node);
  }

  void crash(std::string_view name, Node& node) {
    scheduler.trace().line(std::string(name) + " crashes");
    wires.crash(name);
    engine::NodeCore& core = NodeInside::core(node);
    core.crash();
    scheduler.end_actors_of(core.executor());
    node.stop();
  }

  struct Named {
    Named(std::string given, std::unique_ptr<Node> made)
        : name(std::move(given)), node(std::move(made)) {}
    std::string name;
    std::unique_ptr<Node> node;
  };

  const std::uint64_t seed;
  Scheduler scheduler;
  Wires wires{scheduler};
  Network network{wires};
  std::vector<Named> nodes;  // also those that have stopped: tests may have their names
};

Simulation::Simulation(std::uint64_t seed, const SimulationOptions& options)
    : impl_(std::make_unique<Impl>(seed, options)) {}

Simulation::~Simulation() = default;

Node& Simulation::node(std::string_view name) {
  Node* const found = impl_->find(name);
  return found != nullptr ? *found : impl_->start(name, {.log_events = false});
}

Node& Simulation::start(std::string_view name, NodeOptions options) {
  return impl_->start(name, std::move(options));
}

void Simulation::crash(std::string_view name) {
  impl_->crash(name);
}

Network& Simulation::network() noexcept {
  return impl_->network;
}

void Simulation::run() {
  while (impl_->scheduler.step()) {
  }
}

void Simulation::advance(std::chrono::nanoseconds time) {
  impl_->scheduler.run_to(
      engine::due_after(impl_->scheduler.now(), std::max(time, std::chrono::nanoseconds::zero())));
}

bool Simulation::run_until(const std::function<bool()>& done, std::chrono::nanoseconds limit) {
  return impl_->scheduler.run_until(done, engine::due_after(impl_->scheduler.now(), limit));
}

bool Simulation::step() {
  return impl_->scheduler.step();
}

std::chrono::nanoseconds Simulation::now() const {
  return impl_->scheduler.clock()->since_start();
}

std::uint64_t Simulation::seed() const noexcept {
  return impl_->seed;
}

std::uint64_t Simulation::random(std::uint64_t end) {
  if (end == 0) {
    throw std::invalid_argument("there is no random number below 0");
  }
  return impl_->scheduler.random() % end;
}

std::uint64_t Simulation::messages() const noexcept {
  return impl_->scheduler.messages();
}

void Simulation::trace_to(std::ostream* out) {
  impl_->scheduler.trace().write_to(out);
}

}  // namespace spinoff::testing
