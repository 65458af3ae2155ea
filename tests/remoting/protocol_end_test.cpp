/// The protocol: clean stops, and losses inside a session.
#include <string>

#include <boost/test/unit_test.hpp>

#include "protocol_pair.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::remoting::ProtocolOptions;

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

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

BOOST_AUTO_TEST_CASE(R06_a_stop_does_not_wait_for_relays_that_were_never_reached) {
  ProtocolOptions options;
  options.relays = {id_of("r"), id_of("s")};
  World world(options);
  Node& a = world.start("a");
  BOOST_TEST(a.protocol().peers() == 2U);
  a.stop();
  BOOST_TEST(a.protocol().stopped());
  check_log(a, {});
}

BOOST_AUTO_TEST_CASE(R06_a_second_stop_does_not_give_more_time) {
  World world;
  Node& a = world.start("a");
  a.send("b", "1");
  a.stop();
  world.advance(900ms);
  a.stop();
  world.advance(200ms);
  BOOST_TEST(a.protocol().stopped());
  check_log(a, {"returned 1: not sent to b:1: this node stopped before it could be"});
}

BOOST_AUTO_TEST_CASE(R06_what_is_queued_when_the_peer_says_bye_is_returned) {
  Pair pair;
  pair.a.queue("b", "not flushed yet");
  pair.b.stop();
  pair.world.settle();
  check_log(pair.a,
            {"returned not flushed yet: b:1 is down: it was stopped", "down b it was stopped"});
  pair.a.flush();
  check_frames(pair.a, {});
  BOOST_TEST(pair.a.protocol().peers() == 0U);
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

BOOST_AUTO_TEST_CASE(R07_a_hello_that_does_not_know_our_session_is_told_of_it) {
  Pair pair;
  pair.b.receive(frame_of("a", {{1, 1}, {}, 0}, {hello_to("b")}));
  check_frames(pair.b, {"heartbeat a"});
  check_log(pair.b, {});
  BOOST_TEST(pair.b.is_up("a"));
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

BOOST_AUTO_TEST_SUITE_END()
