/// Workers, step by step: who is at home where, what a wake-up does, when a thief comes.
#include <cstddef>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/worker.hpp>

#include "cells.hpp"
#include "workers.hpp"

namespace {

using namespace spinoff::testing;
using spinoff::engine::kNowhere;
using spinoff::engine::Push;
using spinoff::engine::PushAtHome;

std::string turns_of(Worker& worker) {
  return spinoff::testing::names_of_all([&] { return worker.next(); });
}

/// An actor at home at that worker that has had its first turn.
Cell& settled(Worker& worker, Cell& cell) {
  worker.start(cell);
  BOOST_TEST_REQUIRE(worker.next() == &cell);
  BOOST_TEST_REQUIRE(worker.settle(cell));
  return cell;
}

BOOST_AUTO_TEST_SUITE(worker)

// --- at home -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_message_from_home_schedules_the_actor_once_and_leaves_the_queues_alone) {
  Cells cells;
  Workers workers;
  Cell& a = settled(workers[0], cells["a"]);
  BOOST_TEST((workers[0].push_at_home(a, make(1)) == PushAtHome::queued));
  BOOST_TEST((workers[0].push_at_home(a, make(2)) == PushAtHome::queued));
  BOOST_TEST(turns_of(workers[0]) == "a");
  BOOST_TEST((mail_of(a) == std::vector{1, 2}));
  BOOST_TEST(workers[0].settle(a));
  // Still idle for others: the first of them is told to wake it.
  BOOST_TEST((a.mailbox().push(make(3)) == Push::woke));
  BOOST_TEST((mail_of(a) == std::vector{3}));
}

BOOST_AUTO_TEST_CASE(a_message_from_elsewhere_is_refused) {
  Cells cells;
  Workers workers;
  Workers other_node(1, 2);
  Cell& a = settled(workers[0], cells["a"]);
  for (Worker* const worker : {&workers[1], &other_node[0]}) {
    Envelope* const message = make();
    BOOST_TEST((worker->push_at_home(a, message) == PushAtHome::away));
    BOOST_TEST((worker->push_system_at_home(a, message) == PushAtHome::away));
    EnvelopePtr(message).reset();
  }
  BOOST_TEST(turns_of(workers[0]).empty());
}

BOOST_AUTO_TEST_CASE(messages_keep_the_order_in_which_they_came_wherever_from) {
  Cells cells;
  Workers workers;
  Cell& a = settled(workers[0], cells["a"]);
  workers[0].push_at_home(a, make(1));
  a.mailbox().push(make(2));
  a.mailbox().push(make(3));
  workers[0].push_at_home(a, make(4));
  a.mailbox().push(make(5));
  BOOST_TEST((mail_of(a) == std::vector{1, 2, 3, 4, 5}));
}

BOOST_AUTO_TEST_CASE(an_actor_that_has_got_a_message_in_its_turn_does_not_settle) {
  Cells cells;
  Workers workers;
  Cell& a = cells["a"];
  workers[0].start(a);
  BOOST_TEST(workers[0].next() == &a);
  BOOST_TEST((a.mailbox().push(make(1)) == Push::queued));
  BOOST_TEST(!workers[0].settle(a));
  BOOST_TEST((mail_of(a) == std::vector{1}));
  workers[0].push_system_at_home(a, make());
  BOOST_TEST(!workers[0].settle(a));
  EnvelopePtr(a.mailbox().take_system()).reset();
  BOOST_TEST(workers[0].settle(a));
}

BOOST_AUTO_TEST_CASE(a_closed_actor_takes_nothing_at_home_either) {
  Cells cells;
  Workers workers;
  Cell& a = settled(workers[0], cells["a"]);
  a.mailbox().close_user();
  Envelope* const message = make();
  BOOST_TEST((workers[0].push_at_home(a, message) == PushAtHome::closed));
  EnvelopePtr(message).reset();
  BOOST_TEST(turns_of(workers[0]).empty());
}

// --- wake-ups ------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_wake_up_goes_home) {
  Cells cells;
  Workers workers;
  Cell& a = settled(workers[0], cells["a"]);
  BOOST_TEST((a.mailbox().push(make(1)) == Push::woke));
  workers[1].wake(a);
  BOOST_TEST(turns_of(workers[1]).empty());
  BOOST_TEST(turns_of(workers[0]).empty());
  BOOST_TEST(workers[0].counters().queue_length == 1U);
  BOOST_TEST(workers[0].take_wake_ups());
  BOOST_TEST(turns_of(workers[0]) == "a");
  BOOST_TEST((mail_of(a) == std::vector{1}));
}

BOOST_AUTO_TEST_CASE(a_wake_up_of_one_that_is_scheduled_means_nothing) {
  Cells cells;
  Workers workers;
  Cell& a = settled(workers[0], cells["a"]);
  a.mailbox().push(make(1));
  workers[1].wake(a);
  workers[0].push_at_home(a, make(2));
  BOOST_TEST(workers[0].take_wake_ups());
  BOOST_TEST(turns_of(workers[0]) == "a");  // once
  BOOST_TEST((mail_of(a) == std::vector{1, 2}));
}

BOOST_AUTO_TEST_CASE(a_worker_with_a_wake_up_does_not_leave) {
  Cells cells;
  Workers workers;
  Cell& a = settled(workers[0], cells["a"]);
  a.mailbox().push(make(1));
  workers[1].wake(a);
  BOOST_TEST(!workers[0].leave());
  BOOST_TEST(workers[0].take_wake_ups());
  BOOST_TEST(turns_of(workers[0]) == "a");
  BOOST_TEST(workers[0].leave());
  mail_of(a);
}

BOOST_AUTO_TEST_CASE(whoever_wakes_one_whose_home_is_gone_takes_it_home) {
  Cells cells;
  Workers workers;
  Cell& a = settled(workers[0], cells["a"]);
  const Home before = a.home();
  BOOST_TEST(workers[0].leave());
  BOOST_TEST(workers[0].has_ended(before));
  a.mailbox().push(make(1));
  BOOST_TEST(!workers[0].leave_wake_up(a, before, 0));
  workers[1].wake(a);
  BOOST_TEST(turns_of(workers[1]) == "a");
  BOOST_TEST(workers[1].counters().moves == 1U);
  mail_of(a);
  BOOST_TEST(workers[1].settle(a));
  BOOST_TEST((workers[1].push_at_home(a, make(2)) == PushAtHome::queued));
  mail_of(a);
}

BOOST_AUTO_TEST_CASE(a_home_does_not_come_back_with_its_worker) {
  Cells cells;
  Workers workers;
  Cell& a = settled(workers[0], cells["a"]);
  BOOST_TEST(workers[0].leave());
  workers[0].arrive();
  Envelope* const message = make();
  BOOST_TEST((workers[0].push_at_home(a, message) == PushAtHome::away));
  BOOST_TEST((a.mailbox().push(message) == Push::woke));
  workers[0].wake(a);
  BOOST_TEST(turns_of(workers[0]) == "a");
  BOOST_TEST(workers[0].counters().moves == 0U);  // its cache is the same
  mail_of(a);
}

BOOST_AUTO_TEST_CASE(the_homeless_are_taken_home_by_the_first_that_comes) {
  Cells cells;
  Workers workers;
  Cell& a = cells["a"];
  a.move_home(workers.homeless);
  BOOST_TEST(workers.inbox.push(a, workers.homeless, 0));
  BOOST_TEST(workers[0].leave());
  BOOST_TEST(workers[0].take_wake_ups(workers.inbox));
  BOOST_TEST(!workers[1].take_wake_ups(workers.inbox));
  BOOST_TEST(turns_of(workers[0]) == "a");
  BOOST_TEST(workers[0].settle(a));
  BOOST_TEST((workers[0].push_at_home(a, make(1)) == PushAtHome::queued));
  mail_of(a);
}

// The actor may have closed, or have begun another life at another node.
BOOST_AUTO_TEST_CASE(a_wake_up_that_comes_too_late_means_nothing) {
  Cells cells;
  Workers workers;
  Workers other_node(1, 2);
  Cell& a = settled(workers[0], cells["a"]);
  const Home before = a.home();
  BOOST_TEST(workers[0].leave_wake_up(a, before, 0));
  workers[0].let_go(a);
  BOOST_TEST((a.home() == kNowhere));
  BOOST_TEST(workers[0].take_wake_ups());
  BOOST_TEST(turns_of(workers[0]).empty());
  workers[1].wake(a);
  BOOST_TEST(turns_of(workers[1]).empty());
  other_node[0].start(a);
  BOOST_TEST(workers[0].leave_wake_up(a, before, 0));
  BOOST_TEST(workers[0].take_wake_ups());
  BOOST_TEST(turns_of(workers[0]).empty());
  BOOST_TEST(turns_of(other_node[0]) == "a");
}

BOOST_AUTO_TEST_CASE(a_wake_up_follows_an_actor_that_has_moved) {
  Cells cells;
  Workers workers(3);
  Cell& a = settled(workers[0], cells["a"]);
  const Home before = a.home();
  workers[0].push_at_home(a, make(1));
  BOOST_TEST(workers[0].leave_wake_up(a, before, 0));
  BOOST_TEST(workers[0].give_to(workers[1], 0, true));
  BOOST_TEST(turns_of(workers[1]) == "a");
  mail_of(a);
  BOOST_TEST(workers[1].settle(a));
  BOOST_TEST(workers[0].leave_wake_up(a, before, 0));
  BOOST_TEST(workers[0].take_wake_ups());
  BOOST_TEST(turns_of(workers[0]).empty());
  BOOST_TEST(workers[1].take_wake_ups());
  BOOST_TEST(turns_of(workers[1]) == "a");
}

// --- whoever watches -----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(C09_a_turn_that_runs_is_seen_with_its_actor) {
  Cells cells;
  Workers workers;
  Worker& worker = workers[0];
  worker.set_thread(17);
  Cell& a = settled(worker, cells["a"]);
  worker.push_at_home(a, make());
  const auto before = worker.running_turn();
  BOOST_TEST(worker.next() == &a);
  const auto turn = worker.running_turn();
  BOOST_TEST_REQUIRE(turn.has_value());
  BOOST_TEST((turn != before));
  BOOST_TEST((turn == worker.running_turn()));
  BOOST_TEST(turn->thread == 17);
  BOOST_TEST((worker.actor_in(*turn) == a.ref()));
  BOOST_TEST(!worker.actor_in(*before));
  BOOST_TEST(!workers[1].actor_in(*turn));
  mail_of(a);
}

BOOST_AUTO_TEST_CASE(C09_of_a_turn_in_which_the_actor_has_closed_nobody_is_seen) {
  Cells cells;
  Workers workers;
  Worker& worker = workers[0];
  worker.start(cells["a"]);
  BOOST_TEST(worker.next() == &cells["a"]);
  const auto turn = worker.running_turn();
  worker.let_go(cells["a"]);
  BOOST_TEST(!worker.actor_in(*turn));
  BOOST_TEST(worker.leave());
  BOOST_TEST(!worker.running_turn().has_value());
  BOOST_TEST(!worker.actor_in(*turn));
}

// --- thieves -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_thief_gets_half_of_what_has_waited_for_long_and_is_its_home) {
  Cells cells;
  Workers workers;
  workers[0].look(10);
  for (const char* const name : {"a", "b", "c", "d"}) {
    workers[0].start(cells[name]);
  }
  workers[0].look(11);
  BOOST_TEST(!workers[0].has_old(11));
  BOOST_TEST(!workers[0].give_to(workers[1], 11, false));
  BOOST_TEST(workers[0].give_to(workers[1], 12, false));
  BOOST_TEST(!workers[0].has_old(12));  // until the worker has looked again
  BOOST_TEST(workers[1].counters().steals == 1U);
  BOOST_TEST(workers[1].counters().moves == 2U);
  BOOST_TEST(turns_of(workers[1]) == "ab");
  BOOST_TEST(turns_of(workers[0]) == "dc");
  BOOST_TEST((cells["a"].home() == cells["b"].home()));
  BOOST_TEST((cells["a"].home() != cells["c"].home()));
  BOOST_TEST((workers[1].push_at_home(cells["a"], make()) == PushAtHome::queued));
}

BOOST_AUTO_TEST_CASE(a_thief_takes_the_mail_along) {
  Cells cells;
  Workers workers;
  Cell& a = settled(workers[0], cells["a"]);
  workers[0].push_at_home(a, make(1));
  a.mailbox().push(make(2));
  BOOST_TEST(workers[0].give_to(workers[1], 0, true));
  workers[1].push_at_home(a, make(3));
  BOOST_TEST(turns_of(workers[1]) == "a");
  BOOST_TEST((mail_of(a) == std::vector{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(a_thief_takes_the_wake_ups_of_a_worker_that_is_stuck) {
  Cells cells;
  Workers workers(3);
  Cell& idle = settled(workers[0], cells["i"]);
  Cell& busy = settled(workers[0], cells["b"]);
  Cell& elsewhere = settled(workers[2], cells["e"]);
  const Home home = idle.home();
  idle.mailbox().push(make(1));
  workers[1].wake(idle);
  workers[0].push_at_home(busy, make(2));
  BOOST_TEST(workers[0].next() == &busy);  // and stays in its turn
  busy.mailbox().push(make(3));
  BOOST_TEST(workers[0].leave_wake_up(busy, home, 0));
  BOOST_TEST(workers[0].leave_wake_up(elsewhere, home, 0));
  BOOST_TEST(workers[0].has_any());
  BOOST_TEST(workers[0].give_to(workers[1], 0, true));
  BOOST_TEST(!workers[0].has_any());
  BOOST_TEST(turns_of(workers[1]) == "i");
  BOOST_TEST(workers[2].take_wake_ups());  // it was sent on
  BOOST_TEST(turns_of(workers[2]) == "e");
  BOOST_TEST((mail_of(busy) == std::vector{2, 3}));  // it looks by itself
  mail_of(idle);
}

BOOST_AUTO_TEST_CASE(a_thief_that_gets_nothing_has_not_come_to_stay) {
  Workers workers;
  BOOST_TEST(workers[1].leave());
  BOOST_TEST(!workers[0].give_to(workers[1], 0, true));
  Cells cells;
  Cell& a = cells["a"];
  a.move_home(workers.homeless);
  Envelope* const message = make();
  BOOST_TEST((workers[0].push_at_home(a, message) == PushAtHome::away));
  EnvelopePtr(message).reset();
}

BOOST_AUTO_TEST_CASE(a_worker_that_has_run_out_of_work_has_nothing_old) {
  Cells cells;
  Workers workers;
  workers[0].look(10);
  workers[0].start(cells["a"]);
  workers[0].start(cells["b"]);
  workers[0].look(11);
  workers[0].look(12);
  // One has moved to those that were woken.
  BOOST_TEST(!workers[0].has_old(12));
  workers[0].start(cells["c"]);
  workers[0].look(14);
  BOOST_TEST(workers[0].has_old(14));
  BOOST_TEST(turns_of(workers[0]).size() == 3U);
  BOOST_TEST(workers[0].leave());
  BOOST_TEST(!workers[0].has_old(20));
}

BOOST_AUTO_TEST_CASE(a_worker_that_has_not_looked_for_long_is_absent_if_anyone_waits_there) {
  Cells cells;
  Workers workers;
  workers[0].look(10);
  BOOST_TEST(!workers[0].is_absent(100));
  workers[0].start(cells["a"]);
  BOOST_TEST(!workers[0].is_absent(20));
  BOOST_TEST(workers[0].is_absent(21));
  workers[0].look(21);
  BOOST_TEST(!workers[0].is_absent(21));
  BOOST_TEST(turns_of(workers[0]) == "a");
}

// Else the thief would run its receivers, whose mail is in the sender's cache.
BOOST_AUTO_TEST_CASE(a_worker_that_sends_much_is_given_more_time_before_it_counts_as_stuck) {
  Cells cells;
  Workers workers;
  Worker& worker = workers[0];
  worker.look(10);
  Cell& a = settled(worker, cells["a"]);
  worker.push_at_home(a, make());
  BOOST_TEST(worker.is_stuck(11));
  for (int i = 0; i < 20'000; ++i) {
    worker.push_at_home(a, make());
  }
  BOOST_TEST(!worker.is_stuck(11));
  BOOST_TEST(!worker.is_stuck(30));
  BOOST_TEST(!worker.is_absent(30));
  BOOST_TEST(worker.is_stuck(61));
  BOOST_TEST(worker.is_absent(61));
  BOOST_TEST(worker.next() == &a);
  BOOST_TEST(!worker.is_stuck(61));  // nobody waits
  BOOST_TEST(mail_of(a).size() == 20'001U);
}

BOOST_AUTO_TEST_CASE(a_worker_looks_at_the_clock_after_each_turn_if_turns_take_long) {
  Cells cells;
  Workers workers;
  Worker& worker = workers[0];
  worker.look(10);
  worker.look(10);
  const auto turns_until_due = [&] {
    int turns = 0;
    while (!worker.look_is_due()) {
      worker.start(cells["a"]);
      worker.next();
      ++turns;
    }
    return turns;
  };
  const int fast = turns_until_due();
  BOOST_TEST(fast > 1);
  worker.look(11);
  BOOST_TEST(turns_until_due() == fast);
  worker.look(14);
  BOOST_TEST(turns_until_due() == 1);
  worker.look(14);  // not even a look has passed
  BOOST_TEST(turns_until_due() == fast);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
