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

BOOST_AUTO_TEST_CASE(D11_each_signal_runs_the_phases_of_the_stop) {
  for (const int number : {SIGINT, SIGTERM}) {
    BOOST_TEST_CONTEXT("signal " << number) {
      ChildProcess node(with_actors("HooksIn"));
      node.wait_for_line("ready");
      node.signal(number);
      BOOST_TEST(node.wait() == 0);
      const std::string output = node.output();
      const auto first = output.find("/$HooksIn-1: finishing 1\n");
      const auto second = output.find("/$HooksIn-1: finishing 2\n");
      const auto last = output.find("/$HooksIn-1: stopped in order after 2\n");
      BOOST_TEST(first < second);
      BOOST_TEST(second < last);
      BOOST_TEST(last != std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(D11_a_second_signal_ends_the_program_at_once_while_phases_run) {
  const Folder folder;
  ChildProcess node(with_actors("NeverDone", {"--pidfile", folder.file("pid")}));
  begin_to_stop(node, SIGTERM);
  node.signal(SIGINT);
  BOOST_TEST(node.wait() == 128 + SIGINT);
  BOOST_TEST(folder.names().empty());
}

BOOST_AUTO_TEST_CASE(D11_a_task_that_takes_too_long_is_a_line_and_the_end_is_orderly) {
  ChildProcess node(with_actors("NeverDone"));
  begin_to_stop(node, SIGTERM);
  BOOST_TEST(node.wait() == 0);
  BOOST_TEST(
      contains(node.output(), "warn  node: the stop task '/$NeverDone-1' of drain takes too long"));
}

BOOST_AUTO_TEST_CASE(D12_signals_stop_the_node_of_a_program_of_ones_own_in_phases) {
  for (const int number : {SIGINT, SIGTERM}) {
    BOOST_TEST_CONTEXT("signal " << number) {
      ChildProcess program({EMBEDS_NODE, "replies"});
      program.wait_for_line("ready");
      program.signal(number);
      BOOST_TEST(program.wait() == 0);
      BOOST_TEST(contains(program.output(), number == SIGINT
                                                ? "drain: SIGINT\nthe actor ends\nend\n"
                                                : "drain: SIGTERM\nthe actor ends\nend\n"));
    }
  }
}

BOOST_AUTO_TEST_CASE(D12_a_second_signal_ends_that_program_at_once) {
  ChildProcess program({EMBEDS_NODE, "is stuck"});
  begin_to_stop(program, SIGINT);
  program.signal(SIGTERM);
  BOOST_TEST(program.wait() == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(D12_without_a_signal_it_ends_with_its_node) {
  const Ended ended = run({EMBEDS_NODE, "stops itself"});
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "drain: no signal\nthe actor ends\nend\n"));
}

BOOST_AUTO_TEST_CASE(D12_afterwards_a_signal_does_again_what_it_did_before) {
  ChildProcess program({EMBEDS_NODE, "goes on"});
  program.wait_for_line("still there");
  program.signal(SIGTERM);
  BOOST_TEST(program.wait() == -SIGTERM);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace runner_test
