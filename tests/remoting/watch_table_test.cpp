/// Who watches whom across nodes.
#include "watch_table.hpp"

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/name_target.hpp>

#include "../engine/manual_node.hpp"

namespace {

using spinoff::NodeId;
using spinoff::Ref;
using spinoff::Uri;
using spinoff::engine::NameTarget;
using spinoff::remoting::WatchTable;
using Pair = WatchTable::Pair;

struct TableFixture {
  const NodeId here{"here", 1};
  const NodeId there{"there", 1};
  const NodeId elsewhere{"elsewhere", 1};
  spinoff::testing::ManualNode node;

  Ref name(const NodeId& at, const std::string& path) const {
    return NameTarget::make(node.core().anchor(), Uri(at, path));
  }
  Pair pair(const std::string& actor, const std::string& watcher) const {
    return {name(there, actor), name(here, watcher)};
  }
  Uri actor_there(const std::string& path) const { return {there, path}; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(watch_table, TableFixture)

BOOST_AUTO_TEST_CASE(W07_each_pair_is_taken_once) {
  WatchTable table;
  BOOST_TEST(table.add(there, pair("/a", "/w")));
  BOOST_TEST(table.add(there, pair("/a", "/v")));
  BOOST_TEST(!table.take(there, actor_there("/b"), "/w").watcher);
  BOOST_TEST(!table.take(there, actor_there("/w"), "/a").watcher);
  BOOST_TEST(!table.take(elsewhere, actor_there("/a"), "/w").watcher);
  BOOST_TEST(!table.take(there, Uri(elsewhere, "/a"), "/w").watcher);
  const Pair taken = table.take(there, actor_there("/a"), "/w");
  BOOST_TEST((taken.actor == name(there, "/a")));
  BOOST_TEST((taken.watcher == name(here, "/w")));
  BOOST_TEST(!table.take(there, actor_there("/a"), "/w").watcher);
  BOOST_TEST(!table.remove(there, pair("/a", "/w")));
  BOOST_TEST(table.remove(there, pair("/a", "/v")));
  BOOST_TEST(table.take_all(there).empty());
}

BOOST_AUTO_TEST_CASE(W07_a_pair_of_the_same_names_takes_the_place_of_an_earlier_one) {
  WatchTable table;
  const Pair earlier{name(there, "/a"), name(elsewhere, "/w")};
  const Pair later{name(there, "/a"), name(here, "/w")};
  BOOST_TEST(table.add(there, earlier));
  BOOST_TEST(table.add(there, later));
  // The end of the earlier one is not that of its successor.
  BOOST_TEST(!table.remove(there, earlier));
  BOOST_TEST(table.take_all(there).size() == 1U);
}

BOOST_AUTO_TEST_CASE(W07_when_a_node_goes_down_all_of_its_pairs_are_found_and_no_others) {
  WatchTable table;
  BOOST_TEST(table.add(there, pair("/a", "/w")));
  BOOST_TEST(table.add(there, pair("/b", "/w")));
  BOOST_TEST(table.add(elsewhere, pair("/c", "/w")));
  BOOST_TEST(table.take_all(there).size() == 2U);
  BOOST_TEST(table.take_all(there).empty());
  BOOST_TEST(table.take_all(elsewhere).size() == 1U);
}

BOOST_AUTO_TEST_CASE(W07_the_pairs_of_one_node_are_limited) {
  WatchTable table(2);
  BOOST_TEST(table.add(there, pair("/a", "/w")));
  BOOST_TEST(table.add(there, pair("/b", "/w")));
  BOOST_TEST(!table.add(there, pair("/c", "/w")));
  BOOST_TEST(table.add(there, pair("/a", "/w")), "it is there already");
  BOOST_TEST(table.add(elsewhere, pair("/c", "/w")), "another node has a limit of its own");
  BOOST_TEST(table.remove(there, pair("/a", "/w")));
  BOOST_TEST(table.add(there, pair("/c", "/w")));
}

// If each operation looked at all pairs, this would take hours.
BOOST_AUTO_TEST_CASE(W07_hundred_thousands_of_watches_are_no_matter) {
  constexpr std::size_t kPairs = 100'000;
  WatchTable table;
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < kPairs; ++i) {
    pairs.push_back(pair("/actor-" + std::to_string(i), "/w-" + std::to_string(i % 100)));
    BOOST_TEST_REQUIRE(table.add(there, pairs.back()));
  }
  std::ranges::shuffle(pairs, std::mt19937(1));
  for (std::size_t i = 0; i < kPairs; ++i) {
    if (i % 2 == 0) {
      BOOST_TEST_REQUIRE(table.remove(there, pairs[i]));
    } else {
      const Uri actor = pairs[i].actor.uri();
      BOOST_TEST_REQUIRE(
          (table.take(there, actor, pairs[i].watcher.uri().path()).actor == pairs[i].actor));
    }
  }
  BOOST_TEST(table.take_all(there).empty());
}

BOOST_AUTO_TEST_SUITE_END()
