/// The scenario `order`: within a node each message comes once, in the order of its sender, also if
/// it was stashed, or its receiver restarted.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <spinoff/spinoff.hpp>

#include "scenario.hpp"

namespace spinoff::sim {
namespace {

constexpr std::size_t kActors = 8;
constexpr int kRounds = 20;

struct Item {
  std::size_t from;
  int number;
};
struct Go {
  int rounds;
};
struct Fail {};

/// Of one actor, by the other one.
struct Numbers {
  std::map<std::size_t, int> sent;
  std::map<std::size_t, int> heard;
};

struct World {
  Sim* sim = nullptr;
  std::vector<Ref> actors;
  std::map<std::size_t, Numbers> numbers;
  std::uint64_t sent = 0;
  std::uint64_t handled = 0;
  std::string wrong;
};

/// Sends numbered items to the others, in bursts, and checks those of the others. For a while it
/// puts them aside.
class Peer : public Actor {
 public:
  using Receives = Messages<Go, Item, Fail>;
  Peer(World* world, std::size_t own) : world_(*world), own_(own) {}

  void on(const Go& go) {
    for (std::uint64_t burst = world_.sim->random(4); burst > 0; --burst) {
      const std::size_t to = world_.sim->random(kActors);
      world_.actors[to] << Item{own_, world_.numbers[own_].sent[to]++};
      ++world_.sent;
    }
    if (world_.sim->random(20) == 0) {
      world_.actors[world_.sim->random(kActors)] << Fail{};
    }
    stashes_ = go.rounds > 0 && world_.sim->random(3) == 0;
    if (!stashes_) {
      unstash_all();
    }
    if (go.rounds > 0) {
      self() << Go{go.rounds - 1};
    }
  }
  void on(const Item& item) {
    if (stashes_) {
      stash();
      return;
    }
    int& next = world_.numbers[own_].heard[item.from];
    if (item.number != next && world_.wrong.empty()) {
      world_.wrong = "actor " + std::to_string(own_) + " got item " + std::to_string(item.number) +
                     " of actor " + std::to_string(item.from) + " instead of " +
                     std::to_string(next);
    }
    ++next;
    ++world_.handled;
  }
  void on(const Fail& /*fail*/) { throw std::runtime_error("as told"); }

 private:
  World& world_;
  const std::size_t own_;
  bool stashes_ = false;
};

}  // namespace

void order_within_a_node(Run& run) {
  World world;
  Sim sim(run);
  world.sim = &sim;
  Node& node = sim.start("a", {.on_failure = Restart{}, .log_events = false});
  for (std::size_t i = 0; i < kActors; ++i) {
    world.actors.push_back(node.spawn<Peer>(&world, i));
  }
  for (const Ref& actor : world.actors) {
    actor << Go{kRounds};
  }
  sim.run();
  require(world.wrong.empty(), world.wrong);
  require(world.sent == world.handled, world.sent, " were sent and ", world.handled, " handled");
  node.stop();
}

}  // namespace spinoff::sim
