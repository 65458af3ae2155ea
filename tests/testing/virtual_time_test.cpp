// Rule V02: everything that takes time takes virtual time.
#include <chrono>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/circuit_breaker.hpp>
#include <spinoff/timer.hpp>

#include "actors.hpp"

namespace spinoff::testing {
namespace {

// Tells what it gets, and when.
using Times = std::vector<std::chrono::milliseconds>;

class Clockwork : public Actor {
 public:
  using Receives = Messages<Ping, ReceiveTimeout>;
  Clockwork(Simulation* sim, Times* times) : sim_(sim), times_(times) {}
  void pre_start() override {
    start_timer_at_fixed_rate("tick", 10s, Ping{1});
    set_receive_timeout(15s);
  }
  void on(const Ping& /*ping*/) {
    note();
    if (times_->size() == 2) {
      cancel_timer("tick");
    }
  }
  void on(const ReceiveTimeout& /*timeout*/) {
    note();
    stop();
  }

 private:
  void note() { times_->push_back(std::chrono::floor<std::chrono::milliseconds>(sim_->now())); }
  Simulation* sim_;
  Times* times_;
};

class Sleeper : public Process {
 public:
  Task<> run(Simulation* sim, Times* times) {
    const auto note = [&] {
      times->push_back(std::chrono::floor<std::chrono::milliseconds>(sim->now()));
    };
    co_await sleep(1h);
    note();
    try {
      co_await get<Ping>(250ms);
    } catch (const Timeout&) {
      note();
    }
  }
};

class Unwell : public Actor {
 public:
  using Receives = Messages<>;
  Unwell(Simulation* sim, Times* times) : sim_(sim), times_(times) {}
  void pre_start() override {
    times_->push_back(std::chrono::floor<std::chrono::milliseconds>(sim_->now()));
    if (times_->size() < 4) {
      throw std::runtime_error("not yet");
    }
  }

 private:
  Simulation* sim_;
  Times* times_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(virtual_time)

BOOST_AUTO_TEST_CASE(V02_timers_and_receive_timeouts_come_at_their_times_when_time_passes) {
  Times times;
  Simulation sim(1);
  sim.node("a").spawn<Clockwork>(&sim, &times);
  sim.run();
  BOOST_TEST(times.empty());
  sim.advance(9999ms);
  BOOST_TEST(times.empty());
  sim.advance(1ms);
  BOOST_TEST(times.size() == 1U);
  sim.advance(1h);
  const Times expected{10s, 20s, 35s};
  BOOST_CHECK(times == expected);
  BOOST_CHECK(sim.now() == 1h + 10s);
}

BOOST_AUTO_TEST_CASE(V02_sleeps_and_time_limits_of_processes_are_of_virtual_time) {
  Times times;
  Simulation sim(1);
  const auto sleeper = sim.node("a").spawn<Sleeper>(&sim, &times);
  Ref(sleeper).join().wait();
  const Times expected{1h, 1h + 250ms};
  BOOST_CHECK(times == expected);
}

BOOST_AUTO_TEST_CASE(V02_asks_and_joins_time_out_in_virtual_time) {
  Simulation sim(1);
  const auto silent = sim.node("a").spawn<Silent>();
  BOOST_CHECK_THROW(Ref(silent).ask<Pong>(Ping{}, 5s).get(), Timeout);
  BOOST_CHECK(sim.now() == 5s);
  BOOST_CHECK_THROW(Ref(silent).join(2s).wait(), Timeout);
  BOOST_CHECK(sim.now() == 7s);
}

BOOST_AUTO_TEST_CASE(V02_a_backoff_waits_in_virtual_time) {
  Times times;
  Simulation sim(1);
  Node& node = sim.start(
      "a",
      {.on_failure = Restart{.backoff = Backoff{.min = 1s, .max = 10s, .factor = 2, .jitter = 0}},
       .log_events = false});
  node.spawn<Unwell>(&sim, &times);
  sim.advance(1min);
  const Times expected{0s, 1s, 3s, 7s};
  BOOST_CHECK(times == expected);
}

BOOST_AUTO_TEST_CASE(V02_a_circuit_breaker_goes_by_virtual_time) {
  Simulation sim(1);
  const auto silent = sim.node("a").spawn<Silent>();
  CircuitBreaker breaker(
      {.max_failures = 1, .call_timeout = 1s, .reset_timeout = {.min = 30s, .max = 30s}});
  BOOST_CHECK_THROW(breaker.ask<Pong>(Ref(silent), Ping{}).get(), Timeout);
  BOOST_CHECK_THROW(breaker.ask<Pong>(Ref(silent), Ping{}).get(), CircuitOpen);
  sim.advance(1min);
  BOOST_CHECK_THROW(breaker.ask<Pong>(Ref(silent), Ping{}).get(), Timeout);
}

BOOST_AUTO_TEST_CASE(V02_the_phases_of_a_stop_end_by_virtual_time) {
  Simulation sim(1);
  Node& node = sim.start("a", {.stop_timeouts = {.drain = 20s}, .log_events = false});
  const auto silent = node.spawn<Silent>();
  node.on_stop(StopPhase::drain, "never answers", Ref(silent), Ping{});
  EventProbe<StopTaskLeft> left(node);
  node.stop();
  left.expect(0ns);
  BOOST_CHECK(sim.now() == 20s);
}

BOOST_AUTO_TEST_CASE(V02_the_limit_of_a_stop_is_of_virtual_time) {
  class Stubborn : public Actor {
   public:
    Task<> post_stop_async() override { co_await sleep(24h); }
  };
  Simulation sim(1);
  Node& node = sim.start("a", {.stop_limit = 40s, .log_events = false});
  node.spawn<Stubborn>();
  sim.run();
  node.stop();
  BOOST_CHECK(sim.now() == 40s);
}

BOOST_AUTO_TEST_CASE(V02_turns_take_time_if_they_are_told_to) {
  Simulation sim(1, {.longest_turn = 1ms});
  const auto silent = sim.node("a").spawn<Silent>();
  for (int i = 0; i < 100; ++i) {
    silent << Ping{i};
  }
  sim.run();
  BOOST_TEST((sim.now() > 1ms));
  BOOST_TEST((sim.now() < 110ms));
}

BOOST_AUTO_TEST_CASE(V02_run_until_gives_up_at_its_limit) {
  Simulation sim(1);
  BOOST_TEST(!sim.run_until([] { return false; }, 3s));
  BOOST_CHECK(sim.now() == 3s);
  BOOST_TEST(sim.run_until([] { return true; }, 3s));
  BOOST_CHECK(sim.now() == 3s);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace spinoff::testing
