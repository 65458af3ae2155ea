/// The protocol: what waits for a peer that takes it slowly, and what has to go all the same.
#include <algorithm>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "protocol_pair.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

BOOST_AUTO_TEST_CASE(W07_what_must_go_keeps_its_place_among_the_messages) {
  Pair pair;
  pair.world.fill("a", "b");
  pair.a.queue("b", "1").queue("b", parcel_that_must_go("2")).queue("b", "3").flush();
  pair.world.drain("a", "b");
  pair.world.settle();
  check_log(pair.b, {"got a 1", "got a 2", "got a 3"});
}

BOOST_AUTO_TEST_CASE(W07_what_must_go_waits_for_a_node_that_is_not_up_yet) {
  World world;
  Node& a = world.start("a");
  a.queue("b", "1").queue("b", parcel_that_must_go("2")).flush();
  check_log(a, {});
  Node& b = world.start("b");
  world.advance(1s);
  check_log(b, {"up a", "got a 1", "got a 2"});
}

BOOST_AUTO_TEST_CASE(W07_a_session_in_which_it_cannot_be_told_ends_for_both) {
  Pair pair(options_with([](auto& o) { o.max_control_bytes = 500; }));
  pair.world.fill("a", "b");
  for (const char* text : {"1", "2", "3", "4", "5", "6", "7", "8"}) {
    auto parcel = parcel_that_must_go(text);
    parcel.only_in_session = true;
    pair.a.queue("b", std::move(parcel));
  }
  pair.a.flush();
  const Log log = pair.a.take_log();
  BOOST_REQUIRE_EQUAL(log.size(), 9U);
  BOOST_TEST(log[0].starts_with("returned 1: b:1 is down"), log[0]);
  BOOST_TEST(std::ranges::count(log, "down b it does not take what it has to be told") == 1);
  pair.world.drain("a", "b");
  pair.world.advance(1s);
  check_log(pair.a, {"up b"});
  check_log(pair.b, {"down a the connection to it was lost for a while", "up a"});
}

BOOST_AUTO_TEST_SUITE_END()
