/// The protocol: heartbeats and silence, restarts, partitions.
#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

#include "protocol_pair.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::remoting::Actions;
using spinoff::remoting::Protocol;

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

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

BOOST_AUTO_TEST_SUITE_END()
