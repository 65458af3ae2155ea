/// The scenario `stop`: each stop of a node ends, children before their parents, and leaves no
/// actor alive.
#include <memory>
#include <string>

#include <spinoff/spinoff.hpp>

#include "bad_network.hpp"
#include "scenario.hpp"

namespace spinoff::sim {
namespace {

struct Tick {
  MSGPACK_DEFINE()
};

struct World {
  Sim* sim = nullptr;
  int alive = 0;
  int tasks = 0;
  int orphans = 0;
};

/// How many children an actor has, of any instance of it.
using Children = std::shared_ptr<int>;

/// Counts how many there are, in all and of one parent.
class Counted {
 public:
  Counted(World& world, Children siblings) : world_(world), siblings_(std::move(siblings)) {
    ++world_.alive;
    ++*siblings_;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    --world_.alive;
    --*siblings_;
  }

 private:
  World& world_;
  const Children siblings_;
};

class Waiting : public Process {
 public:
  Waiting(World* world, Children siblings)
      : world_(*world), counted_(*world, std::move(siblings)) {}
  Task<> run() {
    const Ref far = lookup("b:1/tree");
    for (;;) {
      co_await sleep(std::chrono::milliseconds(1 + world_.sim->random(50)));
      try {
        static_cast<void>(co_await far.ask<Tick>(Tick{}, 200ms));
      } catch (const std::exception&) {
        // as likely as not
      }
    }
  }
  Task<> post_stop_async() override { co_await sleep(10ms); }

 private:
  World& world_;
  Counted counted_;
};

class Tree : public Actor {
 public:
  using Receives = RemoteMessages<Tick>;
  Tree(World* world, int depth, Children siblings)
      : world_(*world), depth_(depth), counted_(*world, std::move(siblings)) {}
  void pre_start() override {
    start_timer_at_fixed_rate("tick", std::chrono::milliseconds(1 + world_.sim->random(40)),
                              Tick{});
    if (depth_ > 0) {
      spawn<Tree>(&world_, depth_ - 1, children_);
      spawn<Waiting>(&world_, children_);
    }
  }
  void post_stop() override { world_.orphans += *children_; }
  Decision supervise(const ChildError& /*error*/) override {
    return world_.sim->random(2) == 0 ? Decision(Restart{.backoff = Backoff{.min = 20ms}})
                                      : Decision::Stop;
  }
  void on(const Tick& tick) {
    if (sender()) {
      sender() << tick;
    }
    if (world_.sim->random(20) == 0) {
      throw std::runtime_error("now and then");
    }
    if (depth_ > 0 && world_.sim->random(5) == 0) {
      spawn<Tree>(&world_, world_.sim->random(2) == 0 ? 0 : 1, children_);
    }
  }

 private:
  World& world_;
  const int depth_;
  Counted counted_;
  const Children children_ = std::make_shared<int>(0);
};

}  // namespace

void every_stop_ends(Run& run) {
  World world;
  Sim sim(run);
  world.sim = &sim;
  for (const char* const name : {"a", "b"}) {
    Node& node = sim.start(name, {.on_failure = Restart{.backoff = Backoff{.min = 30ms}},
                                  .stop_limit = 5s,
                                  .log_events = false});
    node.spawn<Tree>({.name = "tree"}, &world, 3, std::make_shared<int>(0));
    node.on_stop(StopPhase::before_stop, "count", [&] { ++world.tasks; });
  }
  sim.network().set(any_weather(sim));
  sim.advance(std::chrono::milliseconds(sim.random(300)));
  if (sim.random(2) == 0) {
    change_network(sim, "a", "b");
    sim.advance(some_time(sim) / 10);
  }
  const bool crashes = sim.random(3) == 0;
  if (crashes) {
    sim.crash("b");
  }
  sim.node("a").stop();
  if (!crashes) {
    sim.node("b").stop();
  }
  require(world.alive == 0, world.alive, " actors are alive after the stop");
  require(world.orphans == 0, world.orphans, " actors have outlived their parents");
  require(world.tasks == (crashes ? 1 : 2), world.tasks, " tasks of the stop ran");
}

}  // namespace spinoff::sim
