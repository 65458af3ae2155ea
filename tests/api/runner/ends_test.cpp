/// How a runner ends, and with which exit status.
#include <csignal>

#include <boost/test/unit_test.hpp>

#include "fixture.hpp"

namespace runner_test {

namespace {

// A node whose actor never stops, in the middle of its orderly stop.
void begin_to_stop(ChildProcess& node, int signal) {
  node.wait_for_line("ready");
  node.signal(signal);
  node.wait_for_line("not stopping");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ends)

BOOST_AUTO_TEST_CASE(an_actor_that_ends_by_itself_ends_the_node_with_status_0) {
  const Ended ended = run(with_actors("Ends"));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "/$Ends-1: ending\n"));
}

BOOST_AUTO_TEST_CASE(an_actor_that_ends_by_an_error_ends_the_node_with_status_1) {
  const Ended failed = run(with_actors("Fails"));
  BOOST_TEST(failed.status == 1);
  BOOST_TEST(contains(failed.output, "error /$Fails-1: out of paper\n"));
  const Ended not_started = run(with_actors("FailsToStart"));
  BOOST_TEST(not_started.status == 1);
  BOOST_TEST(contains(not_started.output, "could not start: no ink\n"));
}

BOOST_AUTO_TEST_CASE(an_error_of_a_child_that_is_dealt_with_is_none_of_the_actor) {
  const Ended ended = run(with_actors("ChildFails"));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "the child has ended\n"));
}

BOOST_AUTO_TEST_CASE(L11_each_signal_stops_the_node_in_order_with_status_0) {
  for (const int number : {SIGINT, SIGTERM}) {
    BOOST_TEST_CONTEXT("signal " << number) {
      ChildProcess node(with_actors("StopsInOrder"));
      node.wait_for_line("ready");
      node.signal(number);
      BOOST_TEST(node.wait() == 0);
      BOOST_TEST(contains(node.output(), "/$StopsInOrder-1: stopped in order\n"));
    }
  }
}

BOOST_AUTO_TEST_CASE(L11_a_second_signal_ends_the_program_at_once) {
  const Folder folder;
  ChildProcess interrupted(with_actors("StopsSlowly", {"--pidfile", folder.file("pid")}));
  begin_to_stop(interrupted, SIGTERM);
  BOOST_TEST(folder.names() == Arguments{"pid"});
  interrupted.signal(SIGINT);
  BOOST_TEST(interrupted.wait() == 128 + SIGINT);
  BOOST_TEST(folder.names().empty());

  ChildProcess terminated(with_actors("StopsSlowly"));
  begin_to_stop(terminated, SIGINT);
  terminated.signal(SIGTERM);
  BOOST_TEST(terminated.wait() == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(L11_the_same_signal_again_ends_the_program_too) {
  ChildProcess node(with_actors("StopsSlowly"));
  begin_to_stop(node, SIGTERM);
  // Within a tenth of a second it counts as the first one, so it is sent until it works.
  int status = 0;
  for (int attempt = 0; status == 0 && attempt < 100; ++attempt) {
    node.signal(SIGTERM);
    try {
      status = node.wait(std::chrono::milliseconds(300));
    } catch (const spinoff::testing::ProcessError&) {
      continue;
    }
  }
  BOOST_TEST(status == 128 + SIGTERM);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace runner_test
