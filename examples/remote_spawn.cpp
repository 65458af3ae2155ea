// A coordinator spawns a worker at each of some nodes, and supervises them like its other children:
// they have bad days, and are started again. Run it with
//
//     startnode --remoting 127.0.0.1:9700 --allow-remote-spawn
//     startnode --remoting 127.0.0.1:9701 --actor spinoff.examples.remote_spawn.Coordinator
//               --params "nodes=['127.0.0.1:9700'], limit=5000"
//
// or, with all on one node, with `--params "nodes=['', ''], limit=5000"` alone.
#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

namespace spinoff::examples::remote_spawn {

/// Among the numbers from `first`, so many.
struct CountPrimes {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  MSGPACK_DEFINE(first, count)
};

struct Found {
  std::uint32_t primes = 0;
  MSGPACK_DEFINE(primes)
};

class Worker : public Actor {
 public:
  using Receives = RemoteMessages<CountPrimes>;

  explicit Worker(std::string name) : name_(std::move(name)) {}
  void pre_start() override { log("{} is ready", name_); }
  void post_stop() override { log("{} goes home", name_); }

  void on(const CountPrimes& order) {
    if (++orders_ == 3) {
      throw std::runtime_error(name_ + " has a bad day");
    }
    Found found;
    for (std::uint32_t n = order.first; n < order.first + order.count; ++n) {
      found.primes += is_prime(n) ? 1 : 0;
    }
    sender() << found;
  }

 private:
  static bool is_prime(std::uint32_t n) {
    for (std::uint32_t divisor = 2; divisor * divisor <= n; ++divisor) {
      if (n % divisor == 0) {
        return false;
      }
    }
    return n >= 2;
  }

  const std::string name_;
  int orders_ = 0;
};

class Coordinator : public Process {
 public:
  Task<> run(std::vector<std::string> nodes, std::uint32_t limit) {
    std::vector<Ref> workers;
    for (const std::string& node : nodes) {
      const std::string name = "worker " + std::to_string(workers.size() + 1);
      workers.push_back(
          co_await spawn_on(node, "spinoff.examples.remote_spawn.Worker", "name='" + name + "'"));
      log("{} is {}", name, workers.back());
    }

    constexpr std::uint32_t kAtOnce = 1000;
    std::uint32_t primes = 0;
    for (std::uint32_t first = 0; first < limit; first += kAtOnce) {
      const Ref& worker = workers.at(first / kAtOnce % workers.size());
      primes += co_await count(worker, {first, std::min(kAtOnce, limit - first)});
    }
    log("there are {} primes below {}", primes, limit);
  }

  Decision supervise(const ChildError& error) override {
    log("{} is started again: {}", error.child, describe(error.error));
    return Restart{.max = 10, .within = 1min};
  }

 private:
  Task<std::uint32_t> count(Ref worker, CountPrimes order) {
    for (;;) {
      try {
        const Found found = co_await worker.ask<Found>(order);
        co_return found.primes;
      } catch (const AskFailed& error) {
        log("asking again for the numbers from {}", order.first);
      }
    }
  }
};

const Registered<Worker, std::string> kWorker{"name"};
const Registered<Coordinator> kCoordinator{"nodes", "limit"};

}  // namespace spinoff::examples::remote_spawn
