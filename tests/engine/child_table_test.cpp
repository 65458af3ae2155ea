/// The table of children: names and numbers, and who is the last to leave.
#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/child_table.hpp>

#include "manual_node.hpp"

namespace {

using spinoff::Ref;
using spinoff::detail::ActorType;
using spinoff::detail::Behavior;
using spinoff::detail::EnvelopePtr;
using spinoff::detail::Handled;
using spinoff::engine::Cell;
using spinoff::engine::ChildTable;
using spinoff::testing::ManualNode;
using Added = ChildTable::Added;

constexpr ActorType kType{.name = "test.Child",
                          .receive = [](Behavior&, EnvelopePtr&) { return Handled::no; }};

/// Cells that never run, and a table of their own.
struct Family {
  ManualNode node;
  ChildTable table;
  std::vector<Ref> refs;

  Cell& named(std::string name) {
    auto [cell, ref] = Cell::create(node.core().anchor(), &node.core().guardian(), kType, nullptr,
                                    {.name = std::move(name)});
    refs.push_back(std::move(ref));
    return cell;
  }
  Cell& unnamed() { return named({}); }
  Cell& numbered(std::uint64_t number) {
    Cell& cell = unnamed();
    cell.set_number(number);
    return cell;
  }
};

void check_found(const ChildTable& table, std::string_view name, Cell& cell) {
  BOOST_TEST_CONTEXT(name) {
    BOOST_TEST((table.find(name) == cell.ref()));
  }
}

BOOST_AUTO_TEST_SUITE(child_table)

BOOST_AUTO_TEST_CASE(children_are_found_by_given_and_by_made_up_names) {
  Family family;
  BOOST_TEST(!family.table.find("a"));
  BOOST_TEST(!family.table.find("$Child-1"));
  Cell& a = family.named("a");
  Cell& first = family.unnamed();
  BOOST_TEST((family.table.add(a) == Added::yes));
  BOOST_TEST((family.table.add(first) == Added::yes));
  check_found(family.table, "a", a);
  check_found(family.table, "$Child-1", first);
  for (const char* const wrong :
       {"", "b", "$", "$Child", "$Child-", "$Child-2", "$Child-01", "$Child-1x", "$Other-1", "1",
        "Child-1", "$Child-99999999999999999999999"}) {
    BOOST_TEST_CONTEXT(wrong) {
      BOOST_TEST(!family.table.find(wrong));
    }
  }
  a.abandon();
  first.abandon();
}

BOOST_AUTO_TEST_CASE(a_given_name_is_taken_until_it_is_erased) {
  Family family;
  Cell& one = family.named("same");
  Cell& two = family.named("same");
  BOOST_TEST((family.table.add(one) == Added::yes));
  BOOST_TEST((family.table.add(two) == Added::name_taken));
  family.table.erase(one);
  BOOST_TEST((family.table.add(two) == Added::yes));
  check_found(family.table, "same", two);
  family.table.erase(one);  // that it is not there any more changes nothing
  check_found(family.table, "same", two);
  one.abandon();
  two.abandon();
}

BOOST_AUTO_TEST_CASE(a_random_crowd_is_found_as_in_a_map) {
  Family family;
  std::map<std::string, Cell*> model;
  std::minstd_rand random(7);
  for (int i = 0; i < 5'000; ++i) {
    const std::string name = "n" + std::to_string(random() % 700);
    if (const auto found = model.find(name); found != model.end()) {
      check_found(family.table, name, *found->second);
      Cell& other = family.named(name);
      BOOST_TEST_REQUIRE((family.table.add(other) == Added::name_taken));
      other.abandon();
      family.table.erase(*found->second);
      BOOST_TEST_REQUIRE(!family.table.leave());
      found->second->abandon();
      model.erase(found);
    } else {
      BOOST_TEST_REQUIRE(!family.table.find(name));
      Cell& cell = random() % 2 == 0 ? family.named(name)
                                     : family.numbered(static_cast<std::uint64_t>(i) + 1);
      BOOST_TEST_REQUIRE((family.table.add(cell) == Added::yes));
      model.emplace(cell.name_text(), &cell);
    }
    BOOST_TEST_REQUIRE(family.table.all().size() == model.size());
  }
  for (const auto& [name, cell] : model) {
    check_found(family.table, name, *cell);
    cell->abandon();
  }
}

BOOST_AUTO_TEST_CASE(a_closed_table_lets_nobody_in_until_it_is_opened) {
  Family family;
  Cell& one = family.named("one");
  Cell& two = family.named("two");
  BOOST_TEST((family.table.add(one) == Added::yes));
  BOOST_TEST(!family.table.close());
  BOOST_TEST((family.table.add(two) == Added::closed));
  check_found(family.table, "one", one);
  family.table.open();
  BOOST_TEST((family.table.add(two) == Added::yes));
  one.abandon();
  two.abandon();
}

BOOST_AUTO_TEST_CASE(either_closing_or_the_last_child_that_leaves_is_told_so) {
  Family family;
  Cell& one = family.named("one");
  Cell& two = family.named("two");
  family.table.add(one);
  family.table.add(two);
  BOOST_TEST(!family.table.leave());  // open: nobody waits
  BOOST_TEST(!family.table.close());
  BOOST_TEST(family.table.leave());
  family.table.open();
  BOOST_TEST(family.table.close());
  one.abandon();
  two.abandon();
}

BOOST_AUTO_TEST_CASE(many_threads_that_leave_while_the_table_closes_tell_it_once) {
  for (int round = 0; round < 300; ++round) {
    Family family;
    std::vector<Cell*> cells;
    for (int i = 0; i < 8; ++i) {
      cells.push_back(&family.unnamed());
      family.table.add(*cells.back());
    }
    std::atomic<int> told{0};
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
          for (int j = 2 * i; j < 2 * i + 2; ++j) {
            family.table.erase(*cells.at(static_cast<std::size_t>(j)));
            told += family.table.leave() ? 1 : 0;
          }
        });
      }
      told += family.table.close() ? 1 : 0;
    }
    BOOST_TEST_REQUIRE(told == 1);
    BOOST_TEST_REQUIRE(family.table.all().empty());
    for (Cell* const cell : cells) {
      cell->abandon();
    }
  }
}

BOOST_AUTO_TEST_CASE(looking_up_is_safe_while_others_come_and_go) {
  Family family;
  std::atomic<bool> done{false};
  std::atomic<int> found{0};
  std::jthread reader([&] {
    while (!done) {
      for (int i = 0; i < 20; ++i) {
        found += family.table.find("n" + std::to_string(i)) ? 1 : 0;
      }
      family.table.all();
    }
  });
  for (int round = 0; round < 300; ++round) {
    std::vector<Cell*> cells;
    for (int i = 0; i < 20; ++i) {
      cells.push_back(&family.named("n" + std::to_string(i)));
      BOOST_TEST_REQUIRE((family.table.add(*cells.back()) == Added::yes));
    }
    family.refs.clear();
    for (Cell* const cell : cells) {
      family.table.erase(*cell);
      family.table.leave();
      cell->abandon();
    }
  }
  done = true;
  reader.join();
  BOOST_TEST(found >= 0);
  BOOST_TEST(family.table.all().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
