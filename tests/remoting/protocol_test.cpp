/// The protocol: how sessions begin, order and batches, and what waits for a node that is not up.
#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include <boost/test/unit_test.hpp>

#include "protocol_pair.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::NodeId;
using spinoff::remoting::Actions;
using spinoff::remoting::Connect;
using spinoff::remoting::Protocol;
using spinoff::remoting::Return;
using spinoff::remoting::SendFrame;

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

// ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_first_message_opens_a_session_and_arrives) {
  World world;
  Node& a = world.start("a");
  Node& b = world.start("b");
  a.send("b", "one");
  check_frames(a, {"hello b"});
  world.settle();
  check_frames(a, {"parcels b 1"});
  check_frames(b, {"hello a", "heartbeat a"});
  check_log(a, {"up b"});
  check_log(b, {"up a", "got a one"});
}

BOOST_AUTO_TEST_CASE(R05_nodes_that_begin_at_the_same_time_get_one_session) {
  World world;
  Node& a = world.start("a");
  Node& b = world.start("b");
  a.send("b", "from a");
  b.send("a", "from b");
  world.settle();
  check_log(a, {"up b", "got b from b"});
  check_log(b, {"up a", "got a from a"});
  world.advance(60s);
  check_log(a, {});
  check_log(b, {});
}

BOOST_AUTO_TEST_CASE(M02_messages_to_one_peer_arrive_in_the_order_sent) {
  Pair pair;
  Log expected;
  for (int i = 0; i < 1000; ++i) {
    pair.a.queue("b", std::to_string(i));
    expected.push_back("got a " + std::to_string(i));
    if (i % 7 == 0) {
      pair.a.flush();
    }
  }
  pair.a.flush();
  pair.world.settle();
  check_log(pair.b, expected);
}

BOOST_AUTO_TEST_CASE(a_lone_message_leaves_at_once_and_several_leave_in_one_frame) {
  Pair pair;
  pair.a.send("b", "lone");
  check_frames(pair.a, {"parcels b 1"});
  pair.a.queue("b", "1").queue("b", "2").queue("b", "3");
  check_frames(pair.a, {});
  pair.a.flush();
  check_frames(pair.a, {"parcels b 3"});
}

BOOST_AUTO_TEST_CASE(a_batch_is_closed_before_it_grows_over_its_bytes_or_its_items) {
  Pair pair(options_with([](auto& o) {
    o.batch_bytes = 1'000;
    o.max_items_per_frame = 20;
  }));
  for (int i = 0; i < 50; ++i) {
    pair.a.queue("b", std::string(100, 'x'));
  }
  pair.a.queue("b", std::string(5'000, 'y'));
  for (int i = 0; i < 30; ++i) {
    pair.a.queue("b", "z");
  }
  pair.a.flush();
  const Log frames = pair.a.take_frames();
  BOOST_TEST(frames.front() == "parcels b 8");
  BOOST_TEST(std::count(frames.begin(), frames.end(), "parcels b 20") == 1);
  pair.world.settle();
  BOOST_TEST(pair.b.take_log().size() == 81U);
}

BOOST_AUTO_TEST_CASE(messages_to_oneself_or_to_no_node_come_back) {
  World world;
  Node& a = world.start("a");
  a.send("a", "me");
  check_log(a, {"returned me: not sent to a:1: it is this node itself"});
  Actions actions;
  a.protocol().send(NodeId("b", 0), parcel_of("x"), world.now, actions);
  BOOST_REQUIRE_EQUAL(actions.size(), 1U);
  BOOST_TEST(std::get<Return>(actions[0]).reason.find("it needs a host and a port") !=
             std::string::npos);
  BOOST_TEST(a.protocol().peers() == 0U);
}

// -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(R02_messages_to_a_node_that_is_not_up_wait_and_go_out_in_order) {
  World world;
  Node& a = world.start("a");
  a.send("b", "1");
  world.advance(4s);
  a.queue("b", "2").queue("b", "3");
  a.flush();
  world.advance(4s);
  check_log(a, {});
  Node& b = world.start("b");
  world.settle();
  check_log(a, {"up b"});
  check_log(b, {"up a", "got a 1", "got a 2", "got a 3"});
}

BOOST_AUTO_TEST_CASE(R02_messages_to_a_node_that_does_not_come_are_returned_in_order) {
  World world;
  Node& a = world.start("a");
  a.queue("b", "1").queue("b", "2");
  a.flush();
  world.advance(9900ms);
  check_log(a, {});
  world.advance(200ms);
  check_log(a, {"returned 1: b:1 is down: it was not reached in 10.0 s",
                "returned 2: b:1 is down: it was not reached in 10.0 s",
                "down b it was not reached in 10.0 s"});
  BOOST_TEST(a.protocol().peers() == 0U);
  BOOST_TEST((a.protocol().next_wakeup() == Time::max()));
}

BOOST_AUTO_TEST_CASE(R02_what_stands_in_the_way_is_told) {
  World world;
  Node& a = world.start("a");
  a.send("b", "1");
  a.protocol().trouble(id_of("b"), "the host name cannot be looked up");
  world.advance(10s);
  check_log(a, {"returned 1: b:1 is down: it was not reached in 10.0 s: the host name cannot be "
                "looked up",
                "down b it was not reached in 10.0 s: the host name cannot be looked up"});
}

BOOST_AUTO_TEST_CASE(R02_a_channel_that_could_not_be_opened_is_tried_again_each_heartbeat) {
  Protocol protocol(id_of("a"), 1, {});
  Actions actions;
  Time now(1000s);
  protocol.send(id_of("b"), parcel_of("1"), now, actions);
  const auto is_connect = [](const auto& action) {
    return std::holds_alternative<Connect>(action);
  };
  const auto is_frame = [](const auto& action) {
    return std::holds_alternative<SendFrame>(action);
  };
  BOOST_TEST(std::ranges::count_if(actions, is_connect) == 1);
  const auto frame = std::ranges::find_if(actions, is_frame);
  BOOST_REQUIRE(frame != actions.end());
  protocol.refused(std::move(std::get<SendFrame>(*frame)), now, actions);
  protocol.trouble(id_of("b"), "no such host");
  for (int i = 0; i < 5; ++i) {
    actions.clear();
    now += 1s;
    protocol.tick(now, actions);
    BOOST_TEST(std::ranges::count_if(actions, is_connect) == 1);
  }
  // It worked at last; whether the peer answers is another matter.
  protocol.trouble(id_of("b"), {});
  actions.clear();
  protocol.tick(now + 1s, actions);
  BOOST_TEST(std::ranges::count_if(actions, is_connect) == 0);
}

BOOST_AUTO_TEST_CASE(R02_a_message_to_a_node_that_had_only_called_waits_as_long_as_any) {
  World world;
  Node& a = world.start("a");
  a.receive(frame_of("b", {{77, 1}, {}, 0}, {hello_to("a")}));
  world.advance(9s);
  a.send("b", "1");
  world.advance(9s);
  check_log(a, {});
  world.advance(2s);
  BOOST_TEST(a.take_log().size() == 2U);
}

BOOST_AUTO_TEST_CASE(R02_a_caller_that_does_not_take_our_answer_is_forgotten_in_silence) {
  World world;
  Node& a = world.start("a");
  a.receive(frame_of("b", {{77, 1}, {}, 0}, {hello_to("a")}));
  BOOST_TEST(a.protocol().peers() == 1U);
  world.advance(10s);
  BOOST_TEST(a.protocol().peers() == 0U);
  check_log(a, {});
}

BOOST_AUTO_TEST_CASE(R02_a_message_that_fits_into_no_frame_comes_back_at_once) {
  World world(options_with([](auto& o) { o.max_frame_bytes = 1'000; }));
  Node& a = world.start("a");
  Node& b = world.start("b");
  a.queue("b", std::string(1'000, 'x')).queue("b", std::string(850, 'y'));
  a.flush();
  world.settle();
  const Log log = a.take_log();
  BOOST_REQUIRE_EQUAL(log.size(), 2U);
  BOOST_TEST(log[0].find("fit into a frame") != std::string::npos);
  BOOST_TEST(log[1] == "up b");
  check_log(b, {"up a", "got a " + std::string(850, 'y')});
}

BOOST_AUTO_TEST_CASE(R02_a_message_that_is_too_large_for_the_peer_comes_back_and_the_others_go) {
  World world;
  Node& a = world.start("a");
  a.queue("b", "1").queue("b", std::string(1'000, 'x')).queue("b", "2");
  a.flush();
  Node& b = world.start("b", options_with([](auto& o) { o.max_frame_bytes = 1'000; }));
  world.settle();
  a.send("b", std::string(1'000, 'x'));
  const Log log = a.take_log();
  BOOST_REQUIRE_EQUAL(log.size(), 3U);
  BOOST_TEST(log[0] == "up b");
  BOOST_TEST(log[1].starts_with("returned xxx"));
  BOOST_TEST(log[2].starts_with("returned xxx"));
  check_log(b, {"up a", "got a 1", "got a 2"});
}

BOOST_AUTO_TEST_SUITE_END()
