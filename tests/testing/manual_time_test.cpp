// Rule V05: nodes with threads whose time the test moves on.
#include <chrono>
#include <memory>

#include <boost/test/unit_test.hpp>

#include <spinoff/timer.hpp>

#include "actors.hpp"

namespace spinoff::testing {

BOOST_AUTO_TEST_SUITE(manual_time)

BOOST_AUTO_TEST_CASE(V05_timers_of_a_node_with_threads_come_when_the_test_says_so) {
  ManualTime time;
  const auto node = time.start_node({.workers = 2, .log_events = false});
  Probe probe(*node);
  const Timer late = probe.ref().send_later(48h, Ping{2});
  const Timer soon = probe.ref().send_later(24h, Ping{1});
  time.advance(24h - 1ms);
  probe.expect_none(10ms);
  time.advance(1ms);
  BOOST_TEST(probe.expect<Ping>().number == 1);
  probe.expect_none(10ms);
  time.advance(24h);
  BOOST_TEST(probe.expect<Ping>().number == 2);
  BOOST_CHECK(time.now() == 48h);
}

BOOST_AUTO_TEST_CASE(V05_a_cancelled_timer_does_not_come) {
  ManualTime time;
  const auto node = time.start_node({.workers = 2, .log_events = false});
  Probe probe(*node);
  Timer timer = probe.ref().send_later(1h, Ping{});
  timer.cancel();
  time.advance(2h);
  BOOST_CHECK_NO_THROW(probe.expect_none(10ms));
}

BOOST_AUTO_TEST_CASE(V05_several_nodes_go_by_one_clock) {
  ManualTime time;
  const auto a = time.start_node({.workers = 1, .log_events = false});
  const auto b = time.start_node({.workers = 1, .log_events = false});
  Probe at_a(*a);
  Probe at_b(*b);
  const Timer first = at_a.ref().send_later(1h, Ping{1});
  const Timer second = at_b.ref().send_later(1h, Ping{2});
  time.advance(1h);
  BOOST_TEST(at_a.expect<Ping>().number == 1);
  BOOST_TEST(at_b.expect<Ping>().number == 2);
}

BOOST_AUTO_TEST_CASE(V05_a_node_with_remoting_is_refused) {
  ManualTime time;
  BOOST_CHECK_THROW(static_cast<void>(time.start_node({.remoting = "127.0.0.1:0"})),
                    NodeStartFailed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace spinoff::testing
