/// The scenario `watches`: each watch gives one Terminated, whatever fails.
#include <map>
#include <string>
#include <vector>

#include <spinoff/spinoff.hpp>

#include "bad_network.hpp"
#include "scenario.hpp"

namespace spinoff::sim {
namespace {

constexpr int kWatched = 6;
constexpr int kWatchers = 3;

struct Stop {
  MSGPACK_DEFINE()
};
struct Fail {
  MSGPACK_DEFINE()
};

class Watched : public Actor {
 public:
  using Receives = RemoteMessages<Stop, Fail>;
  void on(const Stop& /*stop*/) { stop(); }
  void on(const Fail& /*fail*/) { throw std::runtime_error("as told"); }
};

struct World {
  std::vector<Ref> watchers;
  std::map<std::string, int> ends;  // by watcher and watched
};

class Watcher : public Actor {
 public:
  using Receives = Messages<Terminated, Fail>;
  Watcher(World* world, std::string name, std::vector<Ref> all)
      : world_(*world), name_(std::move(name)), all_(std::move(all)) {}
  void pre_start() override {
    for (const Ref& one : all_) {
      watch(one);
    }
  }
  // What it has watched it still does.
  void post_restart(const std::exception_ptr& /*reason*/) override {}
  void on(const Fail& /*fail*/) { throw std::runtime_error("as told"); }
  void on(const Terminated& end) { ++world_.ends[name_ + " " + end.actor.to_string()]; }

 private:
  World& world_;
  const std::string name_;
  const std::vector<Ref> all_;
};

std::string name_of(int i) {
  return "watched-" + std::to_string(i);
}

std::string watcher_name(std::size_t i) {
  return "watcher-" + std::to_string(i);
}

Node& start(Sim& sim, const char* name) {
  return sim.start(name, {.on_failure = Restart{}, .log_events = false});
}

}  // namespace

void one_end_a_watch(Run& run) {
  World world;
  Sim sim(run);
  std::vector<Ref> far;
  std::vector<Ref> near;
  Node& a = start(sim, "a");
  start(sim, "b");
  for (int i = 0; i < kWatched; ++i) {
    sim.node("b").spawn<Watched>({.name = name_of(i)});
    far.push_back(a.lookup("b:1/" + name_of(i)));
    near.push_back(a.spawn<Watched>({.name = name_of(i)}));
  }
  std::vector<Ref> all = far;
  all.insert(all.end(), near.begin(), near.end());
  if (sim.random(2) == 0) {
    sim.network().set(any_weather(sim));
  }
  const auto add_watcher = [&] {
    const std::string name = watcher_name(world.watchers.size());
    world.watchers.push_back(a.spawn<Watcher>(&world, name, all));
  };
  for (int i = 0; i < kWatchers; ++i) {
    add_watcher();
  }
  for (int event = 0; event < 8; ++event) {
    sim.advance(some_time(sim));
    switch (sim.random(7)) {
      case 0:
        all[sim.random(all.size())] << Stop{};
        break;
      case 1:
        near[sim.random(near.size())].stop();
        break;
      case 2:
        sim.crash("b");
        sim.node("b");
        break;
      case 3:
        all[sim.random(all.size())] << Fail{};
        break;
      case 4:
        world.watchers[sim.random(world.watchers.size())] << Fail{};
        break;
      case 5:  // some have ended, and some cannot be reached
        add_watcher();
        break;
      default:
        change_network(sim, "a", "b");
        break;
    }
  }
  // What is left ends now, in one way or another.
  good_weather(sim);
  if (sim.random(2) == 0) {
    sim.crash("b");
  } else {
    sim.node("b").stop();
  }
  for (const Ref& one : near) {
    one.stop();
  }
  sim.advance(1min);
  for (std::size_t i = 0; i < world.watchers.size(); ++i) {
    for (const Ref& one : all) {
      const std::string key = watcher_name(i) + " " + one.to_string();
      require(world.ends[key] == 1, key, ": heard of its end ", world.ends[key], " times");
    }
  }
}

}  // namespace spinoff::sim
