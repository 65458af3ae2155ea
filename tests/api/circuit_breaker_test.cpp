/// Rules B01 to B05: circuit breakers, most of them in a node whose time passes by hand.
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/circuit_breaker.hpp>
#include <spinoff/spinoff.hpp>

#include "engine/manual_node.hpp"
#include "support/probe.hpp"

namespace spinoff {
static std::ostream& boost_test_print_type(std::ostream& out, CircuitState state) {
  return out << (state == CircuitState::closed ? "closed"
                 : state == CircuitState::open ? "open"
                                               : "half open");
}
}  // namespace spinoff

namespace {

using namespace spinoff;
using namespace spinoff::testing;
using enum CircuitState;

struct Mute {};

/// Doubles what is positive, fails at the rest, and does not answer to Mute.
class Doubler : public Actor {
 public:
  using Receives = Messages<int, Mute>;
  explicit Doubler(Collector<int> asked) : asked_(std::move(asked)) {}
  void on(const int& number) {
    asked_.add(number);
    if (number < 0) {
      throw std::runtime_error("negative");
    }
    sender() << 2 * number;
  }
  void on(const Mute&) {}

 private:
  Collector<int> asked_;
};

/// A node, an actor in it, and a breaker that opens at the third failure, for a second.
struct World {
  const Collector<int> asked{"a question"};
  const Collector<CircuitState> changes{"a change"};
  ManualNode node{engine::NodeCore::Options{.guardian_decision = Decision::Resume}};
  Ref doubler = node.spawn(detail::kActorType<Doubler>, detail::make_factory<Doubler>(asked));
  CircuitBreaker breaker{
      {.max_failures = 3,
       .call_timeout = 100ms,
       .reset_timeout = {.min = 1s, .max = 3s, .jitter = 0},
       .on_change = [changes = changes](CircuitState now) { changes.add(now); }}};

  template <class M>
  int ask(M question) {
    auto reply = breaker.ask<int>(doubler, question);
    node.run();
    return reply.get();
  }
  void fail(int times) {
    for (int i = 0; i < times; ++i) {
      BOOST_CHECK_THROW(ask(-1), AskFailed);
    }
  }
  void refused() { BOOST_CHECK_THROW(ask(1), CircuitOpen); }
};

BOOST_AUTO_TEST_SUITE(circuit_breaker)

BOOST_AUTO_TEST_CASE(B01_a_closed_circuit_lets_calls_through_and_failures_in_a_row_count) {
  World world;
  BOOST_TEST(world.ask(2) == 4);
  world.fail(2);
  BOOST_TEST(world.ask(3) == 6);  // the count begins anew
  world.fail(2);
  BOOST_TEST(world.breaker.state() == closed);
  BOOST_TEST(world.changes.empty());
}

BOOST_AUTO_TEST_CASE(B02_too_many_failures_open_it_and_calls_fail_at_once_without_being_sent) {
  World world;
  world.fail(3);
  BOOST_TEST(world.breaker.state() == open);
  BOOST_TEST(world.changes.next() == open);
  world.asked.rest();
  BOOST_CHECK_EXCEPTION(world.ask(1), CircuitOpen, [](const CircuitOpen& error) {
    return std::string(error.what()).find("try again in 1000 ms") != std::string::npos;
  });
  world.node.run();
  BOOST_TEST(world.asked.empty());
}

BOOST_AUTO_TEST_CASE(B02_a_call_that_takes_too_long_is_a_failure) {
  World world;
  world.fail(2);
  auto reply = world.breaker.ask<int>(world.doubler, Mute{});
  world.node.run();
  world.node.pass(99ms);
  BOOST_TEST(!reply.ready());
  world.node.pass(2ms);
  BOOST_CHECK_THROW(reply.get(), Timeout);
  BOOST_TEST(world.breaker.state() == open);
}

BOOST_AUTO_TEST_CASE(B03_after_the_reset_timeout_one_call_is_tried_and_its_success_closes_it) {
  World world;
  world.fail(3);
  world.node.pass(999ms);
  world.refused();
  world.node.pass(1ms);
  auto trial = world.breaker.ask<int>(world.doubler, 5);
  BOOST_TEST(world.breaker.state() == half_open);
  world.refused();
  world.node.run();
  BOOST_TEST(trial.get() == 10);
  BOOST_TEST(world.breaker.state() == closed);
  world.fail(2);  // counted from zero
  BOOST_TEST(world.breaker.state() == closed);
}

BOOST_AUTO_TEST_CASE(B03_a_trial_that_fails_opens_it_for_longer_up_to_a_limit) {
  World world;
  world.fail(3);
  for (const auto wait : {1000ms, 2000ms, 3000ms, 3000ms}) {
    world.node.pass(wait - 1ms);
    world.refused();
    world.node.pass(1ms);
    world.fail(1);
    BOOST_TEST(world.breaker.state() == open);
  }
  world.node.pass(3s);
  BOOST_TEST(world.ask(1) == 2);
  world.fail(3);
  world.node.pass(1s);  // as at the beginning
  BOOST_TEST(world.ask(1) == 2);
}

BOOST_AUTO_TEST_CASE(B04_each_change_is_told_with_no_lock_held) {
  World world;
  world.fail(3);
  world.node.pass(1s);
  world.fail(1);
  world.node.pass(2s);
  BOOST_TEST(world.ask(1) == 2);
  BOOST_TEST(
      world.changes.rest() == (std::vector<CircuitState>{open, half_open, open, half_open, closed}),
      boost::test_tools::per_element());

  CircuitBreaker* self = nullptr;
  std::vector<CircuitState> seen;
  CircuitBreaker asks_itself(
      {.max_failures = 1, .on_change = [&](CircuitState) { seen.push_back(self->state()); }});
  self = &asks_itself;
  BOOST_CHECK_THROW(asks_itself.ask<int>(Ref(), 1).get(), AskFailed);
  BOOST_TEST(seen == std::vector<CircuitState>{open}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(B05_copies_share_one_circuit) {
  World world;
  const CircuitBreaker copy = world.breaker;
  world.fail(3);
  BOOST_TEST(copy.state() == open);
}

BOOST_AUTO_TEST_CASE(B05_what_calls_give_that_began_before_the_last_change_does_not_count) {
  World world;
  auto early_failure = world.breaker.ask<int>(world.doubler, -1);
  auto early_success = world.breaker.ask<int>(world.doubler, 1);
  world.fail(3);
  BOOST_TEST(early_success.get() == 2);
  BOOST_TEST(world.breaker.state() == open);
  world.node.pass(1s);
  BOOST_TEST(world.ask(1) == 2);
  world.fail(2);
  BOOST_CHECK_THROW(early_failure.get(), AskFailed);
  BOOST_TEST(world.breaker.state() == closed);
}

BOOST_AUTO_TEST_CASE(B05_a_trial_that_is_dropped_has_failed) {
  World world;
  world.fail(3);
  world.node.pass(1s);
  {
    auto trial = world.breaker.ask<int>(world.doubler, 1);
  }
  BOOST_TEST(world.breaker.state() == open);
}

BOOST_AUTO_TEST_CASE(B05_options_out_of_range_are_refused) {
  BOOST_CHECK_THROW(CircuitBreaker({.max_failures = 0}), std::invalid_argument);
  BOOST_CHECK_THROW(CircuitBreaker({.call_timeout = 0s}), std::invalid_argument);
  BOOST_CHECK_THROW(CircuitBreaker({.reset_timeout = {.factor = 0.5}}), std::invalid_argument);
  BOOST_CHECK_THROW(CircuitBreaker({.reset_timeout = {.min = 1h, .max = 1min}}),
                    std::invalid_argument);
}

/// Asks through a breaker until that refuses.
class Asker : public Process {
 public:
  Task<> run(CircuitBreaker breaker, Ref whom, Log log) {
    for (const int number : {3, -1, -1}) {
      try {
        const int reply = co_await breaker.ask<int>(whom, number);
        log.add(std::to_string(reply));
      } catch (const AskFailed&) {
        log.add("failed");
      } catch (const CircuitOpen&) {
        log.add("open");
      }
    }
  }
};

BOOST_AUTO_TEST_CASE(B05_in_a_process_it_is_awaited) {
  const Log log("a reply");
  Node node(quiet());
  const Ref doubler = node.spawn<Doubler>(Collector<int>("a question"));
  node.spawn<Asker>(CircuitBreaker({.max_failures = 1}), doubler, log);
  BOOST_TEST(log.next() == "6");
  BOOST_TEST(log.next() == "failed");
  BOOST_TEST(log.next() == "open");
}

BOOST_AUTO_TEST_CASE(B03_jitter_adds_a_random_share) {
  World world;
  const auto open_for = [&] {
    world.breaker =
        CircuitBreaker({.max_failures = 3, .reset_timeout = {.min = 1s, .max = 1s, .jitter = 1}});
    world.fail(3);
    std::string what;
    try {
      world.ask(1);
    } catch (const CircuitOpen& error) {
      what = error.what();
    }
    const auto ms = std::stoi(what.substr(what.find("try again in ") + 13));
    BOOST_TEST((ms >= 1'000 && ms <= 2'000));
    return ms;
  };
  const std::vector<int> all{open_for(), open_for(), open_for()};
  BOOST_TEST((all[0] != all[1] || all[1] != all[2]));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
