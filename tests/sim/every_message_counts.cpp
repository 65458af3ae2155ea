/// The scenario `letters`: all that is sent is handled by whom it is for, or a dead letter.
#include <string>
#include <vector>

#include <spinoff/spinoff.hpp>

#include "bad_network.hpp"
#include "scenario.hpp"

namespace spinoff::sim {
namespace {

struct Letter {
  int hops;
  int from;
  int to;
  MSGPACK_DEFINE(hops, from, to)
};
struct Stranger {
  MSGPACK_DEFINE()
};

struct Known {
  Ref actor;
  int number;
};

struct World {
  Sim* sim = nullptr;
  std::vector<Known> actors;
  int spawned = 0;
  int sent = 0;
  int handled = 0;
  int dead = 0;
  int unhandled = 0;
  int misled = 0;
};

MailboxOptions any_mailbox(World& world) {
  switch (world.sim->random(4)) {
    case 0:
      return bounded(3, Overflow::drop_newest);
    case 1:
      return bounded(3, Overflow::drop_oldest);
    case 2:
      return bounded(3, Overflow::fail_sender);
    default:
      return {};
  }
}

/// Passes letters on, fails, and stops.
class Clerk : public Actor {
 public:
  using Receives = Messages<Letter>;
  Clerk(World* world, int number) : world_(*world), number_(number) {}
  void on(const Letter& letter) {
    ++world_.handled;
    world_.misled += letter.to == number_ ? 0 : 1;
    if (letter.hops > 0) {
      for (std::uint64_t copies = world_.sim->random(3); copies > 0; --copies) {
        send_any(world_, letter.hops - 1, number_);
      }
      if (sender() && world_.sim->random(4) == 0) {  // who may have stopped
        send(world_, sender(), Letter{letter.hops - 1, number_, letter.from});
      }
    }
    switch (world_.sim->random(40)) {
      case 0:
        // Nobody knows it any more but who has a letter of it; its place in memory is for others.
        replace();
        stop();
        break;
      case 1:
        self().poison();
        break;
      case 2:
      case 3:
        world_.actors[world_.sim->random(world_.actors.size() - 1)] = spawned_by(world_, *this);
        break;
      case 4:
        throw std::runtime_error("now and then");
      default:
        break;
    }
  }

  static void send_any(World& world, int hops, int from) {
    const Known to = world.actors[world.sim->random(world.actors.size())];
    if (world.sim->random(10) == 0) {
      send(world, to.actor, Stranger{});
    } else {
      send(world, to.actor, Letter{hops, from, to.number});
    }
  }

  static Known spawned_by(World& world, auto& parent) {
    const int number = ++world.spawned;
    return {parent.template spawn<Clerk>({.mailbox = any_mailbox(world)}, &world, number), number};
  }

 private:
  void replace() {
    for (Known& one : world_.actors) {
      if (one.number == number_) {
        one = world_.actors[world_.sim->random(world_.actors.size())];
      }
    }
  }

  template <class M>
  static void send(World& world, const Ref& to, M message) {
    ++world.sent;
    try {
      to << message;
    } catch (const MailboxFull&) {
      --world.sent;
    }
  }

  World& world_;
  const int number_;
};

}  // namespace

void every_message_counts(Run& run) {
  World world;
  Sim sim(run);
  world.sim = &sim;
  Node& node = sim.start("a", {.on_failure = Restart{.max = 2, .within = 1s}, .log_events = false});
  node.subscribe<DeadLetter>([&](const DeadLetter& /*letter*/) { ++world.dead; });
  node.subscribe<UnhandledMessage>([&](const UnhandledMessage& /*message*/) { ++world.unhandled; });
  for (int i = 0; i < 12; ++i) {
    world.actors.push_back(Clerk::spawned_by(world, node));
  }
  // At a node that is never there.
  world.actors.push_back({node.lookup("b:1/clerk"), 0});
  for (int i = 0; i < 60; ++i) {
    Clerk::send_any(world, 6, 0);
    if (sim.random(4) == 0) {
      sim.advance(std::chrono::microseconds(sim.random(2000)));
    }
    if (sim.random(4) == 0) {
      world.actors[sim.random(12)] = Clerk::spawned_by(world, node);
    }
  }
  if (sim.random(2) == 0) {
    sim.advance(std::chrono::seconds(sim.random(20)));
  }
  node.stop();
  require(world.misled == 0, world.misled, " were handled by another one than they were for");
  require(world.sent == world.handled + world.dead + world.unhandled, world.sent,
          " were sent, but ", world.handled, " handled, ", world.unhandled, " unhandled and ",
          world.dead, " dead letters");
}

}  // namespace spinoff::sim
