/// Workers, step by step: who is at home where, what a wake-up does, when a thief comes.
#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/worker.hpp>

#include "cells.hpp"

namespace {

using spinoff::detail::Envelope;
using spinoff::detail::EnvelopePtr;
using spinoff::detail::Sender;
using spinoff::engine::Cell;
using spinoff::engine::Home;
using spinoff::engine::Inbox;
using spinoff::engine::kNowhere;
using spinoff::engine::Look;
using spinoff::engine::Push;
using spinoff::engine::PushAtHome;
using spinoff::engine::Worker;
using spinoff::testing::Cells;

struct Note {
  int number;
};

Envelope* make(int number = 0) {
  return Envelope::make<Note>(Sender{}, Note{number}).release();
}

std::string turns_of(Worker& worker) {
  return spinoff::testing::names_of_all([&] { return worker.next(); });
}

/// What the actor's turn would find.
std::vector<int> mail_of(Cell& cell) {
  std::vector<int> numbers;
  while (Envelope* const message = cell.mailbox().next()) {
    numbers.push_back(EnvelopePtr(message)->as<Note>().number);
  }
  return numbers;
}

/// The workers of an executor, each of which has come to work, and the inbox that they share.
struct Workers {
  explicit Workers(std::size_t count = 2, std::uint64_t executor = 1)
      : homeless(Home::homeless(executor)), all(count) {
    for (std::uint64_t number = 0; Worker & worker : all) {
      worker.join(all, number++, homeless);
      worker.arrive();
    }
    inbox.open(homeless);
  }
  Worker& operator[](std::size_t i) { return all[i]; }

  Home homeless;
  std::vector<Worker> all;
  Inbox inbox;
};

/// An actor at home at that worker that has had its first turn.
Cell& settled(Worker& worker, Cell& cell) {
  worker.start(cell);
  BOOST_TEST_REQUIRE(worker.next() == &cell);
  BOOST_TEST_REQUIRE(worker.settle(cell));
  return cell;
}

BOOST_AUTO_TEST_SUITE(worker)

// --- at home
// ----------------------------------------------------------------------------------------

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

// --- wake-ups
// ---------------------------------------------------------------------------------------

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

// --- thieves
// ----------------------------------------------------------------------------------------

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

// --- all at once
// ------------------------------------------------------------------------------------

/// Three workers that come and go, and rob each other, as if each were stuck; two threads outside.
class Crowd {
 public:
  static constexpr int kMessages = 100'000;  // of each thread

  explicit Crowd(Cell& cell) : cell_(cell) {
    cell.move_home(workers_.homeless);
    workers_.inbox.push(cell, workers_.homeless, 0);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < workers_.all.size(); ++i) {
      threads.emplace_back([this, i] { work(i); });
    }
    for (int i = 0; i < kSenders; ++i) {
      threads.emplace_back([this] { send(); });
    }
  }
  [[nodiscard]] int overlapping() const { return overlapping_; }
  [[nodiscard]] int handled() const { return handled_; }

 private:
  static constexpr int kSenders = 2;
  static constexpr int kAll = kSenders * kMessages;

  void work(std::size_t i) {
    Worker& me = workers_[i];
    while (handled_.load() < kAll) {
      me.take_wake_ups(workers_.inbox);
      workers_[(i + 1) % workers_.all.size()].give_to(me, 0, true);
      do {
        while (Cell* const cell = me.next()) {
          run(me, *cell);
        }
      } while (me.take_wake_ups() || !me.leave());
      std::this_thread::yield();
    }
  }
  void run(Worker& me, Cell& cell) {
    do {
      if (running_.exchange(true)) {
        ++overlapping_;
      }
      handled_ += static_cast<int>(mail_of(cell).size());
      running_.store(false);
    } while (!me.settle(cell));
  }
  void send() {
    for (int i = 0; i < kMessages; ++i) {
      if (cell_.mailbox().push(make()) == Push::woke) {
        std::this_thread::yield();  // so that some wake-ups come late
        wake();
      }
    }
  }
  void wake() {
    for (;;) {
      const Home home = cell_.home();
      if (home.is_homeless() || workers_[home.worker()].has_ended(home)) {
        workers_.inbox.push(cell_, workers_.homeless, 0);
        return;
      }
      if (workers_[home.worker()].leave_wake_up(cell_, home, 0)) {
        return;
      }
    }
  }

  Cell& cell_;
  Workers workers_{3};
  std::atomic<bool> running_ = false;
  std::atomic<int> overlapping_ = 0;
  std::atomic<int> handled_ = 0;
};

BOOST_AUTO_TEST_CASE(
    among_thieves_and_workers_that_leave_nobody_runs_twice_and_no_wake_up_is_lost) {
  Cells cells;
  for (int i = 0; i < 5; ++i) {
    const Crowd crowd(cells[std::string(1, static_cast<char>('a' + i))]);
    BOOST_TEST(crowd.overlapping() == 0);
    BOOST_TEST(crowd.handled() == 2 * Crowd::kMessages);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
