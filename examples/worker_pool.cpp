// Four workers behind a router: whoever has the least to do gets the next number. The boss sums up
// what they find. Run it with
//
//     startnode --actor spinoff.examples.worker_pool.Boss --params limit=10000
#include <algorithm>
#include <cstdint>

#include <spinoff/registry.hpp>
#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

namespace spinoff::examples::worker_pool {

/// Numbers from `first`, so many.
struct CountPrimes {
  std::uint32_t first;
  std::uint32_t count;
};

struct Found {
  std::uint32_t primes;
};

class Worker : public Actor {
 public:
  using Receives = Messages<CountPrimes>;

  void on(const CountPrimes& order) {
    std::uint32_t primes = 0;
    for (std::uint32_t n = order.first; n < order.first + order.count; ++n) {
      primes += is_prime(n) ? 1 : 0;
    }
    sender() << Found{primes};
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
};

class Boss : public Process {
 public:
  Task<> run(std::uint32_t limit) {
    const auto workers = spawn_pool<Worker>(SmallestMailbox{}, {.name = "workers", .size = 4});
    log("{} workers look at the numbers below {}", workers.routees().size(), limit);

    constexpr std::uint32_t kAtOnce = 1000;
    std::uint32_t orders = 0;
    for (std::uint32_t first = 0; first < limit; first += kAtOnce, ++orders) {
      workers << CountPrimes{first, std::min(kAtOnce, limit - first)};
    }

    std::uint32_t primes = 0;
    for (; orders > 0; --orders) {
      const Found found = co_await get<Found>();
      primes += found.primes;
    }
    log("there are {} primes below {}", primes, limit);
  }
};

const Registered<Boss> kBoss{"limit"};

}  // namespace spinoff::examples::worker_pool
