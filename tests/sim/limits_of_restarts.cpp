/// The scenario `restarts`: no actor restarts more often than its limit says, nor less often.
#include <algorithm>
#include <chrono>
#include <deque>
#include <string>

#include <spinoff/spinoff.hpp>

#include "bad_network.hpp"
#include "scenario.hpp"

namespace spinoff::sim {
namespace {

struct Fail {};

struct Child {
  std::deque<std::chrono::nanoseconds> starts;
  int fails = 0;
  std::chrono::nanoseconds last_failure{0};
  bool stopped = false;
};

constexpr unsigned kMost = 3;
constexpr auto kWithin = 10s;

class Faulty : public Actor {
 public:
  using Receives = Messages<Fail>;
  Faulty(Sim* sim, Child* child) : sim_(*sim), child_(*child) {}
  void pre_start() override { child_.starts.push_back(sim_.now()); }
  void on(const Fail& /*fail*/) {
    ++child_.fails;
    child_.last_failure = sim_.now();
    throw std::runtime_error("as told");
  }

 private:
  Sim& sim_;
  Child& child_;
};

class Parent : public Actor {
 public:
  using Receives = Messages<Terminated>;
  Parent(Sim* sim, Child* child) : sim_(sim), child_(child) {}
  void pre_start() override { watch<Faulty>({.name = "faulty"}, sim_, child_); }
  Decision supervise(const ChildError& /*error*/) override {
    return Restart{.max = kMost, .within = kWithin};
  }
  void on(const Terminated& /*end*/) { child_->stopped = true; }

 private:
  Sim* sim_;
  Child* child_;
};

}  // namespace

void limits_of_restarts(Run& run) {
  Child child;
  Sim sim(run);
  Node& node = sim.node("a");
  node.spawn<Parent>({.name = "parent"}, &sim, &child);
  sim.run();
  const Ref faulty = node.lookup("/parent/faulty");
  int told = 0;
  for (int i = 0; i < 30; ++i) {
    sim.advance(some_time(sim));
    for (std::uint64_t burst = sim.random(3); burst > 0; --burst) {
      faulty << Fail{};
      ++told;
    }
  }
  sim.advance(1min);
  // Each restart is one more start; the first start is none.
  const auto& starts = child.starts;
  for (std::size_t i = 1; i + kMost < starts.size(); ++i) {
    require(starts[i + kMost] - starts[i] >= kWithin, "restarted ", kMost + 1, " times in ",
            (starts[i + kMost] - starts[i]).count(), " ns");
  }
  require(child.fails == told || child.stopped, told, " failures were sent, and ", child.fails,
          " came, but the child goes on");
  require(child.stopped == (static_cast<std::size_t>(child.fails) == starts.size()), "failed ",
          child.fails, " times and started ", starts.size(), " times, and ",
          child.stopped ? "stopped" : "did not stop");
  if (child.stopped) {
    // Some turns may come between a failure and its restart.
    const auto since = child.last_failure - kWithin - 1ms;
    const auto restarts =
        std::count_if(starts.begin() + 1, starts.end(), [&](auto start) { return start > since; });
    require(restarts >= kMost, "stopped after ", restarts, " restarts within the time");
  }
}

}  // namespace spinoff::sim
