/// A worker's queues: whose turn is next, and what a thief gets.
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/worker.hpp>

#include "manual_node.hpp"

namespace {

using spinoff::Ref;
using spinoff::detail::ActorType;
using spinoff::detail::Behavior;
using spinoff::detail::EnvelopePtr;
using spinoff::detail::Handled;
using spinoff::engine::Cell;
using spinoff::engine::Look;
using spinoff::engine::Worker;
using spinoff::testing::ManualNode;

constexpr ActorType kType{.name = "test.Waits",
                          .receive = [](Behavior&, EnvelopePtr&) { return Handled::no; }};

/// Cells that never run, by their names.
class Cells {
 public:
  ~Cells() {
    for (auto& [name, cell] : by_name_) {
      cell->abandon();
    }
  }
  Cell& operator[](const std::string& name) {
    Cell*& cell = by_name_[name];
    if (cell == nullptr) {
      cell =
          &Cell::create(node_.core().anchor(), &node_.core().guardian(), kType, nullptr, name).cell;
    }
    return *cell;
  }

 private:
  ManualNode node_;
  std::map<std::string, Cell*> by_name_;
};

/// The names of all that wait, in the order of their turns.
std::string turns_of(Worker& worker) {
  std::string names;
  while (const Cell* const cell = worker.next()) {
    names += cell->name().given;
  }
  return names;
}

BOOST_AUTO_TEST_SUITE(worker)

BOOST_AUTO_TEST_CASE(who_was_woken_last_is_next_and_the_others_come_in_order) {
  Cells cells;
  Worker worker;
  for (const char* const name : {"a", "b", "c", "d"}) {
    worker.push_woken(cells[name]);
  }
  BOOST_TEST(worker.counters().queue_length == 4U);
  BOOST_TEST(turns_of(worker) == "dabc");
  BOOST_TEST(worker.counters().hand_offs == 1U);
  BOOST_TEST(worker.counters().queue_length == 0U);
}

BOOST_AUTO_TEST_CASE(the_newest_of_those_that_were_spawned_runs_first_after_all_that_were_woken) {
  Cells cells;
  Worker worker;
  worker.push_spawned(cells["a"]);
  worker.push_spawned(cells["b"]);
  worker.push_last(cells["i"]);
  worker.push_woken(cells["w"]);
  BOOST_TEST(turns_of(worker) == "wiba");
}

BOOST_AUTO_TEST_CASE(two_that_wake_each_other_let_others_through) {
  Cells cells;
  Worker worker;
  worker.push_last(cells["o"]);
  worker.push_woken(cells["p"]);
  int turns = 1;
  while (worker.next() != &cells["o"]) {
    worker.push_woken(cells["p"]);
    BOOST_TEST_REQUIRE(++turns < 1'000);
  }
  BOOST_TEST(worker.next() == &cells["p"]);
}

// However many are woken.
BOOST_AUTO_TEST_CASE(those_that_were_spawned_get_a_share_of_the_turns) {
  Cells cells;
  Worker worker;
  worker.push_last(cells["a"]);
  worker.push_last(cells["b"]);
  worker.push_spawned(cells["s"]);
  std::map<const Cell*, int> turns;
  for (int i = 0; i < 160; ++i) {
    Cell* const cell = worker.next();
    BOOST_TEST_REQUIRE(cell != nullptr);
    ++turns[cell];
    if (cell == &cells["s"]) {
      worker.push_spawned(*cell);
    } else {
      worker.push_last(*cell);
    }
  }
  BOOST_TEST(turns[&cells["s"]] == 10);
  BOOST_TEST(turns[&cells["a"]] == 75);
  BOOST_TEST(turns[&cells["b"]] == 75);
}

BOOST_AUTO_TEST_CASE(who_has_more_to_do_comes_after_those_that_wait) {
  Cells cells;
  Worker worker;
  worker.push_last(cells["y"]);
  BOOST_TEST(worker.next() == &cells["y"]);
  worker.push_last(cells["a"]);
  worker.push_yielded(cells["y"]);
  worker.push_last(cells["b"]);
  BOOST_TEST(turns_of(worker) == "ayb");
}

BOOST_AUTO_TEST_CASE(the_oldest_that_was_spawned_gets_its_turn_when_it_has_grown_old) {
  Cells cells;
  Worker worker;
  worker.look(10);
  worker.push_spawned(cells["a"]);
  worker.push_spawned(cells["b"]);
  BOOST_TEST(!worker.look(10));  // the clock has not moved
  BOOST_TEST(worker.look(12));
  worker.push_spawned(cells["c"]);
  BOOST_TEST(turns_of(worker) == "acb");
}

BOOST_AUTO_TEST_CASE(a_thief_gets_half_of_what_is_old) {
  Cells cells;
  Worker worker;
  Worker thief;
  worker.look(10);
  for (const char* const name : {"a", "b", "c", "d"}) {
    worker.push_last(cells[name]);
  }
  worker.look(11);
  BOOST_TEST(!worker.has_old(11));
  BOOST_TEST(!worker.give_to(thief, 11, false));
  worker.look(12);
  BOOST_TEST(worker.has_old(12));
  BOOST_TEST(worker.give_to(thief, 12, false));
  BOOST_TEST(!worker.has_old(12));  // until the worker has looked again
  BOOST_TEST(thief.counters().steals == 1U);
  BOOST_TEST(turns_of(thief) == "ab");
  BOOST_TEST(turns_of(worker) == "cd");
}

BOOST_AUTO_TEST_CASE(a_worker_that_has_run_out_of_work_has_nothing_old) {
  Cells cells;
  Worker worker;
  worker.look(10);
  worker.push_last(cells["a"]);
  worker.push_last(cells["b"]);
  worker.look(12);
  BOOST_TEST(worker.has_old(12));
  BOOST_TEST(turns_of(worker) == "ab");
  BOOST_TEST(!worker.has_old(20));
}

BOOST_AUTO_TEST_CASE(a_thief_gets_the_oldest_that_was_spawned) {
  Cells cells;
  Worker worker;
  Worker thief;
  worker.look(10);
  worker.push_spawned(cells["a"]);
  worker.push_spawned(cells["b"]);
  worker.push_spawned(cells["c"]);
  worker.push_spawned(cells["d"]);
  BOOST_TEST(worker.give_to(thief, 12, false));
  BOOST_TEST(turns_of(thief) == "ab");
  BOOST_TEST(turns_of(worker) == "dc");
}

BOOST_AUTO_TEST_CASE(of_two_that_always_have_mail_a_thief_gets_one_and_leaves_one) {
  Cells cells;
  Worker worker;
  Worker thief;
  worker.look(10);
  worker.push_last(cells["a"]);
  worker.push_last(cells["b"]);
  for (Look now = 11; now < 15; ++now) {
    worker.push_yielded(*worker.next());
    worker.look(now);
  }
  BOOST_TEST(worker.has_old(14));
  BOOST_TEST(worker.give_to(thief, 14, false));
  worker.look(15);
  BOOST_TEST(!worker.has_old(20));
  BOOST_TEST(!worker.give_to(thief, 20, false));
  BOOST_TEST(turns_of(thief).size() == 1U);
  BOOST_TEST(turns_of(worker).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_thief_gets_also_what_is_new_from_a_worker_that_is_stuck) {
  Cells cells;
  Worker worker;
  Worker thief;
  worker.look(10);
  worker.push_woken(cells["a"]);
  BOOST_TEST(worker.has_any());
  BOOST_TEST(!worker.give_to(thief, 10, false));
  BOOST_TEST(worker.give_to(thief, 10, true));
  BOOST_TEST(turns_of(thief) == "a");
  BOOST_TEST(!worker.has_any());
  BOOST_TEST(!worker.give_to(thief, 20, true));
  BOOST_TEST(thief.counters().steals == 1U);
}

BOOST_AUTO_TEST_CASE(a_worker_that_has_not_looked_for_long_is_absent_if_anyone_waits_there) {
  Cells cells;
  Worker worker;
  worker.look(10);
  BOOST_TEST(!worker.is_absent(100));
  worker.push_last(cells["a"]);
  BOOST_TEST(!worker.is_absent(20));
  BOOST_TEST(worker.is_absent(21));
  worker.look(21);
  BOOST_TEST(!worker.is_absent(21));
  BOOST_TEST(turns_of(worker) == "a");
}

BOOST_AUTO_TEST_CASE(a_worker_looks_at_the_clock_after_each_turn_if_turns_take_long) {
  Cells cells;
  Worker worker;
  worker.look(10);
  worker.look(10);
  const auto turns_until_due = [&] {
    int turns = 0;
    while (!worker.look_is_due()) {
      worker.push_last(cells["a"]);
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

BOOST_AUTO_TEST_CASE(the_clock_may_wrap_around) {
  Cells cells;
  Worker worker;
  constexpr Look kLast = ~Look{0};
  worker.look(kLast);
  worker.push_last(cells["a"]);
  worker.push_last(cells["b"]);
  worker.look(0);
  BOOST_TEST(!worker.has_old(0));
  worker.look(1);
  BOOST_TEST(worker.has_old(1));
  BOOST_TEST(turns_of(worker) == "ab");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
