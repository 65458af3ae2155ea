/// The protocol, rule by rule: events and times in, actions out.
#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/remoting/protocol.hpp>

#include "protocol_world.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::NodeId;
using spinoff::remoting::Actions;
using spinoff::remoting::Connect;
using spinoff::remoting::Parcel;
using spinoff::remoting::Protocol;
using spinoff::remoting::ProtocolOptions;
using spinoff::remoting::Return;
using spinoff::remoting::SendFrame;
using spinoff::serialization::FrameHeader;

using Log = std::vector<std::string>;

/// What the node did since the last look.
void check_log(Node& node, const Log& expected) {
  const Log log = node.take_log();
  BOOST_TEST(log == expected, boost::test_tools::per_element());
}

void check_frames(Node& node, const Log& expected) {
  const Log frames = node.take_frames();
  BOOST_TEST(frames == expected, boost::test_tools::per_element());
}

void forget_what_was(std::initializer_list<Node*> nodes) {
  for (Node* node : nodes) {
    node->take_log();
    node->take_frames();
  }
}

/// Two nodes with a session, and nothing noted yet.
struct Pair {
  explicit Pair(const ProtocolOptions& options = {}) : world(options) {
    a.send("b", "first");
    world.settle();
    BOOST_REQUIRE(a.is_up("b"));
    BOOST_REQUIRE(b.is_up("a"));
    forget_what_was({&a, &b});
  }

  World world;
  Node& a = world.start("a");
  Node& b = world.start("b");
};

ProtocolOptions options_with(void (*change)(ProtocolOptions&)) {
  ProtocolOptions options;
  change(options);
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

// --- sessions
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

BOOST_AUTO_TEST_CASE(nodes_that_begin_at_the_same_time_get_one_session) {
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

// --- R02: nodes that are not up yet
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

BOOST_AUTO_TEST_CASE(R02_what_waits_is_bounded_in_number) {
  World world(options_with([](auto& o) { o.max_waiting_items = 3; }));
  Node& a = world.start("a");
  for (const char* text : {"1", "2", "3", "4", "5"}) {
    a.send("b", text);
  }
  check_log(a, {"returned 4: not sent to b:1: it is not up yet, and 3 messages already wait",
                "returned 5: not sent to b:1: it is not up yet, and 3 messages already wait"});
  Node& b = world.start("b");
  world.settle();
  check_log(b, {"up a", "got a 1", "got a 2", "got a 3"});
}

BOOST_AUTO_TEST_CASE(R02_what_waits_is_bounded_in_bytes) {
  World world(options_with([](auto& o) { o.max_waiting_bytes = 10'000; }));
  Node& a = world.start("a");
  const std::string big(4'000, 'x');
  a.queue("b", big).queue("b", big).queue("b", big).queue("b", "small");
  a.flush();
  const Log log = a.take_log();
  BOOST_REQUIRE_EQUAL(log.size(), 1U);
  BOOST_TEST(log[0].starts_with("returned " + big));
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

// --- R03: heartbeats and silence
// ----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(
    R03_an_idle_node_says_each_heartbeat_that_it_is_there_and_wakes_for_nothing_else) {
  Pair pair;
  const int before = pair.a.ticks();
  pair.world.advance(100s);
  BOOST_TEST(pair.a.take_frames().size() == 100U);
  BOOST_TEST(pair.a.ticks() - before <= 101);
  check_log(pair.a, {});
  check_log(pair.b, {});
}

BOOST_AUTO_TEST_CASE(R03_many_idle_peers_do_not_mean_many_wake_ups) {
  World world;
  Node& a = world.start("a");
  for (int i = 0; i < 20; ++i) {
    const std::string peer = "p" + std::to_string(i);
    world.start(peer);
    a.send(peer, "x");
    world.advance(5ms);
  }
  a.take_frames();
  const int before = a.ticks();
  world.advance(100s);
  BOOST_TEST(a.take_frames().size() >= 20U * 99U);
  BOOST_TEST(a.ticks() - before <= 120);
}

BOOST_AUTO_TEST_CASE(R03_a_node_that_has_something_to_say_needs_no_heartbeat) {
  Pair pair;
  for (int i = 0; i < 20; ++i) {
    pair.a.send("b", "x");
    pair.world.advance(500ms);
  }
  const Log frames = pair.a.take_frames();
  BOOST_TEST(std::ranges::count(frames, "heartbeat b") == 0);
}

BOOST_AUTO_TEST_CASE(R03_a_node_that_is_silent_is_down) {
  Pair pair;
  pair.world.kill("b");
  pair.world.advance(2900ms);
  check_log(pair.a, {});
  pair.world.advance(200ms);
  check_log(pair.a, {"down b nothing was heard of it for 3.0 s"});
  BOOST_TEST(pair.a.protocol().peers() == 0U);
}

BOOST_AUTO_TEST_CASE(R03_what_waits_for_a_node_that_falls_silent_is_returned) {
  Pair pair;
  pair.world.fill("a", "b");
  pair.world.cut("b", "a");
  pair.a.send("b", "1");
  pair.world.advance(3100ms);
  check_log(pair.a, {"returned 1: b:1 is down: nothing was heard of it for 3.0 s",
                     "down b nothing was heard of it for 3.0 s"});
}

BOOST_AUTO_TEST_CASE(R03_the_times_are_options) {
  Pair pair(options_with([](auto& o) {
    o.heartbeat = 100ms;
    o.silence = 450ms;
  }));
  pair.world.advance(1s);
  BOOST_TEST(pair.a.take_frames().size() == 10U);
  pair.world.kill("b");
  pair.world.advance(350ms);
  check_log(pair.a, {});
  pair.world.advance(150ms);
  BOOST_TEST(pair.a.take_log().size() == 1U);
}

BOOST_AUTO_TEST_CASE(R03_a_node_that_was_itself_halted_does_not_blame_its_peers) {
  Protocol protocol(id_of("a"), 1, {});
  Actions actions;
  Time now(1000s);
  protocol.frame(frame_of("b", {{77, 1}, {}, 0}, {hello_to("a")}), now, actions);
  protocol.frame(frame_of("b", {{77, 1}, {1, 1}, 0}), now, actions);
  BOOST_REQUIRE(protocol.is_up(id_of("b")));
  now += 60s;
  protocol.tick(now, actions);
  BOOST_TEST(protocol.is_up(id_of("b")));
  // But it has to be heard of from now on.
  for (int i = 0; i < 4; ++i) {
    now += 1s;
    protocol.tick(now, actions);
  }
  BOOST_TEST(!protocol.is_up(id_of("b")));
}

// --- R04: restarts
// ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(R04_a_restart_is_seen_as_down_then_up_at_the_first_contact) {
  Pair pair;
  pair.world.kill("b");
  Node& b = pair.world.start("b");
  b.send("a", "hello again");
  pair.world.settle();
  check_log(pair.a, {"down b it was started anew", "up b", "got b hello again"});
  check_log(b, {"up a"});
}

BOOST_AUTO_TEST_CASE(R04_a_restart_is_seen_even_if_the_new_start_says_nothing_by_itself) {
  Pair pair;
  pair.world.kill("b");
  Node& b = pair.world.start("b");
  pair.world.advance(1s);
  check_log(pair.a, {"down b it was started anew", "up b"});
  check_log(b, {"up a"});
}

BOOST_AUTO_TEST_CASE(R04_what_was_sent_to_the_old_start_does_not_reach_the_new_one) {
  Pair pair;
  pair.world.kill("b");
  Node& b = pair.world.start("b");
  pair.a.send("b", "for the old one");
  pair.a.send("b", "too");
  pair.world.settle();
  pair.a.send("b", "for the new one");
  pair.world.settle();
  check_log(pair.a, {"down b it was started anew", "up b"});
  check_log(b, {"rejected frame of a session that is over",
                "rejected frame of a session that is over", "up a", "got a for the new one"});
}

BOOST_AUTO_TEST_CASE(R04_a_late_frame_of_the_old_start_does_not_end_the_new_session) {
  Pair pair;
  const auto old = pair.world.kill("b");
  const std::string late = old->last_frame();
  Node& b = pair.world.start("b");
  b.send("a", "new");
  pair.world.settle();
  forget_what_was({&pair.a, &b});
  pair.a.receive(late);
  pair.world.advance(10s);
  check_log(pair.a, {"rejected frame of a session that is over"});
  check_log(b, {});
}

BOOST_AUTO_TEST_CASE(R04_a_start_that_was_wrongly_held_for_the_earlier_one_comes_back) {
  Pair pair;
  // Late words of a start of b that a never heard of: a takes it for a newer one.
  pair.a.receive(frame_of("b", {{4711, 1}, {}, 0}, {hello_to("a")}));
  check_log(pair.a, {"down b it was started anew"});
  pair.world.advance(2s);
  BOOST_TEST(pair.a.is_up("b"));
  pair.a.send("b", "still there?");
  pair.world.settle();
  const Log log = pair.b.take_log();
  BOOST_TEST(log.back() == "got a still there?");
}

// --- R05: no state is for ever
// --------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(R05_after_a_partition_the_next_message_makes_a_new_session) {
  Pair pair;
  pair.world.cut("a", "b");
  pair.world.cut("b", "a");
  pair.world.advance(100s);
  BOOST_TEST(pair.a.take_log().size() == 1U);
  BOOST_TEST(pair.b.take_log().size() == 1U);
  pair.world.heal_all();
  pair.world.advance(10s);
  check_log(pair.a, {});
  pair.b.send("a", "again");
  pair.world.settle();
  check_log(pair.a, {"up b", "got b again"});
}

BOOST_AUTO_TEST_CASE(R05_if_one_side_gives_a_session_up_the_other_one_sees_it_end_too) {
  Pair pair;
  // a does not hear b, but b hears a all the time.
  pair.world.cut("b", "a");
  pair.world.advance(3500ms);
  check_log(pair.a, {"down b nothing was heard of it for 3.0 s"});
  check_log(pair.b, {});
  pair.world.heal_all();
  pair.world.advance(1s);
  check_log(pair.a, {"up b"});
  check_log(pair.b, {"down a the connection to it was lost for a while", "up a"});
  pair.a.send("b", "x");
  pair.b.send("a", "y");
  pair.world.settle();
  check_log(pair.a, {"got b y"});
  check_log(pair.b, {"got a x"});
}

BOOST_AUTO_TEST_CASE(R05_the_end_of_a_session_is_told_once_even_if_no_other_follows) {
  Pair pair;
  pair.a.receive(frame_of("b", {{2, 9}, {}, 0}, {hello_to("a")}));
  pair.world.kill("b");
  pair.world.advance(15s);
  check_log(pair.a, {"down b the connection to it was lost for a while"});
  BOOST_TEST(pair.a.protocol().peers() == 0U);
}

BOOST_AUTO_TEST_CASE(R05_a_short_loss_of_heartbeats_changes_nothing) {
  Pair pair;
  pair.world.cut("b", "a");
  pair.world.cut("a", "b");
  pair.world.advance(1500ms);
  pair.world.heal_all();
  pair.world.advance(60s);
  check_log(pair.a, {});
  check_log(pair.b, {});
}

BOOST_AUTO_TEST_CASE(R05_nodes_that_never_answer_leave_nothing_behind) {
  World world;
  Node& a = world.start("a");
  for (int i = 0; i < 100; ++i) {
    a.send("nobody" + std::to_string(i), "x");
    world.advance(100ms);
  }
  world.advance(10s);
  BOOST_TEST(a.protocol().peers() == 0U);
  BOOST_TEST((a.protocol().next_wakeup() == Time::max()));
}

// --- R06: a clean stop
// ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(R06_a_clean_stop_tells_the_peers_at_once) {
  Pair pair;
  pair.a.stop();
  BOOST_TEST(pair.a.protocol().stopped());
  pair.world.settle();
  check_log(pair.b, {"down a it was stopped"});
  BOOST_TEST(pair.b.protocol().peers() == 0U);
  pair.b.send("a", "anybody?");
  pair.world.kill("a");
  pair.world.advance(10s);
  BOOST_TEST(pair.b.take_log().size() == 2U);
}

BOOST_AUTO_TEST_CASE(R06_what_was_sent_before_the_stop_still_goes_out) {
  World world;
  Node& a = world.start("a");
  Node& b = world.start("b");
  a.queue("b", "1").queue("b", "2");
  a.stop();
  a.queue("b", "too late");
  a.flush();
  world.settle();
  BOOST_TEST(a.protocol().stopped());
  check_log(a, {"returned too late: not sent to b:1: this node is stopping", "up b"});
  check_log(b, {"up a", "got a 1", "got a 2", "down a it was stopped"});
}

BOOST_AUTO_TEST_CASE(R06_a_stop_does_not_wait_longer_than_it_may) {
  World world;
  Node& a = world.start("a");
  a.send("b", "1");
  a.stop();
  world.advance(900ms);
  BOOST_TEST(!a.protocol().stopped());
  world.advance(200ms);
  BOOST_TEST(a.protocol().stopped());
  check_log(a, {"returned 1: not sent to b:1: this node stopped before it could be"});
}

BOOST_AUTO_TEST_CASE(R06_a_stop_without_peers_or_with_only_silent_ones_is_done_at_once) {
  World world;
  Node& a = world.start("a");
  a.receive(frame_of("b", {{5, 1}, {}, 0}, {}));
  Node& c = world.start("c");
  c.stop();
  BOOST_TEST(c.protocol().stopped());
  // b made itself known, so it is told; nobody listens there.
  a.stop();
  BOOST_TEST(!a.protocol().stopped());
  world.advance(1s);
  BOOST_TEST(a.protocol().stopped());
}

BOOST_AUTO_TEST_CASE(R06_frames_of_a_start_that_said_bye_are_ignored_afterwards) {
  Pair pair;
  pair.a.send("b", "x");
  const std::string late = pair.a.last_frame();
  pair.world.settle();
  pair.a.stop();
  pair.world.settle();
  forget_what_was({&pair.b});
  pair.b.receive(late);
  pair.b.receive(frame_of("a", {{1, 99}, {2, 1}, 0}, {hello_to("b")}));
  check_log(pair.b, {"rejected frame of a session that is over",
                     "rejected frame of a session that is over"});
  BOOST_TEST(pair.b.protocol().peers() == 0U);
  // A new start is welcome.
  pair.world.kill("a");
  Node& a = pair.world.start("a");
  a.send("b", "back");
  pair.world.settle();
  check_log(pair.b, {"up a", "got a back"});
}

BOOST_AUTO_TEST_CASE(
    R06_the_bye_of_an_earlier_start_does_not_end_the_session_with_the_present_one) {
  Pair pair;
  pair.b.receive(frame_of("a", {{4711, 1}, {2, 1}, 0}, {bye()}));
  pair.b.receive(frame_of("stranger", {{4711, 1}, {2, 1}, 0}, {bye()}));
  BOOST_TEST(pair.b.is_up("a"));
  BOOST_TEST(pair.b.protocol().peers() == 1U);
  check_log(pair.b, {});
}

BOOST_AUTO_TEST_CASE(R06_while_it_stops_a_node_delivers_nothing_and_lets_nobody_in) {
  Pair pair;
  pair.world.fill("a", "b");
  pair.a.stop();
  pair.b.send("a", "too late");
  pair.a.receive(frame_of("c", {{5, 1}, {}, 0}, {hello_to("a")}));
  pair.world.settle();
  check_log(pair.a, {});
  BOOST_TEST(pair.a.protocol().peers() == 1U);
  pair.world.drain("a", "b");
  pair.world.settle();
  BOOST_TEST(pair.a.protocol().stopped());
  check_log(pair.b, {"down a it was stopped"});
}

// --- R07: no gap inside a session
// -----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(R07_a_lost_frame_ends_the_session_for_both) {
  Pair pair;
  pair.world.lose_next("a", "b");
  pair.a.send("b", "lost");
  pair.a.send("b", "behind the gap");
  pair.world.settle();
  check_log(pair.b, {"down a 1 messages from it were lost on the way", "up a"});
  check_log(pair.a, {"down b the connection to it was lost for a while", "up b"});
  pair.a.send("b", "next");
  pair.world.settle();
  check_log(pair.b, {"got a next"});
}

BOOST_AUTO_TEST_CASE(R07_the_loss_of_the_last_frame_is_noticed_with_the_next_heartbeat) {
  Pair pair;
  pair.world.lose_next("a", "b");
  pair.a.send("b", "lost");
  pair.world.settle();
  check_log(pair.b, {});
  pair.world.advance(1s);
  check_log(pair.b, {"down a 1 messages from it were lost on the way", "up a"});
  check_log(pair.a, {"down b the connection to it was lost for a while", "up b"});
}

BOOST_AUTO_TEST_CASE(R07_lost_hellos_and_heartbeats_do_not_count) {
  World world;
  Node& a = world.start("a");
  Node& b = world.start("b");
  world.lose_next("a", "b");
  world.lose_next("b", "a");
  a.send("b", "x");
  world.advance(5s);
  check_log(a, {"up b"});
  check_log(b, {"up a", "got a x"});
}

BOOST_AUTO_TEST_CASE(R07_a_late_frame_of_an_earlier_session_changes_nothing) {
  Pair pair;
  pair.a.send("b", "early");
  const std::string late = pair.a.last_frame();
  pair.world.cut("b", "a");
  pair.world.advance(3500ms);
  pair.world.heal_all();
  pair.world.advance(1s);
  BOOST_REQUIRE(pair.b.is_up("a"));
  forget_what_was({&pair.a, &pair.b});
  pair.b.receive(late);
  pair.world.advance(10s);
  check_log(pair.b, {"rejected frame of a session that is over"});
  check_log(pair.a, {});
}

BOOST_AUTO_TEST_CASE(R07_a_late_frame_of_a_start_that_was_replaced_while_connecting_is_not_taken) {
  World world;
  Node& a = world.start("a");
  a.send("b", "x");
  a.receive(frame_of("b", {{77, 1}, {}, 0}, {hello_to("a")}));
  a.receive(frame_of("b", {{88, 1}, {}, 0}, {hello_to("a")}));
  // It had heard us, before its successor said hello.
  a.receive(frame_of("b", {{77, 1}, {1, 1}, 0}, {encoded_message("late")}));
  check_log(a, {"rejected frame of a session that is over"});
  BOOST_TEST(!a.is_up("b"));
  a.receive(frame_of("b", {{88, 1}, {1, 2}, 0}, {encoded_message("now")}));
  check_log(a, {"up b", "got b now"});
}

BOOST_AUTO_TEST_CASE(R07_a_hello_of_a_peer_that_is_up_is_answered_at_once) {
  Pair pair;
  // What told a our session's number may have got lost.
  pair.b.receive(frame_of("a", {{1, 1}, {2, 1}, 1}, {hello_to("b")}));
  check_frames(pair.b, {"heartbeat a"});
  check_log(pair.b, {});
}

BOOST_AUTO_TEST_CASE(R07_a_frame_that_comes_twice_is_taken_once) {
  Pair pair;
  pair.a.send("b", "once");
  const std::string again = pair.a.last_frame();
  pair.world.settle();
  pair.b.receive(again);
  pair.a.send("b", "next");
  pair.world.settle();
  check_log(pair.b, {"got a once", "rejected repeated frame", "got a next"});
}

// --- R09: bad input
// -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(R09_garbage_is_counted_by_reason_and_changes_nothing) {
  Pair pair(options_with([](auto& o) { o.max_frame_bytes = 10'000; }));
  const FrameHeader strange{{5, 1}, {}, 0};
  const std::string good = frame_of("c", strange);
  const struct {
    std::string bytes;
    std::string reason;
  } kCases[] = {
      {"", "truncated frame"},
      {good.substr(0, good.size() - 1), "truncated frame"},
      {good + "x", "malformed frame"},
      {"GET / HTTP/1.1\r\n\r\n", "malformed frame"},
      {std::string(10'001, '\x90'), "frame over a limit"},
      {frame_of("b", strange), "frame of an impossible sender"},
      {frame_of("c", {}), "frame of an impossible sender"},
      {frame_of("c", {{5, 0}, {}, 0}), "frame of an impossible sender"},
      {frame_of("c", strange, {hello_to("d")}), "hello for another node id"},
      {frame_of("a", {{1, 0}, {2, 1}, 0}), "frame of an impossible sender"},
      {frame_of("a", {{1, 1}, {2, 1}, 0}), "repeated frame"},
  };
  for (const auto& one : kCases) {
    pair.b.receive(one.bytes);
    check_log(pair.b, {"rejected " + one.reason});
    check_frames(pair.b, {});
    BOOST_TEST(pair.b.protocol().peers() == 1U);
    BOOST_TEST(pair.b.is_up("a"));
  }
  pair.a.send("b", "still fine");
  pair.world.advance(10s);
  check_log(pair.b, {"got a still fine"});
}

BOOST_AUTO_TEST_CASE(R09_senders_that_are_no_node_ids_are_rejected) {
  World world;
  Node& a = world.start("a");
  for (const char* from : {"", "b", "b:0", "b:99999", ":1", "b:1/x", "b c:1", "[::1]", "\xff:1"}) {
    spinoff::serialization::FrameBuilder builder(from, {{5, 1}, {}, 0});
    a.receive(std::move(builder).finish());
    check_log(a, {"rejected frame of an impossible sender"});
  }
  BOOST_TEST(a.protocol().peers() == 0U);
}

BOOST_AUTO_TEST_CASE(R09_a_bad_or_unknown_item_is_counted_and_the_others_are_delivered) {
  Pair pair;
  pair.b.receive(frame_of("a", {{1, 1}, {2, 1}, 1},
                          {std::string("\x91\x1f"), std::string("\x91\x00", 2),
                           encoded_message("good"), std::string("\x91\x7f")}));
  check_log(pair.b, {"rejected item of an unknown kind", "rejected bad item", "got a good"});
}

BOOST_AUTO_TEST_CASE(R09_another_version_is_answered_once_and_named_as_the_cause) {
  World world;
  Node& a = world.start("a");
  // Whatever this node would say, only the other version's frames are heard of it.
  world.start("b");
  world.cut("b", "a");
  std::string newer = frame_of("b", {{5, 1}, {}, 0});
  newer[1] = 2;
  for (int i = 0; i < 30; ++i) {
    a.receive(newer);
    check_log(a, {"rejected frame of another version"});
    world.advance(1s);
  }
  check_frames(a, {"hello b"});
  BOOST_TEST(a.protocol().peers() == 1U);
  world.kill("b");
  a.send("b", "x");
  a.receive(newer);
  a.take_log();
  world.advance(10s);
  const Log log = a.take_log();
  BOOST_REQUIRE_EQUAL(log.size(), 2U);
  BOOST_TEST(log[1].find("version 2 of the protocol; this node speaks version 1") !=
             std::string::npos);
  BOOST_TEST(a.protocol().peers() == 0U);
}

BOOST_AUTO_TEST_CASE(R09_a_frame_of_another_version_does_not_end_a_session) {
  Pair pair;
  std::string newer = frame_of("a", {{5, 1}, {}, 0});
  newer[1] = 2;
  pair.b.receive(newer);
  pair.world.advance(10s);
  check_log(pair.b, {"rejected frame of another version"});
  BOOST_TEST(pair.b.is_up("a"));
}

BOOST_AUTO_TEST_CASE(R09_frames_of_ever_new_nodes_do_not_fill_the_memory) {
  World world(options_with([](auto& o) { o.max_peers = 10; }));
  Node& a = world.start("a");
  for (int i = 0; i < 100; ++i) {
    a.receive(frame_of("node" + std::to_string(i), {{5, 1}, {}, 0}));
  }
  BOOST_TEST(a.protocol().peers() == 10U);
  const Log log = a.take_log();
  BOOST_TEST(std::ranges::count(log, "rejected frame of one node too many") == 90);
  a.send("b", "x");
  check_log(a, {"returned x: not sent to b:1: this node already deals with 10 others, which is its "
                "limit"});
  world.advance(10s);
  BOOST_TEST(a.protocol().peers() == 0U);
}

BOOST_AUTO_TEST_CASE(R09_byes_of_ever_new_nodes_do_not_fill_the_memory) {
  using spinoff::remoting::Retired;
  Retired retired(60s, 3);
  const Time now(1000s);
  for (int i = 0; i < 10; ++i) {
    retired.add(id_of("n" + std::to_string(i)), 1, Retired::How::said_bye, now + i * 1s);
    BOOST_TEST(retired.size() <= 3U);
  }
  BOOST_TEST((retired.find(id_of("n9"), 1, now + 9s) == Retired::How::said_bye));
  BOOST_TEST((retired.find(id_of("n9"), 2, now + 9s) == Retired::How::no));
  BOOST_TEST((retired.find(id_of("n0"), 1, now + 9s) == Retired::How::no));
  BOOST_TEST((retired.find(id_of("n9"), 1, now + 69s) == Retired::How::no));
  retired.expire(now + 69s);
  BOOST_TEST(retired.size() == 0U);
}

BOOST_AUTO_TEST_CASE(R09_a_flood_of_frames_of_an_old_session_is_not_answered_frame_by_frame) {
  World world;
  Node& a = world.start("a");
  world.start("b");
  for (int i = 0; i < 100; ++i) {
    a.receive(frame_of("b", {{5, 1}, {99, 1}, 0}, {encoded_message("x")}));
  }
  BOOST_TEST(a.take_frames().size() <= 2U);
}

// --- R10: slow peers
// --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(R10_a_peer_that_takes_nothing_holds_up_nobody_else) {
  Pair pair;
  Node& c = pair.world.start("c");
  pair.world.fill("a", "b");
  for (int i = 0; i < 100; ++i) {
    pair.a.queue("b", std::to_string(i));
    pair.a.queue("c", std::to_string(i));
    pair.a.flush();
  }
  pair.world.settle();
  BOOST_TEST(c.take_log().size() == 101U);
  check_log(pair.b, {});
  pair.world.drain("a", "b");
  pair.world.settle();
  const Log log = pair.b.take_log();
  BOOST_REQUIRE_EQUAL(log.size(), 100U);
  BOOST_TEST(log.front() == "got a 0");
  BOOST_TEST(log.back() == "got a 99");
}

BOOST_AUTO_TEST_CASE(R10_what_waits_for_a_slow_peer_is_bounded) {
  Pair pair(options_with([](auto& o) { o.max_backlog_bytes = 10'000; }));
  pair.world.fill("a", "b");
  const std::string big(1'000, 'x');
  for (int i = 0; i < 20; ++i) {
    pair.a.send("b", big);
  }
  const Log log = pair.a.take_log();
  BOOST_TEST(log.size() == 11U);
  BOOST_TEST(log.front().find("it takes messages too slowly; 9 already wait") != std::string::npos);
  pair.world.drain("a", "b");
  pair.world.settle();
  BOOST_TEST(pair.b.take_log().size() == 9U);
}

BOOST_AUTO_TEST_CASE(R10_answers_that_come_when_the_session_is_over_return_the_parcels) {
  Protocol protocol(id_of("a"), 1, {});
  Actions actions;
  const Time now(1000s);
  protocol.frame(frame_of("b", {{77, 1}, {}, 0}, {hello_to("a")}), now, actions);
  protocol.sent(std::get<SendFrame>(actions.back()), now, actions);
  protocol.frame(frame_of("b", {{77, 1}, {1, 1}, 0}), now, actions);
  protocol.sent(std::get<SendFrame>(actions.back()), now, actions);
  protocol.send(id_of("b"), parcel_of("x"), now, actions);
  protocol.flush(now, actions);
  SendFrame unanswered = std::move(std::get<SendFrame>(actions.back()));
  BOOST_REQUIRE_EQUAL(unanswered.parcels.size(), 1U);
  protocol.frame(frame_of("b", {{77, 1}, {1, 1}, 0}, {bye()}), now, actions);
  actions.clear();
  protocol.refused(std::move(unanswered), now, actions);
  BOOST_REQUIRE_EQUAL(actions.size(), 1U);
  const Return& back = std::get<Return>(actions[0]);
  BOOST_REQUIRE_EQUAL(back.parcels.size(), 1U);
  BOOST_TEST(note_of(back.parcels[0]) == "x");
}

BOOST_AUTO_TEST_SUITE_END()
