#include "soak/node_process.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>

#include <spinoff/stop_signals.hpp>

#include "soak/load.hpp"
#include "support/second_self.hpp"

namespace spinoff::soak {

namespace {

using namespace std::chrono_literals;

NodeOptions options_at(std::uint16_t port) {
  NodeOptions options;
  options.workers = 2;
  options.remoting = fmt::format("127.0.0.1:{}", port);
  options.stop_limit = 10s;
  options.heartbeat = kHeartbeat;
  options.silence = kSilence;
  options.unreachable_after = kUnreachableAfter;
  options.allow_remote_spawn = true;
  options.log_events = false;
  return options;
}

void take_notes(Node& node, const World& world) {
  const World* const here = &world;
  const auto number_of = [here](const NodeId& id) {
    const auto& ports = here->ports;
    return static_cast<std::size_t>(std::ranges::find(ports, id.port()) - ports.begin());
  };
  node.subscribe<NodeUp>([=](const NodeUp& event) {
    if (const std::size_t other = number_of(event.node); other < kNodes) {
      ++here->notes().ups[other];
    }
  });
  node.subscribe<NodeDown>([=](const NodeDown& event) {
    if (const std::size_t other = number_of(event.node); other < kNodes) {
      ++here->notes().downs[other];
    }
  });
  node.subscribe<RemoteInputRejected>([=](const RemoteInputRejected& event) {
    // What was on its way when a session ended, and comes late. Nobody sends anything bad here.
    if (event.what.find("of a session that is over") == std::string::npos) {
      here->wrong(fmt::format("rejected: {}", event.what));
    }
    here->notes().late += event.count;
  });
  node.subscribe<Error>([=, &node](const Error& event) {
    // Of an actor elsewhere it only tells that it cannot be stopped from here: the session ended
    // just before, and so has the actor, or will.
    if (event.actor.uri().node() == node.id()) {
      here->wrong(fmt::format("{} has failed: {}", event.actor.to_string(), describe(event.error)));
    }
  });
  node.subscribe<UnhandledMessage>([=](const UnhandledMessage& event) {
    here->wrong(fmt::format("{} has no handler for {}", event.actor.to_string(),
                            event.message.type_name()));
  });
}

/// What is to be found: of memory, files and threads.
struct Waste : Actor {
  struct More {};
  using Receives = Messages<More>;
  explicit Waste(const World* world) : world_(*world) {}
  void pre_start() override { start_timer_with_fixed_delay("more", 100ms, More{}); }
  void on(const More& /*more*/) {
    if (world_.sabotage == "memory") {
      auto& block = memory_.emplace_back(std::size_t{256} << 10U);
      std::ranges::fill(block, 'w');
    } else if (world_.sabotage == "file") {
      open("/dev/null", O_RDONLY | O_CLOEXEC);
    } else if (world_.sabotage == "thread") {
      std::thread([] { std::this_thread::sleep_for(1h); }).detach();
    }
  }
  const World& world_;
  std::vector<std::vector<char>> memory_;
};

/// Needs longer for its end than anybody waits.
struct Hanging : Actor {
  using Receives = Messages<>;
  void post_stop() override { std::this_thread::sleep_for(1h); }
};

void add_sabotage(Node& node, const World& world) {
  if (world.sabotage == "memory" || world.sabotage == "file" || world.sabotage == "thread") {
    node.spawn<Waste>(&world);
  } else if (world.sabotage == "hang") {
    node.spawn<Hanging>();
  } else if (world.sabotage == "stay") {
    ++world.notes().alive;
  } else if (world.sabotage == "die") {
    node.on_stop(StopPhase::after_stop, "die", [] { std::_Exit(3); });
  }
}

}  // namespace

void run_node(const Order& order) {
  bench::end_with_first_self();
  set_detours(order.node.detours);
  set_log_level(LogLevel::warning);  // that nodes are stopped is no news here
  StopSignals signals;
  const SharedLedger ledger(order.node.ledger);
  const World world{.ledger = *ledger,
                    .me = order.node.node,
                    .start = order.node.start,
                    .ports = order.node.ports,
                    .seed = order.seed,
                    .sabotage = order.sabotage};
  Node node(options_at(world.ports[world.me]));
  take_notes(node, world);
  spawn_streams(node, world);
  spawn_questions(node, world);
  spawn_lives(node, world);
  add_sabotage(node, world);
  signals.run(node);
}

}  // namespace spinoff::soak
