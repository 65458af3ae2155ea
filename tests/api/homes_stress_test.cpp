/// Actors that move between workers, or have threads of their own, while everybody sends to them:
/// from their home, from other workers and threads, from another node of the process and from
/// threads outside. Nothing is lost, doubled or
/// out of order, and nobody runs twice at once, or not at all.
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/gate.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

constexpr std::size_t kActors = 24;
constexpr std::size_t kOutside = 2;  // threads
constexpr std::size_t kSenders = kActors + kOutside;
constexpr int kTokens = 100;  // of each thread
#if SPINOFF_PATIENCE > 1
constexpr int kHops = 300;
#else
constexpr int kHops = 10'000;
#endif
// Where most hops are from thread to thread.
constexpr int kFewHops = kHops / 10;

/// Goes from actor to actor until it has no hops left.
struct Token {
  std::size_t from;
  std::uint64_t number;  // of its sender to its receiver, from 1 on
  int hops;
};

struct Errand {
  int hops;
};

struct World {
  std::vector<Ref> actors;
  std::atomic<int> wrong = 0;
  std::atomic<std::uint64_t> handled = 0;
  Gate arrived{"all tokens to end", kOutside* kTokens};
};

/// What one sender has sent so far.
class Sends {
 public:
  explicit Sends(std::size_t from) : from_(from), random_(static_cast<unsigned>(from)) {}
  void send_on(World& world, int hops) {
    const std::size_t to = random_() % kActors;
    world.actors[to] << Token{from_, ++numbers_[to], hops};
  }
  bool one_in(unsigned n) { return random_() % n == 0; }

 private:
  std::size_t from_;
  std::array<std::uint64_t, kActors> numbers_{};
  std::minstd_rand random_;
};

/// Lives for one errand, so that places are used again and again.
class Runs : public Actor {
 public:
  using Receives = Messages<Errand>;
  void on(const Errand& errand) {
    sender() << errand;
    stop();
  }
};

class Walks : public Actor {
 public:
  using Receives = Messages<Token, Errand>;
  Walks(World& world, std::size_t number) : world_(&world), sends_(number) {}

  void on(const Token& token) {
    const Alone alone(*this);
    std::uint64_t& last = last_[token.from];
    if (token.number != ++last) {
      world_->wrong.fetch_add(1);
      last = token.number;
    }
    world_->handled.fetch_add(1, std::memory_order_relaxed);
    if (sends_.one_in(1'000)) {
      be_stuck();
    }
    if (token.hops == 0) {
      world_->arrived.arrive();
    } else if (sends_.one_in(20)) {
      spawn<Runs>() << Errand{token.hops - 1};
    } else {
      sends_.send_on(*world_, token.hops - 1);
    }
  }
  void on(const Errand& errand) {
    const Alone alone(*this);
    sends_.send_on(*world_, errand.hops);
  }

 private:
  /// Tells if two turns run at once.
  class Alone {
   public:
    explicit Alone(Walks& actor) : actor_(&actor) {
      if (actor.busy_.exchange(true)) {
        actor.world_->wrong.fetch_add(1);
      }
    }
    Alone(const Alone&) = delete;
    Alone& operator=(const Alone&) = delete;
    ~Alone() { actor_->busy_.store(false); }

   private:
    Walks* actor_;
  };

  /// For so long that others come and take what waits behind this turn.
  static void be_stuck() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(300);
    while (std::chrono::steady_clock::now() < end) {
    }
  }

  World* world_;
  Sends sends_;
  std::array<std::uint64_t, kSenders> last_{};
  std::atomic<bool> busy_ = false;
};

void send_all(World& world, std::size_t from, int hops) {
  Sends sends(from);
  for (int i = 0; i < kTokens; ++i) {
    sends.send_on(world, hops);
  }
}

/// How often work went from one worker to another.
struct Traffic {
  std::uint64_t moves = 0;
  std::uint64_t steals = 0;
  void add(const Counters& counters) {
    for (const WorkerCounters& worker : counters.workers) {
      moves += worker.moves;
      steals += worker.steals;
    }
  }
};

void run_once(const std::vector<Node*>& nodes, Traffic& traffic,
              const std::vector<Dispatcher>& dispatchers = {Dispatcher::pool}, int hops = kHops) {
  World world;
  for (std::size_t i = 0; i < kActors; ++i) {
    world.actors.push_back(nodes[i % nodes.size()]->spawn<Walks>(
        {.dispatcher = dispatchers[i % dispatchers.size()]}, std::ref(world), i));
  }
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kOutside; ++i) {
      threads.emplace_back([&world, i, hops] { send_all(world, kActors + i, hops); });
    }
    BOOST_CHECK_NO_THROW(world.arrived.wait(4 * kWaitLimit));
  }
  for (Node* const node : nodes) {
    node->stop();
    traffic.add(node->counters());
  }
  BOOST_TEST(world.wrong == 0);
  BOOST_TEST(world.handled == kOutside * kTokens * (static_cast<std::uint64_t>(hops) + 1));
}

/// Again until actors have moved and been stolen, which on a busy machine may take more than one
/// run.
void check_all_goes_well(const std::vector<int>& workers_of_each) {
  Traffic traffic;
  const auto limit = std::chrono::steady_clock::now() + 4 * kWaitLimit;
  do {
    std::vector<std::unique_ptr<Node>> nodes;
    std::vector<Node*> all;
    for (const int workers : workers_of_each) {
      nodes.push_back(std::make_unique<Node>(NodeOptions{.workers = workers, .log_events = false}));
      all.push_back(nodes.back().get());
    }
    run_once(all, traffic);
  } while ((traffic.moves == 0 || traffic.steals == 0) && std::chrono::steady_clock::now() < limit);
  BOOST_TEST(traffic.moves > 0U);
  BOOST_TEST(traffic.steals > 0U);
}

BOOST_AUTO_TEST_SUITE(homes_stress)

BOOST_AUTO_TEST_CASE(M02_M04_hold_while_actors_move_between_workers) {
  check_all_goes_well({4});
}

BOOST_AUTO_TEST_CASE(M02_M04_hold_between_two_nodes_of_one_process) {
  check_all_goes_well({2, 3});
}

BOOST_AUTO_TEST_CASE(M02_M04_C09_hold_across_dispatchers) {
  NodeOptions options{.workers = 2, .log_events = false};
  options.blocking_threads = 3;
  options.blocking_idle_limit = std::chrono::microseconds(100);
  Node one(options);
  Node other(options);
  Traffic traffic;
  run_once({&one, &other}, traffic,
           {Dispatcher::pool, Dispatcher::pool, Dispatcher::pinned, Dispatcher::pinned,
            Dispatcher::blocking, Dispatcher::blocking, Dispatcher::blocking},
           kFewHops);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
