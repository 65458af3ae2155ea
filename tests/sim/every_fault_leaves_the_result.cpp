/// The scenario `compute`: the service of examples/compute ends with the right result, whatever
/// fails, if one worker is left.
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include <compute/coordinator.hpp>
#include <compute/worker.hpp>

#include <spinoff/spinoff.hpp>

#include "bad_network.hpp"
#include "scenario.hpp"

namespace spinoff::sim {
namespace {

using examples::compute::Coordinator;
using examples::compute::Result;
using examples::compute::Worker;

constexpr std::array<std::string_view, 3> kHosts{"b", "c", "d"};
constexpr std::uint32_t kLimit = 2000;
constexpr std::uint32_t kNumbersInAPiece = 10;
constexpr int kFaults = 10;
// The work takes some seconds, so it is in the middle when something fails; and what a worker has
// not got to yet is late when the others know already that it is lost.
constexpr auto kLongestTurn = 20ms;

struct World {
  std::vector<Result> results;
  std::map<std::string_view, Ref> workers;  // by host, the last one of each
  std::set<std::string_view> up;
  int keepers = 0;
};

/// As `startnode --keep-running` does, until the service has ended.
class Keeper : public Process {
 public:
  Keeper(World* world, std::string_view host) : world_(*world), host_(host) { ++world_.keepers; }
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  ~Keeper() override { --world_.keepers; }

  Task<> run() {
    const Ref coordinator = lookup("a:1/coordinator");
    while (world_.results.empty()) {
      const Ref worker = spawn<Worker>({.name = "worker"}, coordinator);
      world_.workers[host_] = worker;
      co_await worker.join();
      co_await sleep(1s);
    }
  }

 private:
  World& world_;
  const std::string_view host_;
};

Ref start_coordinator(Node& node, std::vector<Result>& results) {
  node.subscribe<Result>([&](const Result& result) { results.push_back(result); });
  return node.spawn<Coordinator>({.name = "coordinator"}, kLimit, kNumbersInAPiece);
}

std::uint32_t primes_in_one_process(Sim& sim) {
  std::vector<Result> results;
  Node& node = sim.node("alone");
  node.spawn<Worker>(start_coordinator(node, results));
  sim.run();
  node.stop();
  require(results.size() == 1, "in one process there are ", results.size(), " results");
  return results.front().primes;
}

void start(Sim& sim, World& world, std::string_view host) {
  if (world.up.insert(host).second) {
    sim.node(host).spawn<Keeper>({.name = "keeper"}, &world, host);
  }
}

void crash(Sim& sim, World& world, std::string_view host) {
  if (world.up.erase(host) != 0) {
    sim.crash(host);
  }
}

void let_something_fail(Sim& sim, World& world) {
  const std::string_view host = kHosts[sim.random(kHosts.size())];
  switch (sim.random(7)) {
    case 0:
      crash(sim, world, host);
      break;
    case 1:
      crash(sim, world, host);
      [[fallthrough]];
    case 2:
      start(sim, world, host);
      break;
    case 3:
      world.workers[host].kill();
      break;
    case 4:
      world.workers[host].stop();
      break;
    default:
      change_network(sim, "a", host);
      break;
  }
}

/// One worker is left, and its way to the coordinator; of the others nobody knows.
void leave_one(Sim& sim, World& world) {
  good_weather(sim);
  const std::string_view left = kHosts[sim.random(kHosts.size())];
  start(sim, world, left);
  for (const std::string_view host : kHosts) {
    if (host != left) {
      switch (sim.random(3)) {
        case 0:
          crash(sim, world, host);
          break;
        case 1:
          change_network(sim, "a", host);
          break;
        default:
          break;
      }
    }
  }
}

}  // namespace

void every_fault_leaves_the_result(Run& run) {
  World world;
  Sim sim(run, kLongestTurn);
  const std::uint32_t primes = primes_in_one_process(sim);
  sim.network().set(any_weather(sim));
  start_coordinator(sim.node("a"), world.results);
  for (const std::string_view host : kHosts) {
    start(sim, world, host);
  }
  for (int fault = 0; fault < kFaults && world.results.empty(); ++fault) {
    sim.advance(some_time(sim));
    let_something_fail(sim, world);
  }
  leave_one(sim, world);
  require(sim.run_until([&] { return !world.results.empty(); }, 5min), "there is no result");
  require(world.results.front().primes == primes, "the result is ", world.results.front().primes,
          " and not ", primes);
  require(sim.run_until([&] { return world.keepers == 0; }, 5min), world.keepers,
          " workers go on though the service has ended");
  require(world.results.size() == 1, "there are ", world.results.size(), " results");
}

}  // namespace spinoff::sim
