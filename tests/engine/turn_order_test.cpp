/// Whose turn is next, and what a thief gets.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/turn_order.hpp>

#include "cells.hpp"

namespace {

using spinoff::engine::Cell;
using spinoff::engine::kOld;
using spinoff::engine::kOldIfLight;
using spinoff::engine::Look;
using spinoff::engine::TurnOrder;
using spinoff::testing::Cells;

std::string turns_of(TurnOrder& order, Look now = 0) {
  return spinoff::testing::names_of_all([&] { return order.next(now); });
}

std::string loot(TurnOrder& order, std::optional<Look> old_by) {
  std::vector<TurnOrder::Entry> taken;
  order.take_half(old_by, taken);
  std::string names;
  for (const TurnOrder::Entry& entry : taken) {
    names += entry.cell->name().given;
  }
  return names;
}

BOOST_AUTO_TEST_SUITE(turn_order)

BOOST_AUTO_TEST_CASE(who_was_woken_last_is_next_and_the_others_come_in_order) {
  Cells cells;
  TurnOrder order;
  for (const char* const name : {"a", "b", "c", "d"}) {
    order.add_woken(cells[name], 0);
  }
  BOOST_TEST(order.length() == 4U);
  BOOST_TEST(turns_of(order) == "dabc");
  BOOST_TEST(order.turns() == 4U);
  BOOST_TEST(order.turns_from_queues() == 3U);
  BOOST_TEST(order.length() == 0U);
}

BOOST_AUTO_TEST_CASE(the_newest_of_those_that_were_spawned_runs_first_after_all_that_were_woken) {
  Cells cells;
  TurnOrder order;
  order.add_spawned(cells["a"], 0);
  order.add_spawned(cells["b"], 0);
  order.add_last({&cells["i"]});
  order.add_woken(cells["w"], 0);
  BOOST_TEST(turns_of(order) == "wiba");
}

BOOST_AUTO_TEST_CASE(two_that_wake_each_other_let_others_through) {
  Cells cells;
  TurnOrder order;
  order.add_last({&cells["o"]});
  order.add_woken(cells["p"], 0);
  int turns = 1;
  while (order.next(0) != &cells["o"]) {
    order.add_woken(cells["p"], 0);
    BOOST_TEST_REQUIRE(++turns < 1'000);
  }
  BOOST_TEST(order.next(0) == &cells["p"]);
}

// However many are woken.
BOOST_AUTO_TEST_CASE(those_that_were_spawned_get_a_share_of_the_turns) {
  Cells cells;
  TurnOrder order;
  order.add_last({&cells["a"]});
  order.add_last({&cells["b"]});
  order.add_spawned(cells["s"], 0);
  std::map<const Cell*, int> turns;
  for (int i = 0; i < 160; ++i) {
    Cell* const cell = order.next(0);
    BOOST_TEST_REQUIRE(cell != nullptr);
    ++turns[cell];
    if (cell == &cells["s"]) {
      order.add_spawned(*cell, 0);
    } else {
      order.add_last({cell});
    }
  }
  BOOST_TEST(turns[&cells["s"]] == 10);
  BOOST_TEST(turns[&cells["a"]] == 75);
  BOOST_TEST(turns[&cells["b"]] == 75);
}

BOOST_AUTO_TEST_CASE(who_has_more_to_do_comes_after_those_that_wait) {
  Cells cells;
  TurnOrder order;
  order.add_last({&cells["y"]});
  BOOST_TEST(order.next(0) == &cells["y"]);
  order.add_last({&cells["a"]});
  order.add_yielded(cells["y"]);
  order.add_last({&cells["b"]});
  BOOST_TEST(turns_of(order) == "ayb");
}

BOOST_AUTO_TEST_CASE(the_oldest_that_was_spawned_gets_its_turn_when_it_has_grown_old) {
  Cells cells;
  TurnOrder order;
  order.add_spawned(cells["a"], 10);
  order.add_spawned(cells["b"], 10);
  order.look(11, false);
  order.look(12, false);
  order.add_spawned(cells["c"], 12);
  BOOST_TEST(turns_of(order) == "acb");
}

BOOST_AUTO_TEST_CASE(a_thief_gets_half_of_what_is_old) {
  Cells cells;
  TurnOrder order;
  for (const char* const name : {"a", "b", "c", "d"}) {
    order.add_last({&cells[name], 10});
  }
  BOOST_TEST(loot(order, 11).empty());
  BOOST_TEST(loot(order, 12) == "ab");
  BOOST_TEST(turns_of(order) == "cd");
}

BOOST_AUTO_TEST_CASE(a_thief_gets_the_oldest_that_was_spawned) {
  Cells cells;
  TurnOrder order;
  for (const char* const name : {"a", "b", "c", "d"}) {
    order.add_spawned(cells[name], 10);
  }
  BOOST_TEST(loot(order, 12) == "ab");
  BOOST_TEST(turns_of(order) == "dc");
}

BOOST_AUTO_TEST_CASE(of_two_that_always_have_mail_a_thief_gets_one_and_leaves_one) {
  Cells cells;
  TurnOrder order;
  order.add_last({&cells["a"], 10});
  order.add_last({&cells["b"], 10});
  for (Look now = 11; now < 15; ++now) {
    order.add_yielded(*order.next(now));
  }
  BOOST_TEST((order.old_at() == 10 + kOld));
  BOOST_TEST(loot(order, 14).size() == 1U);
  BOOST_TEST(!order.old_at());  // it is next anyway
  BOOST_TEST(loot(order, 20).empty());
  BOOST_TEST(turns_of(order).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_thief_gets_also_what_is_new_from_one_that_is_stuck) {
  Cells cells;
  TurnOrder order;
  order.add_woken(cells["a"], 10);
  BOOST_TEST(loot(order, 20).empty());
  BOOST_TEST(loot(order, std::nullopt) == "a");
  BOOST_TEST(order.length() == 0U);
  BOOST_TEST(loot(order, std::nullopt).empty());
}

BOOST_AUTO_TEST_CASE(the_age_is_that_of_the_oldest_in_either_queue) {
  Cells cells;
  TurnOrder order;
  BOOST_TEST(!order.old_at());
  order.add_last({&cells["a"], 7});
  BOOST_TEST(!order.old_at());
  order.add_last({&cells["b"], 8});
  BOOST_TEST((order.old_at() == 7 + kOld));
  order.add_spawned(cells["c"], ~Look{0});  // the clock may wrap around
  order.add_spawned(cells["d"], 1);
  BOOST_TEST((order.old_at() == kOld - 1));
}

BOOST_AUTO_TEST_CASE(where_messages_are_light_those_that_were_woken_grow_old_late) {
  Cells cells;
  TurnOrder order;
  for (const char* const name : {"a", "b"}) {
    order.add_last({&cells[name], 10});
  }
  for (const char* const name : {"s", "t"}) {
    order.add_spawned(cells[name], 12);
  }
  order.look(11, true);
  BOOST_TEST((order.old_at() == 12 + kOld));
  BOOST_TEST(loot(order, 20) == "s");  // who has never run talks with nobody yet
  BOOST_TEST((order.old_at() == 10 + kOldIfLight));
  BOOST_TEST(loot(order, 10 + kOldIfLight - 1).empty());
  BOOST_TEST(loot(order, 10 + kOldIfLight) == "a");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
