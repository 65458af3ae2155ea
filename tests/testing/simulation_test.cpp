// Rules V01 and V03: nodes in one thread, and runs that a seed repeats.
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/router.hpp>
#include <spinoff/send_when_room.hpp>
#include <spinoff/testing/scheduler.hpp>
#include <spinoff/testing/virtual_clock.hpp>

#include "actors.hpp"

namespace spinoff::testing {
namespace {

// Passes each number on to a few others, so that much depends on who runs when.
class Gossip : public Actor {
 public:
  using Receives = Messages<Ping, std::vector<Ref>>;
  void on(const std::vector<Ref>& others) { others_ = others; }
  void on(const Ping& ping) {
    if (ping.number > 0) {
      for (int i = 0; i < 2; ++i) {
        others_[(heard_++) % others_.size()] << Ping{ping.number - 1};
      }
    }
  }

 private:
  std::vector<Ref> others_;
  std::size_t heard_ = 0;
};

/// Tells which thread runs it.
class Notes : public Actor {
 public:
  using Receives = Messages<Ping>;
  explicit Notes(std::shared_ptr<std::thread::id> by) : by_(std::move(by)) {}
  void on(const Ping& /*ping*/) { *by_ = std::this_thread::get_id(); }

 private:
  std::shared_ptr<std::thread::id> by_;
};

/// Never ends.
class Mirror : public Actor {
 public:
  using Receives = Messages<Ping>;
  void on(const Ping& ping) { (sender() ? sender() : self()) << ping; }
};

/// Never ends either, but always waits for a timer.
class Hasty : public Actor {
 public:
  using Receives = Messages<Ping>;
  void on(const Ping& ping) { send_later(0ns, ping); }
};

/// Never comes to its end, and takes no time for it.
class Lingering : public Actor {
 public:
  using Receives = Messages<>;
  Task<> post_stop_async() override {
    for (;;) {
      co_await sleep(0ns);
    }
  }
};

/// Does what no actor can.
class Impatient : public Actor {
 public:
  using Receives = Messages<Ping>;
  explicit Impatient(Simulation* sim) : sim_(sim) {}
  void on(const Ping& /*ping*/) { sim_->run(); }

 private:
  Simulation* sim_;
};

std::string trace_of(std::uint64_t seed) {
  std::ostringstream trace;
  Simulation sim(seed);
  sim.trace_to(&trace);
  std::vector<Ref> all;
  for (const char* const name : {"a", "b"}) {
    for (int i = 0; i < 3; ++i) {
      all.push_back(sim.node(name).spawn<Gossip>());
    }
  }
  for (const Ref& one : all) {
    one << all;
  }
  all[0] << Ping{6};
  sim.run();
  sim.trace_to(nullptr);
  return trace.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(simulation)

BOOST_AUTO_TEST_CASE(V01_a_message_is_handled_in_the_thread_of_the_test_and_only_when_it_says_so) {
  Simulation sim(1);
  const auto handled_by = std::make_shared<std::thread::id>();
  const auto notes = sim.node("a").spawn<Notes>(handled_by);
  notes << Ping{};
  BOOST_CHECK(*handled_by == std::thread::id());
  sim.run();
  BOOST_CHECK(*handled_by == std::this_thread::get_id());
}

BOOST_AUTO_TEST_CASE(V01_the_same_seed_makes_the_same_run_and_another_one_another) {
  const std::string first = trace_of(7);
  BOOST_TEST(first.find("a/$Gossip-1 gets") != std::string::npos, first.substr(0, 500));
  BOOST_TEST(first == trace_of(7));
  std::set<std::string> runs;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    runs.insert(trace_of(seed));
  }
  BOOST_TEST(runs.size() == 20U);
}

BOOST_AUTO_TEST_CASE(V01_messages_of_one_sender_keep_their_order_under_each_seed) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Simulation sim(seed);
    Probe probe(sim.node("a"));
    const auto echo = sim.node("b").spawn<Echo>();
    for (int i = 0; i < 10; ++i) {
      probe.send(echo, Ping{i});
    }
    for (int i = 0; i < 10; ++i) {
      BOOST_TEST(probe.expect<Pong>().number == i);
    }
  }
}

BOOST_AUTO_TEST_CASE(V01_what_a_node_and_a_router_leave_to_chance_comes_from_the_seed) {
  const auto choices = [](std::uint64_t seed) {
    Simulation sim(seed);
    Probe probe(sim.node("a"));
    const auto router = sim.node("a").spawn_pool<Echo>(Random{}, {.size = 8});
    std::string text = std::to_string(sim.random(1000000));
    for (int i = 0; i < 8; ++i) {
      probe.send(router.routees()[sim.random(8)], Ping{i});
      router << Ping{};
    }
    sim.run();
    for (int i = 0; i < 8; ++i) {
      probe.expect<Pong>();
      text += " " + probe.sender().to_string();
    }
    return text;
  };
  BOOST_TEST(choices(3) == choices(3));
  BOOST_TEST(choices(3) != choices(4));
}

BOOST_AUTO_TEST_CASE(V01_a_node_of_a_name_is_started_once) {
  Simulation sim(1);
  Node& a = sim.node("a");
  BOOST_TEST(&sim.node("a") == &a);
  BOOST_TEST(&sim.node("b") != &a);
  BOOST_CHECK_THROW(sim.start("a", {}), NodeStartFailed);
}

BOOST_AUTO_TEST_CASE(V03_what_blocks_elsewhere_runs_the_simulation) {
  Simulation sim(1);
  Node& node = sim.node("a");
  const auto echo = node.spawn<Echo>();
  BOOST_TEST(Ref(echo).ask<Pong>(Ping{5}).get().number == 5);
  const auto slow = node.spawn<Silent>({.mailbox = bounded(1, Overflow::suspend_sender)});
  Ref(slow).send_when_room(Ping{1}).get();
  Ref(slow).send_when_room(Ping{2}).get();
  echo.stop();
  Ref(echo).join().wait();
  node.stop();
  node.wait();
  node.stop();
  BOOST_TEST(node.is_stopping());
}

BOOST_AUTO_TEST_CASE(V03_what_would_wait_for_ever_throws_SimulationStuck) {
  Simulation sim(1);
  const auto silent = sim.node("a").spawn<Silent>();
  BOOST_CHECK_THROW(Ref(silent).join().wait(), SimulationStuck);
  BOOST_CHECK_THROW(Ref(silent).ask<Pong>(Ping{}, 10s).get(), Timeout);
}

BOOST_AUTO_TEST_CASE(V03_actors_that_keep_each_other_busy_for_ever_are_found) {
  Simulation sim(1, {.most_turns_at_once = 1000});
  const auto mirror = sim.node("a").spawn<Mirror>();
  mirror << Ping{};
  BOOST_CHECK_THROW(sim.run(), SimulationStuck);
  BOOST_CHECK_THROW(sim.advance(1s), SimulationStuck);
  mirror.kill();
  sim.run();
}

BOOST_AUTO_TEST_CASE(V03_an_actor_whose_timers_take_no_time_for_ever_is_found) {
  Simulation sim(1, {.most_turns_at_once = 1000});
  const auto hasty = sim.node("a").spawn<Hasty>();
  hasty << Ping{};
  BOOST_CHECK_THROW(sim.advance(1s), SimulationStuck);
  BOOST_CHECK_THROW(sim.run_until([] { return false; }), SimulationStuck);
  BOOST_TEST((sim.now() == 0ns));
  hasty.kill();
  sim.advance(1s);
  BOOST_TEST((sim.now() == 1s));
}

BOOST_AUTO_TEST_CASE(V03_timers_that_come_again_at_once_for_ever_are_found) {
  class Restless final : public engine::TimerTask {
   public:
    Clock::time_point fire(Clock::time_point now) override { return now; }
  };
  Scheduler scheduler(1, {.longest_turn = 0ns, .most_turns_at_once = 1000, .longest_wait = 1h});
  VirtualClock& clock = *scheduler.clock();
  auto* const restless = new Restless;  // NOLINT(cppcoreguidelines-owning-memory)
  clock.start(*restless, clock.now() + 1s, &scheduler);
  BOOST_CHECK_THROW(scheduler.run_to(clock.now() + 2s), SimulationStuck);
  BOOST_TEST((clock.since_start() == 1s));
  clock.cancel(*restless);
  restless->release();
  scheduler.run_to(clock.now() + 1s);
  BOOST_TEST((clock.since_start() == 2s));
}

BOOST_AUTO_TEST_CASE(V03_a_simulation_with_a_node_that_cannot_stop_ends) {
  {
    Simulation sim(1, {.most_turns_at_once = 1000});
    sim.node("a").spawn<Lingering>();
    sim.run();
    BOOST_CHECK_THROW(sim.node("a").stop(), SimulationStuck);
  }
  Simulation next(1);
  BOOST_TEST(Ref(next.node("a").spawn<Echo>()).ask<Pong>(Ping{5}).get().number == 5);
}

BOOST_AUTO_TEST_CASE(V03_an_actor_cannot_run_the_simulation) {
  Simulation sim(1);
  ErrorProbe errors(sim.node("a"));
  sim.node("a").spawn<Impatient>(&sim) << Ping{};
  BOOST_CHECK_NO_THROW(errors.expect<std::logic_error>("let the test do it"));
}

BOOST_AUTO_TEST_CASE(V03_actors_run_in_the_simulation_whatever_their_dispatcher) {
  Simulation sim(1);
  Probe probe(sim.node("a"));
  for (const Dispatcher dispatcher : {Dispatcher::pinned, Dispatcher::blocking}) {
    const auto echo = sim.node("a").spawn<Echo>({.dispatcher = dispatcher});
    probe.send(echo, Ping{1});
    sim.run();
    BOOST_TEST(probe.expect<Pong>(0ns).number == 1);
  }
}

BOOST_AUTO_TEST_CASE(V03_functions_of_a_stop_run_in_the_simulation_and_may_ask) {
  Simulation sim(1);
  Node& node = sim.node("a");
  const auto echo = node.spawn<Echo>();
  std::vector<std::string> done;
  const std::thread::id here = std::this_thread::get_id();
  node.on_stop(StopPhase::before_stop, "ask", [&] {
    BOOST_CHECK(std::this_thread::get_id() == here);
    done.push_back("pong " + std::to_string(Ref(echo).ask<Pong>(Ping{3}).get().number));
  });
  node.on_stop(StopPhase::after_stop, "last", [&] { done.emplace_back("after"); });
  node.stop();
  BOOST_TEST(done == (std::vector<std::string>{"pong 3", "after"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace spinoff::testing
