/// The scenarios `sessions` and `relays`: between nodes each message comes once at most, in order,
/// and inside of a session with no gap, also where a third node passes them on.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <spinoff/spinoff.hpp>

#include "bad_network.hpp"
#include "scenario.hpp"

namespace spinoff::sim {
namespace {

constexpr int kSenders = 3;
constexpr int kEvents = 12;
// Some are so large that they go in parts.
constexpr std::uint64_t kLargeOnes = 1000;
constexpr std::size_t kLarge = 300'000;

struct Numbered {
  std::string from;
  int number = 0;
  std::string more;
  MSGPACK_DEFINE(from, number, more)
};

// Each thousand another one.
std::string letters_from(int first, std::size_t count) {
  std::string text;
  text.reserve(count);
  for (int i = first; text.size() < count; ++i) {
    text.append(std::min<std::size_t>(1000, count - text.size()), static_cast<char>('a' + i % 26));
  }
  return text;
}
struct Question {
  MSGPACK_DEFINE()
};
struct Answer {
  MSGPACK_DEFINE()
};

/// Numbers of one sender may be missing, but never come again, nor after a later one. That is kept
/// outside of the actor, and so over its node's restarts.
struct World {
  void is_wrong(std::string what) {
    if (wrong.empty()) {
      wrong = std::move(what);
    }
  }
  std::map<std::string, int> last;
  int heard = 0;
  std::string wrong;
};

class Receiver : public Actor {
 public:
  using Receives = Messages<Numbered, Question, NodeDown>;
  explicit Receiver(World* world) : world_(*world) {}
  // It comes where the session ends: behind what was sent in it, before what is sent in the next.
  void pre_start() override { subscribe<NodeDown>(); }
  void on(const NodeDown& /*down*/) { in_session_.clear(); }
  void on(const Numbered& one) {
    int& last = world_.last[one.from];
    const auto [known, is_first] = in_session_.try_emplace(one.from, lookup("a:1/" + one.from));
    if (one.number <= last || (!is_first && one.number != last + 1)) {
      world_.is_wrong(one.from + ": number " + std::to_string(one.number) + " came after " +
                      std::to_string(last));
    }
    if (sender() != known->second) {
      world_.is_wrong(one.from + " seems to be " + sender().to_string());
    }
    if (one.more != letters_from(one.number, one.more.size())) {
      world_.is_wrong(one.from + ": number " + std::to_string(one.number) + " is not as it was");
    }
    last = one.number;
    ++world_.heard;
  }
  void on(const Question& /*question*/) { sender() << Answer{}; }

 private:
  World& world_;
  std::map<std::string, Ref> in_session_;  // those that it has heard, by their names
};

class Sender : public Process {
 public:
  Task<> run(Sim* sim, std::string name) {
    const Ref to = lookup("b:1/receiver");
    for (int number = 1;;) {
      for (std::uint64_t burst = 1 + sim->random(6); burst > 0; --burst) {
        const std::size_t size = sim->random(kLargeOnes) == 0 ? 1 + sim->random(kLarge) : 0;
        Numbered one{name, number, letters_from(number, size)};
        to << std::move(one);
        ++number;
      }
      co_await sleep(std::chrono::milliseconds(1 + sim->random(300)));
    }
  }
};

Node& start(Sim& sim, std::string_view name, bool with_relay) {
  NodeOptions options;
  options.log_events = false;
  if (with_relay && name != "r") {
    options.relays = {"r:1"};
  }
  options.remote_rights.relay = with_relay;
  return sim.start(name, options);
}

void check_order(Run& run, bool with_relay) {
  World world;
  Sim sim(run);
  const auto start_b = [&] {
    start(sim, "b", with_relay).spawn<Receiver>({.name = "receiver"}, &world);
  };
  start_b();
  start(sim, "a", with_relay);
  for (int i = 0; i < kSenders; ++i) {
    const std::string name = "sender-" + std::to_string(i);
    sim.node("a").spawn<Sender>({.name = name}, &sim, name);
  }
  if (with_relay) {
    start(sim, "r", with_relay);
  }
  for (int event = 0; event < kEvents; ++event) {
    sim.advance(some_time(sim));
    if (sim.random(5) == 0) {
      sim.crash("b");
      sim.advance(some_time(sim));
      start_b();
    } else if (sim.random(4) == 0) {
      // So soon that what is on its way to one start comes to the next.
      for (std::uint64_t starts = 1 + sim.random(4); starts > 0; --starts) {
        sim.crash("b");
        start_b();
        sim.advance(std::chrono::milliseconds(1 + sim.random(200)));
      }
    } else if (with_relay && sim.random(6) == 0) {
      sim.crash("r");
      sim.advance(some_time(sim));
      start(sim, "r", with_relay);
    } else if (with_relay && sim.random(3) == 0) {
      change_network(sim, sim.random(2) == 0 ? "a" : "b", "r");
    } else {
      change_network(sim, "a", "b");
    }
    require(world.wrong.empty(), world.wrong);
  }
  good_weather(sim);
  if (with_relay && sim.random(2) == 0) {
    sim.network().partition({"a"}, {"b"});
  }
  sim.advance(30s);
  require(world.wrong.empty(), world.wrong);
  const int heard = world.heard;
  sim.advance(5s);
  require(world.heard > heard, "nothing comes any more although the network is good again");
  const Ref receiver = sim.node("a").lookup("b:1/receiver");
  static_cast<void>(receiver.ask<Answer>(Question{}).get());
}

}  // namespace

void order_between_nodes(Run& run) {
  check_order(run, false);
}

void order_by_a_relay(Run& run) {
  check_order(run, true);
}

}  // namespace spinoff::sim
