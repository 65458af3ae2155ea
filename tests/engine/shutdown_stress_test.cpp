/// Many short-lived nodes full of actors that spawn, stop, fail, wait and ask at random, with
/// threads outside that go on sending while the nodes stop and after they have ended. What has to
/// hold: everything that was made is destroyed, every watcher is told, nothing hangs; and the
/// sanitizers have nothing to say.
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/ask.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/tbb_executor.hpp>
#include <spinoff/engine/timer_thread.hpp>
#include <spinoff/events.hpp>
#include <spinoff/timer.hpp>

#include "support/gate.hpp"

namespace {

using namespace spinoff;
using namespace std::chrono_literals;
using spinoff::testing::Gate;

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  unsigned operator()() { return static_cast<unsigned>(engine_()); }

 private:
  std::minstd_rand engine_;
};

/// Counts how many of it there are.
template <class Tag>
struct Counted {
  Counted() { ++alive; }
  Counted(const Counted&) { ++alive; }
  Counted(Counted&&) noexcept { ++alive; }
  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&&) = default;
  ~Counted() { --alive; }
  static inline std::atomic<int> alive{0};
};

/// Do something at random, and hand what is left on.
struct Order : Counted<Order> {
  explicit Order(unsigned n, int more = 3) : seed(n), left(more) {}
  unsigned seed;
  int left;
};
struct Reply : Counted<Reply> {};

/// Where actors and threads find each other. Outlives all nodes.
class Board {
 public:
  void put(const Ref& ref, Random& random) {
    const std::lock_guard lock(mutex_);
    refs_.at(random() % refs_.size()) = ref;
  }
  Ref pick(Random& random) const {
    const std::lock_guard lock(mutex_);
    return refs_.at(random() % refs_.size());
  }

 private:
  mutable std::mutex mutex_;
  std::array<Ref, 64> refs_;
};

struct World {
  Board board;
  std::atomic<int> handled{0};
  std::atomic<int> constructed{0};
  std::atomic<int> destroyed{0};
  std::atomic<int> post_stops{0};
};

class Chaotic : public detail::Behavior, private Counted<Chaotic> {
 public:
  Chaotic(World& world, unsigned seed) : world_(world), random_(seed) {
    fail_sometimes();
    ++world_.constructed;
    world_.constructed.notify_all();
    world_.board.put(cell().ref(), random_);
  }
  ~Chaotic() override { ++world_.destroyed; }
  void pre_start() override { fail_sometimes(); }
  void post_stop() override {
    ++world_.post_stops;
    fail_sometimes();
  }
  Task<> post_stop_async() override {
    if (random_() % 4 == 0) {
      co_await sleep(100us);
    }
  }
  Decision supervise(const ChildError& /*error*/) override {
    fail_sometimes();
    constexpr std::array kDecisions{Decision::Default, Decision::Resume, Decision::Restart,
                                    Decision::Stop, Decision::Escalate};
    const auto kind = kDecisions.at(random_() % kDecisions.size());
    const Decision decision = kind == Decision::Restart ? Decision(some_restart()) : kind;
    return random_() % 4 == 0 ? all_for_one(decision) : decision;
  }

  static detail::Handled receive(detail::Behavior& actor, detail::EnvelopePtr& message);
  /// Of those that are processes: waits now and then, and fails or ends at last.
  Task<> run() {
    for (unsigned i = random_() % 8; i != 0; --i) {
      if (random_() % 2 == 0) {
        co_await sleep(std::chrono::microseconds(random_() % 2'000));
      } else {
        try {
          co_await world_.board.pick(random_).ask<Reply>(Order(random_()), 1ms);
        } catch (const Timeout&) {    // as it happens
        } catch (const AskFailed&) {  // as it happens
        }
      }
      fail_sometimes();
    }
  }

 private:
  Restart some_restart() {
    Restart how{.keep_children = random_() % 2 == 0};
    if (random_() % 2 == 0) {
      how.max = 3;
      how.within = 5ms;
    }
    if (random_() % 2 == 0) {
      how.backoff = Backoff{.min = std::chrono::milliseconds(random_() % 3), .max = 4ms};
    }
    return how;
  }
  void fail_sometimes() {
    if (random_() % 16 == 0) {
      throw std::runtime_error("by chance");
    }
  }
  void act(const Order& order);

  World& world_;
  Random random_;
};

constexpr detail::ActorType kChaotic{.name = "test.Chaotic", .receive = &Chaotic::receive};

class ChaosFactory final : public detail::Factory {
 public:
  ChaosFactory(World& world, unsigned seed, bool process)
      : world_(world), seed_(seed), process_(process) {}
  std::unique_ptr<detail::Behavior> create() override {
    return std::make_unique<Chaotic>(world_, seed_++);
  }
  Task<> run(detail::Behavior& actor) override {
    return process_ ? static_cast<Chaotic&>(actor).run() : Task<>();
  }
  [[nodiscard]] bool has_run() const noexcept override { return process_; }

 private:
  World& world_;
  unsigned seed_;
  bool process_;
};

Ref spawn_chaotic(World& world, engine::Cell& parent, Random& random) {
  constexpr std::array kDispatchers{Dispatcher::pinned, Dispatcher::blocking, Dispatcher::blocking};
  const unsigned chosen = random() % 12;
  return detail::spawn(
      parent, kChaotic, detail::FactoryPtr(new ChaosFactory(world, random(), random() % 3 == 0)),
      {.dispatcher = chosen < kDispatchers.size() ? kDispatchers.at(chosen) : Dispatcher::pool});
}

detail::Handled Chaotic::receive(detail::Behavior& actor, detail::EnvelopePtr& message) {
  auto& self = static_cast<Chaotic&>(actor);
  ++self.world_.handled;
  if (&message->type() == &detail::kMessageType<Order>) {
    self.act(message->as<Order>());
    return detail::Handled::yes;
  }
  if (&message->type() == &detail::kMessageType<Terminated>) {
    return self.random_() % 8 == 0 ? detail::Handled::no : detail::Handled::yes;
  }
  return detail::Handled::no;
}

/// What threads outside may do as well.
void act_from_anywhere(World& world, Random& random, const Order& order) {
  const Ref other = world.board.pick(random);
  switch (random() % 10) {
    case 0:
      other.stop();
      break;
    case 1:
      other.kill();
      break;
    case 2:
      other.poison();
      break;
    case 3:
      static_cast<void>(other.send_later(std::chrono::microseconds(random() % 1'000),
                                         Order(random(), order.left - 1)));
      break;
    case 4: {
      Timer timer = send_every(1ms, other, Order(random(), 0));
      if (random() % 2 == 0) {
        timer.cancel();
      }
      break;
    }
    case 5:
      static_cast<void>(other.to_string());
      break;
    case 6:
      static_cast<void>(other.ask<Reply>(Order(random()), 1ms));
      break;
    default:
      if (order.left > 0) {
        other << Order(random(), order.left - 1);
      }
      break;
  }
}

void Chaotic::act(const Order& order) {
  fail_sometimes();
  switch (random_() % 12) {
    case 0:
    case 1:
    case 2:
      if (order.left > 0) {
        const Ref child = spawn_chaotic(world_, cell(), random_);
        cell().watch(child);
        child << Order(random_(), order.left - 1);
      }
      break;
    case 3:
      cell().watch(world_.board.pick(random_));
      break;
    case 4:
      cell().unwatch(world_.board.pick(random_));
      break;
    case 5:
      cell().sender() << Reply();
      break;
    case 6:
      cell().forward(world_.board.pick(random_));
      break;
    case 7:
      cell().watch(cell().sender());
      break;
    case 8:
      static_cast<void>(cell().sender().send_later(100us, Reply()));
      break;
    case 9:
      for (const Ref& child : cell().children().all()) {
        child.stop();
      }
      break;
    default:
      act_from_anywhere(world_, random_, order);
      break;
  }
}

std::unique_ptr<engine::NodeCore> make_node() {
  return std::make_unique<engine::NodeCore>(
      engine::NodeCore::Options{.turn_budget = 4,
                                .guardian_decision = Decision::Restart,
                                .dispatchers = {.blocking_threads = 3, .blocking_linger = 100us},
                                .blocking_threshold = 1ms},
      engine::make_tbb_executor(3), std::make_unique<engine::TimerThread>());
}

/// Sends from outside until told to end, whatever becomes of the nodes.
void trouble(World& world, unsigned seed, const std::atomic<bool>& end) {
  Random random(seed);
  while (!end) {
    act_from_anywhere(world, random, Order(random()));
    const Ref other = world.board.pick(random);
    if (random() % 16 == 0) {
      try {
        other.ask<Reply>(Order(random()), 1ms).get();
      } catch (const Timeout&) {    // as it happens
      } catch (const AskFailed&) {  // as it happens
      }
    }
    if (random() % 16 == 0) {
      try {
        static_cast<void>(other / "$Chaotic-1");
      } catch (const LookupFailed&) {  // as it happens
      }
    }
    std::this_thread::yield();
  }
}

/// One node's life. It is stopped in the middle of whatever goes on.
void live(World& world, unsigned seed) {
  Random random(seed);
  const auto node = make_node();
  const int before = world.handled;
  const int enough = static_cast<int>(random() % 300);
  for (int i = 0; world.handled - before < enough && i < 2'000; ++i) {
    const Ref top = spawn_chaotic(world, node->guardian(), random);
    top << Order(random(), 4) << Order(random(), 4);
  }
  // Sometimes it is patient, sometimes it kills at once.
  node->stop(random() % 2 == 0 ? std::chrono::nanoseconds(30s) : 0ns);
  BOOST_TEST_REQUIRE(world.constructed == world.destroyed);
  BOOST_TEST_REQUIRE(node->guardian().children().all().empty());
}

BOOST_AUTO_TEST_SUITE(shutdown_stress)

BOOST_AUTO_TEST_CASE(nodes_end_whole_while_threads_outside_go_on_sending) {
  {
    World world;
    std::atomic<bool> end{false};
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] { trouble(world, 1'000 + i, end); });
    }
    try {
      for (unsigned round = 0; round < 150; ++round) {
        live(world, round + 1);
      }
    } catch (...) {
      end = true;
      throw;
    }
    end = true;
    threads.clear();
    BOOST_TEST(world.handled > 0);
    BOOST_TEST(world.post_stops > 0);
    BOOST_TEST(world.constructed == world.destroyed);
  }
  BOOST_TEST(Counted<Chaotic>::alive == 0);
  BOOST_TEST(Counted<Order>::alive == 0);
  BOOST_TEST(Counted<Reply>::alive == 0);
}

BOOST_AUTO_TEST_CASE(two_nodes_that_talk_to_each_other_end_in_any_order) {
  {
    World world;
    for (unsigned round = 0; round < 50; ++round) {
      std::vector<std::jthread> lives;
      for (unsigned i = 0; i < 2; ++i) {
        lives.emplace_back([&, i] {
          Random random(100 + 2 * round + i);
          const auto node = make_node();
          for (int n = 0; n < 50; ++n) {
            spawn_chaotic(world, node->guardian(), random) << Order(random(), 4);
          }
          if (round % 2 == 0) {  // else it may be over before anyone has run
            world.constructed.wait(0);
          }
          node->stop(30s);
        });
      }
    }
    BOOST_TEST(world.constructed > 0);
    BOOST_TEST(world.constructed == world.destroyed);
  }
  BOOST_TEST(Counted<Chaotic>::alive == 0);
  BOOST_TEST(Counted<Order>::alive == 0);
  BOOST_TEST(Counted<Reply>::alive == 0);
}

BOOST_AUTO_TEST_CASE(every_watcher_is_told_although_all_stop_at_the_same_time) {
  // A ring in which each watches the next; all are stopped by threads outside.
  struct Told {
    Gate all{"every watcher to be told", 400};
  };
  class Watching : public detail::Behavior {
   public:
    explicit Watching(Told& told) : told_(told) {}
    static detail::Handled receive(detail::Behavior& actor, detail::EnvelopePtr& message) {
      auto& self = static_cast<Watching&>(actor);
      if (&message->type() == &detail::kMessageType<Ref>) {
        self.cell().watch(message->as<Ref>());
      } else {
        self.told_.all.arrive();
      }
      return detail::Handled::yes;
    }

   private:
    Told& told_;
  };
  class Factory final : public detail::Factory {
   public:
    explicit Factory(Told& told) : told_(told) {}
    std::unique_ptr<detail::Behavior> create() override {
      return std::make_unique<Watching>(told_);
    }

   private:
    Told& told_;
  };
  static constexpr detail::ActorType kWatching{.name = "test.Watching",
                                               .receive = &Watching::receive};
  for (int round = 0; round < 20; ++round) {
    Told told;
    const auto node = make_node();
    const auto spawn = [&] {
      return detail::spawn(node->guardian(), kWatching, detail::FactoryPtr(new Factory(told)), {});
    };
    const std::array watchers{spawn(), spawn(), spawn(), spawn()};
    std::vector<Ref> brief;
    for (int i = 0; i < 100; ++i) {
      brief.push_back(spawn());
    }
    std::vector<std::jthread> threads;
    for (const Ref& watcher : watchers) {
      threads.emplace_back([&] {
        for (const Ref& one : brief) {
          watcher << one;
        }
      });
    }
    threads.emplace_back([&] {
      for (const Ref& one : brief) {
        one.stop();
      }
    });
    told.all.wait();
    threads.clear();
    node->stop(30s);
    BOOST_TEST_REQUIRE(told.all.arrivals() == 400U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
