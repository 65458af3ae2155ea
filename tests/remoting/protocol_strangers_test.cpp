/// The protocol against nodes that only say that they are there.
#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

#include "protocol_pair.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;

/// Made-up nodes say that they are there, one each millisecond.
void flood(World& world, Node& node, int count) {
  for (int i = 0; i < count; ++i) {
    node.receive(frame_of("node" + std::to_string(i), {{5, 1}, {}, 0}));
    world.advance(1ms);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

BOOST_AUTO_TEST_CASE(R09_frames_of_ever_new_nodes_make_few_peers) {
  World world(options_with([](auto& o) { o.max_strangers = 10; }));
  Node& a = world.start("a");
  flood(world, a, 100);
  BOOST_TEST(a.protocol().peers() == 10U);
  BOOST_TEST(a.protocol().strangers() == 10U);
  const Log log = a.take_log();
  BOOST_TEST(std::ranges::count(log, "rejected frame of one node too many") == 90);
  world.advance(10s);
  BOOST_TEST(a.protocol().peers() == 0U);
  BOOST_TEST(a.protocol().strangers() == 0U);
}

BOOST_AUTO_TEST_CASE(R09_strangers_do_not_stand_in_the_way_of_what_this_node_wants_to_reach) {
  World world(options_with([](auto& o) { o.max_strangers = 10; }));
  Node& a = world.start("a");
  Node& b = world.start("b");
  flood(world, a, 100);
  a.take_log();
  a.send("b", "x");
  world.settle();
  check_log(a, {"up b"});
  check_log(b, {"up a", "got a x"});
  BOOST_TEST(a.protocol().strangers() == 10U);
}

BOOST_AUTO_TEST_CASE(R09_in_a_full_table_the_oldest_stranger_makes_room) {
  World world(options_with([](auto& o) { o.max_peers = 3; }));
  Node& a = world.start("a");
  world.start("b");
  world.start("c");
  world.start("d");
  flood(world, a, 3);
  a.take_log();
  a.send("b", "1");
  a.send("c", "2");
  world.settle();
  check_log(a, {"up b", "up c"});
  BOOST_TEST(a.protocol().peers() == 3U);
  // The youngest is still there: this is no first frame of it.
  a.receive(frame_of("node2", {{5, 1}, {1, 3}, 0}));
  check_log(a, {"up node2"});
  BOOST_TEST(a.protocol().strangers() == 0U);
  a.send("d", "3");
  check_log(a, {"returned 3: not sent to d:1: this node already deals with 3 others, which is its "
                "limit"});
}

BOOST_AUTO_TEST_CASE(R09_a_peer_is_no_stranger_while_it_is_up_or_wanted) {
  Pair pair;
  BOOST_TEST(pair.a.protocol().strangers() == 0U);
  BOOST_TEST(pair.b.protocol().strangers() == 0U);
  // A new session is tried, and nobody wants it yet.
  pair.world.cut("b", "a");
  pair.b.receive(frame_of("a", {{1, 2}, {}, 0}));
  BOOST_TEST(pair.b.protocol().strangers() == 1U);
  pair.b.send("a", "x");
  BOOST_TEST(pair.b.protocol().strangers() == 0U);
  pair.world.heal_all();
  pair.world.advance(1s);
  BOOST_TEST(pair.b.is_up("a"));
  BOOST_TEST(pair.b.protocol().strangers() == 0U);
}

BOOST_AUTO_TEST_CASE(R09_an_answer_calls_nobody_with_whom_there_is_no_session) {
  World world;
  Node& a = world.start("a");
  const auto answer = [] {
    auto parcel = parcel_that_must_go("no");
    parcel.only_in_session = true;
    return parcel;
  };
  const Log dropped{"returned no: not sent to b:1: there is no session with it"};
  a.queue("b", answer());
  a.flush();
  check_log(a, dropped);
  BOOST_TEST(a.protocol().peers() == 0U);
  // Nor one that only said that it is there.
  a.receive(frame_of("b", {{5, 1}, {}, 0}));
  a.queue("b", answer());
  a.flush();
  check_log(a, dropped);
  BOOST_TEST(a.protocol().strangers() == 1U);
  Pair pair;
  pair.a.queue("b", answer());
  pair.a.flush();
  pair.world.settle();
  check_log(pair.b, {"got a no"});
}

BOOST_AUTO_TEST_SUITE_END()
