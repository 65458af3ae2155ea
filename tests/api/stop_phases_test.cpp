/// Rules D01, D02 and D04 to D10: the phases of a node's stop, and functions as their tasks.
#include <algorithm>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

using Lines = std::vector<std::string>;

constexpr auto kNever = std::chrono::nanoseconds::max();
constexpr StopTimeouts kNoTimeouts{.before_stop = kNever, .drain = kNever, .after_stop = kNever};

/// No time limit of the node ends what a test is about.
NodeOptions patient() {
  NodeOptions options = quiet();
  options.stop_timeouts = kNoTimeouts;
  options.stop_limit = kNever;
  return options;
}

class Leaf : public Puppet {
 public:
  explicit Leaf(Log log) : log_(std::move(log)) {}
  void post_stop() override { log_.add("actor"); }

 private:
  Log log_;
};

/// Waits for an answer that never comes, so only a kill ends it.
class Stubborn : public Process {
 public:
  explicit Stubborn(Gate* asks) : asks_(asks) {}
  Task<> run() {
    const auto silent = self();
    asks_->open();
    co_await silent.ask<int>(1, 1h);
  }

 private:
  Gate* asks_;
};

/// A function that holds its phase until the test lets it go. Shared, since it may outlive the
/// node.
struct Holding {
  Gate begun{"the task to begin"};
  Gate finish{"the test to let the task go"};
};
auto hold(const std::shared_ptr<Holding>& holding) {
  return [holding] {
    holding->begun.open();
    holding->finish.wait();
  };
}

template <class E>
std::vector<std::string> names_in(const Collector<E>& events) {
  std::vector<std::string> names;
  for (const E& event : events.rest()) {
    names.push_back(std::string(name_of(event.phase)) + " " + event.task);
  }
  std::ranges::sort(names);
  return names;
}

BOOST_AUTO_TEST_SUITE(stop_phases)

BOOST_AUTO_TEST_CASE(D01_phases_follow_each_other_with_the_end_of_all_actors_between_them) {
  const Log log("a step");
  Node node(patient());
  drain(node.spawn<Leaf>(log));
  node.on_stop(StopPhase::after_stop, "close", [&] { log.add("after_stop"); });
  node.on_stop(StopPhase::drain, "finish", [&] { log.add("drain"); });
  node.on_stop(StopPhase::before_stop, "leave", [&] { log.add("before_stop"); });
  node.stop();
  BOOST_TEST(log.rest() == (Lines{"before_stop", "drain", "actor", "after_stop"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(D01_a_phase_begins_when_the_last_task_of_the_one_before_has_ended) {
  const Log log("a step");
  const auto holding = std::make_shared<Holding>();
  Node node(patient());
  node.on_stop(StopPhase::before_stop, "short", [&] { log.add("short"); });
  node.on_stop(StopPhase::before_stop, "long", [&] {
    hold(holding)();
    log.add("long");
  });
  node.on_stop(StopPhase::drain, "next", [&] { log.add("next"); });
  std::jthread stopper([&] { node.stop(); });
  BOOST_TEST(log.next() == "short");
  holding->begun.wait();
  drain(node.spawn<Puppet>());  // the node still works
  BOOST_TEST(log.empty());
  holding->finish.open();
  stopper.join();
  BOOST_TEST(log.rest() == (Lines{"long", "next"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(D01_the_end_of_a_node_that_is_destroyed_has_the_same_phases) {
  const Log log("a step");
  {
    Node node(patient());
    node.on_stop(StopPhase::drain, "finish", [&] { log.add("drain"); });
    node.on_stop(StopPhase::after_stop, "close", [&] { log.add("after_stop"); });
  }
  BOOST_TEST(log.rest() == (Lines{"drain", "after_stop"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(D01_who_waits_for_the_node_waits_for_the_last_phase) {
  const auto holding = std::make_shared<Holding>();
  std::atomic<bool> done = false;
  Node node(patient());
  node.on_stop(StopPhase::after_stop, "close", [&] {
    hold(holding)();
    done = true;
  });
  node.request_stop();
  holding->begun.wait();
  std::jthread opener([&] { holding->finish.open(); });
  node.wait();
  BOOST_TEST(done);
}

BOOST_AUTO_TEST_CASE(D02_the_tasks_of_a_phase_run_side_by_side) {
  Node node(patient());
  const auto failed = listen<StopTaskFailed>(node);
  Gate all("three tasks to run at once", 3);
  for (int i = 0; i < 3; ++i) {
    node.on_stop(StopPhase::drain, "one of three", [&] {
      all.arrive();
      all.wait();
    });
  }
  node.stop();
  BOOST_TEST(all.arrivals() == 3U);
  BOOST_TEST(failed.empty());
}

BOOST_AUTO_TEST_CASE(D02_tasks_block_no_worker) {
  NodeOptions options = patient();
  options.workers = 1;
  Node node(options);
  const auto failed = listen<StopTaskFailed>(node);
  const auto actor = node.spawn<Puppet>();
  std::atomic<int> drained = 0;
  for (int i = 0; i < 3; ++i) {
    node.on_stop(StopPhase::drain, "asks an actor", [&] {
      drain(actor);
      ++drained;
    });
  }
  // Begun by the only worker.
  call(actor, [&](Puppet&) { node.stop(); });
  node.wait();
  BOOST_TEST(drained == 3);
  BOOST_TEST(failed.empty());
}

BOOST_AUTO_TEST_CASE(D02_a_task_hears_its_phase_and_the_reason) {
  Node node(patient());
  std::atomic<int> told = 0;
  for (const StopPhase phase : {StopPhase::before_stop, StopPhase::drain, StopPhase::after_stop}) {
    node.on_stop(phase, "looks", [&told, phase](const Stopping& stopping) {
      told +=
          static_cast<int>(stopping.phase == phase && stopping.reason == StopReason::terminated &&
                           !stopping.overdue.stop_requested());
    });
  }
  node.stop(StopReason::terminated);
  BOOST_TEST(told == 3);
}

BOOST_AUTO_TEST_CASE(D04_a_task_that_throws_is_told_and_holds_up_nobody) {
  const Log log("a step");
  Node node(patient());
  const auto failed = listen<StopTaskFailed>(node);
  node.on_stop(StopPhase::before_stop, "broken", [] { throw std::runtime_error("no door"); });
  node.on_stop(StopPhase::before_stop, "beside it", [&] { log.add("beside"); });
  node.on_stop(StopPhase::drain, "behind it", [&] { log.add("behind"); });
  node.stop();
  BOOST_TEST(log.rest() == (Lines{"beside", "behind"}), boost::test_tools::per_element());
  const StopTaskFailed event = failed.next();
  BOOST_TEST(name_of(event.phase) == "before_stop");
  BOOST_TEST(event.task == "broken");
  BOOST_TEST(describe(event.error) == "no door");
  BOOST_TEST(failed.empty());
}

BOOST_AUTO_TEST_CASE(D04_in_the_last_phase_it_is_told_before_the_stop_returns) {
  Node node(patient());
  const auto failed = listen<StopTaskFailed>(node);
  node.on_stop(StopPhase::after_stop, "broken", [] { throw std::runtime_error("no disk"); });
  node.stop();
  BOOST_TEST(failed.rest().size() == 1U);
}

BOOST_AUTO_TEST_CASE(D05_a_phase_that_takes_too_long_is_left_and_each_task_of_it_is_told) {
  const Log log("a step");
  const auto holding = std::make_shared<Holding>();
  NodeOptions options = patient();
  options.stop_timeouts.before_stop = 1ms;
  Node node(options);
  const auto left = listen<StopTaskLeft>(node);
  node.on_stop(StopPhase::before_stop, "one", hold(holding));
  node.on_stop(StopPhase::before_stop, "other", hold(holding));
  node.on_stop(StopPhase::drain, "next", [&] { log.add("drain"); });
  node.stop();
  BOOST_TEST(names_in(left) == (Lines{"before_stop one", "before_stop other"}),
             boost::test_tools::per_element());
  BOOST_TEST(log.rest() == Lines{"drain"}, boost::test_tools::per_element());
  holding->finish.open();
}

BOOST_AUTO_TEST_CASE(D05_each_phase_has_a_timeout_of_its_own) {
  for (const StopPhase late : {StopPhase::before_stop, StopPhase::drain, StopPhase::after_stop}) {
    BOOST_TEST_CONTEXT("phase " << name_of(late)) {
      const auto holding = std::make_shared<Holding>();
      NodeOptions options = patient();
      (late == StopPhase::before_stop ? options.stop_timeouts.before_stop
       : late == StopPhase::drain     ? options.stop_timeouts.drain
                                      : options.stop_timeouts.after_stop) = 1ms;
      Node node(options);
      const auto left = listen<StopTaskLeft>(node);
      node.on_stop(late, "late", hold(holding));
      node.stop();
      BOOST_TEST(names_in(left) == Lines{std::string(name_of(late)) + " late"},
                 boost::test_tools::per_element());
      holding->finish.open();
    }
  }
}

BOOST_AUTO_TEST_CASE(D05_a_function_can_see_that_it_is_overdue) {
  const auto seen = std::make_shared<Gate>("the task to see that it is overdue");
  NodeOptions options = patient();
  options.stop_timeouts.drain = 1ms;
  Node node(options);
  node.on_stop(StopPhase::drain, "looks", [seen](const Stopping& stopping) {
    while (!stopping.overdue.stop_requested()) {
      std::this_thread::yield();
    }
    seen->open();
  });
  node.stop();
  BOOST_CHECK_NO_THROW(seen->wait());
}

BOOST_AUTO_TEST_CASE(D05_a_phase_without_time_is_refused) {
  for (const auto none : {0ns, -1ns}) {
    NodeOptions options = quiet();
    options.stop_timeouts.drain = none;
    BOOST_CHECK_EXCEPTION(Node{options}, NodeStartFailed, [](const auto& error) {
      return std::string(error.what()).find("stop_timeouts must be more than zero") !=
             std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_CASE(D06_a_task_that_was_cancelled_does_not_run) {
  const Log log("a step");
  Node node(patient());
  StopTask task = node.on_stop(StopPhase::drain, "cancelled", [&] { log.add("cancelled"); });
  node.on_stop(StopPhase::drain, "kept", [&] { log.add("kept"); });
  task.cancel();
  task.cancel();
  node.stop();
  BOOST_TEST(log.rest() == Lines{"kept"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(D06_a_task_of_an_earlier_phase_may_cancel_one) {
  const Log log("a step");
  Node node(patient());
  StopTask task = node.on_stop(StopPhase::drain, "cancelled", [&] { log.add("cancelled"); });
  node.on_stop(StopPhase::before_stop, "cancels", [&] { task.cancel(); });
  node.stop();
  BOOST_TEST(log.empty());
}

BOOST_AUTO_TEST_CASE(D06_a_function_that_runs_is_waited_for_all_the_same) {
  const auto holding = std::make_shared<Holding>();
  std::atomic<bool> done = false;
  Node node(patient());
  StopTask task = node.on_stop(StopPhase::drain, "runs", [&] {
    hold(holding)();
    done = true;
  });
  node.request_stop();
  holding->begun.wait();
  task.cancel();
  std::jthread opener([&] { holding->finish.open(); });
  node.stop();
  BOOST_TEST(done);
}

BOOST_AUTO_TEST_CASE(D06_a_handle_may_outlive_the_node_and_may_name_nothing) {
  StopTask nothing;
  nothing.cancel();
  StopTask task;
  {
    Node node(patient());
    task = node.on_stop(StopPhase::drain, "ran", [] {});
    node.stop();
    task.cancel();
  }
  BOOST_CHECK_NO_THROW(task.cancel());
}

BOOST_AUTO_TEST_CASE(D07_what_is_added_while_the_node_stops_runs_if_its_phase_has_not_begun) {
  const Log log("a step");
  Node node(patient());
  node.subscribe<NodeStopping>([&](const NodeStopping&) {
    node.on_stop(StopPhase::before_stop, "by an event", [&] { log.add("by an event"); });
  });
  node.on_stop(StopPhase::before_stop, "adds",
               [&] { node.on_stop(StopPhase::drain, "added", [&] { log.add("added"); }); });
  node.stop();
  BOOST_TEST(log.rest() == (Lines{"by an event", "added"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(D07_what_comes_too_late_is_refused_with_a_reason) {
  Node node(patient());
  const auto check_refused = [&](StopPhase phase) {
    BOOST_CHECK_EXCEPTION(node.on_stop(phase, "late", [] {}), StopTaskRefused,
                          [&](const auto& error) {
                            const std::string what = error.what();
                            return what.find("'late' comes too late") != std::string::npos &&
                                   what.find(name_of(phase)) != std::string::npos;
                          });
  };
  node.on_stop(StopPhase::before_stop, "adds", [&] { check_refused(StopPhase::before_stop); });
  node.on_stop(StopPhase::after_stop, "adds", [&] {
    check_refused(StopPhase::drain);
    check_refused(StopPhase::after_stop);
  });
  node.stop();
  check_refused(StopPhase::after_stop);
}

BOOST_AUTO_TEST_CASE(D07_a_task_without_a_name_or_without_a_function_is_refused) {
  Node node(quiet());
  BOOST_CHECK_THROW(node.on_stop(StopPhase::drain, "", [] {}), std::invalid_argument);
  BOOST_CHECK_THROW(node.on_stop(StopPhase::drain, "empty", std::function<void(const Stopping&)>()),
                    std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(D08_tasks_run_once_and_all_who_stop_return_at_the_same_end) {
  std::atomic<int> runs = 0;
  std::atomic<int> last = 0;
  std::atomic<int> after_last = 0;
  Node node(patient());
  node.on_stop(StopPhase::before_stop, "first", [&] { ++runs; });
  node.on_stop(StopPhase::after_stop, "last", [&] { ++last; });
  {
    std::vector<std::jthread> stoppers;
    for (int i = 0; i < 8; ++i) {
      stoppers.emplace_back([&] {
        node.stop();
        after_last += last;
      });
    }
  }
  node.stop();
  node.request_stop();
  BOOST_TEST(runs == 1);
  BOOST_TEST(last == 1);
  BOOST_TEST(after_last == 8);
}

BOOST_AUTO_TEST_CASE(D08_the_first_reason_counts_and_an_event_tells_of_it_once) {
  Node node(patient());
  const auto stopping = listen<NodeStopping>(node);
  std::atomic<StopReason> told{};
  node.on_stop(StopPhase::after_stop, "looks", [&](const Stopping& stop) { told = stop.reason; });
  BOOST_TEST(!node.is_stopping());
  node.request_stop(StopReason::interrupted);
  BOOST_TEST(node.is_stopping());
  node.stop(StopReason::terminated);
  BOOST_TEST((told == StopReason::interrupted));
  BOOST_TEST((stopping.next().reason == StopReason::interrupted));
  BOOST_TEST(stopping.empty());
}

BOOST_AUTO_TEST_CASE(D08_an_error_that_escalates_stops_the_node_in_phases_too) {
  const Log log("a step");
  NodeOptions options = patient();
  options.on_failure = Decision::Escalate;
  Node node(options);
  drain(node.spawn<Leaf>(log));
  node.on_stop(StopPhase::drain, "looks", [&](const Stopping& stopping) {
    log.add(stopping.reason == StopReason::failure ? "failure" : "no failure");
  });
  node.spawn<Puppet>() << Do{[](Puppet&) { throw std::runtime_error("broken"); }};
  node.wait();
  BOOST_TEST(log.rest() == (Lines{"failure", "actor"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(D09_when_the_time_of_the_whole_stop_is_over_only_the_last_phase_has_its_own) {
  const auto holding = std::make_shared<Holding>();
  const Log log("a step");
  Gate asks("the process to ask");
  NodeOptions options = patient();
  options.stop_limit = 1ms;
  Node node(options);
  const auto left = listen<StopTaskLeft>(node);
  const auto failed = listen<StopTaskFailed>(node);
  node.spawn<Stubborn>(&asks);
  asks.wait();
  node.on_stop(StopPhase::before_stop, "stuck", hold(holding));
  node.on_stop(StopPhase::drain, "skipped", [&] { log.add("drain"); });
  node.on_stop(StopPhase::after_stop, "close", [&] { log.add("after_stop"); });
  node.stop();
  holding->finish.open();
  BOOST_TEST(names_in(left) == Lines{"before_stop stuck"}, boost::test_tools::per_element());
  const StopTaskFailed skipped = failed.next();
  BOOST_TEST(skipped.task == "skipped");
  BOOST_CHECK_THROW(std::rethrow_exception(skipped.error), Timeout);
  BOOST_TEST(failed.empty());
  BOOST_TEST(log.rest() == Lines{"after_stop"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(D09_the_time_of_the_whole_stop_ends_the_last_phase_as_well) {
  const auto holding = std::make_shared<Holding>();
  NodeOptions options = patient();
  options.stop_limit = 1ms;
  Node node(options);
  const auto left = listen<StopTaskLeft>(node);
  node.on_stop(StopPhase::after_stop, "stuck", hold(holding));
  node.request_stop();
  holding->begun.wait();
  node.stop();
  holding->finish.open();
  BOOST_TEST(names_in(left) == Lines{"after_stop stuck"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(D10_in_a_task_stop_only_begins_and_wait_is_an_error) {
  const Log log("a step");
  Node node(patient());
  node.on_stop(StopPhase::drain, "stops again", [&] {
    node.stop();
    log.add("went on");
    BOOST_CHECK_THROW(node.wait(), std::logic_error);
  });
  node.stop();
  BOOST_TEST(log.rest() == Lines{"went on"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(D10_a_task_may_stop_another_node) {
  Node other(patient());
  Node node(patient());
  std::atomic<bool> stopped = false;
  other.on_stop(StopPhase::after_stop, "notes", [&] { stopped = true; });
  node.on_stop(StopPhase::drain, "stops the other", [&] {
    other.stop();
    BOOST_TEST(stopped);
  });
  node.stop();
  BOOST_TEST(stopped);
}

BOOST_AUTO_TEST_CASE(D10_who_stops_the_root_by_its_ref_has_the_last_phase_only) {
  const Log log("a step");
  Node node(patient());
  const auto failed = listen<StopTaskFailed>(node);
  node.on_stop(StopPhase::before_stop, "leave", [&] { log.add("before_stop"); });
  node.on_stop(StopPhase::after_stop, "close", [&] { log.add("after_stop"); });
  call(node.spawn<Puppet>(), [](Puppet& me) { me.parent().stop(); });
  node.wait();
  BOOST_TEST(log.rest() == Lines{"after_stop"}, boost::test_tools::per_element());
  BOOST_TEST(failed.next().task == "leave");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
