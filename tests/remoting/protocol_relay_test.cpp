/// The protocol: two nodes that talk by a third one find a way, which may end, as events.
#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "protocol_relays.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::serialization::Probe;

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

BOOST_AUTO_TEST_CASE(R12_nodes_that_cannot_reach_each_other_talk_by_a_relay) {
  Net net;
  net.cut("a", "b");
  net.a().send("b", "1");
  net.world.advance(2100ms);
  net.b().send("a", "2");
  net.world.settle();
  check_log(net.a(), {"up b", "got b 2"});
  check_log(net.b(), {"up a", "got a 1"});
  net.world.advance(100s);
  check_log(net.a(), {});
  check_log(net.b(), {});
}

BOOST_AUTO_TEST_CASE(R12_nodes_that_reach_each_other_use_no_relay) {
  Net net;
  net.talk_directly();
  for (int i = 0; i < 100; ++i) {
    net.a().send("b", "x");
    net.world.advance(300ms);
  }
  BOOST_TEST(count_of(net.a().take_frames(), "carry") == 0);
  BOOST_TEST(count_of(net.b().take_frames(), "carry") == 0);
  BOOST_TEST(count_of(net.r().take_frames(), "carry") == 0);
}

BOOST_AUTO_TEST_CASE(R12_relays_are_tried_after_a_time_without_an_answer) {
  Net net;
  net.cut("a", "b");
  net.a().send("b", "1");
  net.world.advance(1400ms);
  BOOST_TEST(count_of(net.a().take_frames(), "carry") == 0);
  net.world.advance(700ms);
  BOOST_TEST(net.a().is_up("b"));
}

BOOST_AUTO_TEST_CASE(R12_relays_are_tried_sooner_if_it_is_known_what_stands_in_the_way) {
  Net net;
  net.cut("a", "b");
  net.a().send("b", "1");
  net.a().protocol().trouble(id_of("b"), "no such host");
  net.world.advance(1s);
  BOOST_TEST(net.a().is_up("b"));
}

BOOST_AUTO_TEST_CASE(R12_each_direction_goes_by_its_own_way) {
  Net net;
  net.world.cut("a", "b");
  net.a().send("b", "1");
  net.world.advance(4s);
  check_log(net.a(), {"up b"});
  check_log(net.b(), {"up a", "got a 1"});
  net.check_way("a", "b", "carry r: ");
  net.check_way("b", "a", "");
  net.world.advance(100s);
  check_log(net.a(), {});
  check_log(net.b(), {});
}

BOOST_AUTO_TEST_CASE(R12_nodes_begin_at_once_and_by_whatever_relay_both_reach) {
  Net net;
  net.cut("a", "b");
  net.cut("r", "b");
  net.a().send("b", "1");
  net.b().send("a", "2");
  net.world.advance(5s);
  check_log(net.b(), {"down r nothing was heard of it for 3.0 s", "up a", "got a 1"});
  check_log(net.a(), {"up b", "got b 2"});
  net.forget();
  net.check_way("a", "b", "carry s: ");
}

BOOST_AUTO_TEST_CASE(R12_when_the_relay_is_down_the_session_goes_on_by_another_one) {
  Net net;
  net.talk_by_r();
  net.r().stop();
  net.world.settle();
  check_log(net.a(), {"down r it was stopped"});
  net.check_way("a", "b", "carry s: ");
  net.world.advance(100s);
  check_log(net.a(), {});
}

BOOST_AUTO_TEST_CASE(R12_what_a_relay_had_not_taken_when_it_ended_goes_by_another_one) {
  Net net;
  net.talk_by_r();
  net.world.fill("a", "r");
  net.a().send("b", "1");
  net.a().send("b", "2");
  net.r().stop();
  net.world.settle();
  check_log(net.a(), {"down r it was stopped"});
  check_log(net.b(), {"down r it was stopped", "got a 1", "got a 2"});
}

BOOST_AUTO_TEST_CASE(R12_without_another_way_it_ends_and_what_waits_is_returned) {
  Net net;
  net.world.kill("s");
  net.world.advance(10s);
  net.talk_by_r();
  net.r().stop();
  net.world.settle();
  net.a().send("b", "1");
  net.world.advance(4s);
  check_log(net.a(),
            {"down r it was stopped", "returned 1: b:1 is down: nothing was heard of it for 3.0 s",
             "down b nothing was heard of it for 3.0 s"});
  check_log(net.b(), {"down r it was stopped", "down a nothing was heard of it for 3.0 s"});
}

BOOST_AUTO_TEST_CASE(R12_a_relay_that_comes_back_is_used_again) {
  Net net;
  net.world.kill("s");
  net.talk_by_r();
  net.world.kill("r");
  net.world.advance(100s);
  net.world.start("r", net.relays);
  net.world.advance(3s);
  net.forget();
  net.a().send("b", "1");
  net.world.advance(5s);
  check_log(net.a(), {"up b"});
  check_log(net.b(), {"up a", "got a 1"});
}

BOOST_AUTO_TEST_CASE(R12_a_relay_that_loses_the_other_end_says_so_and_another_one_is_used) {
  Net net;
  net.talk_by_r();
  net.cut("r", "b");
  net.world.advance(6s);
  net.check_way("a", "b", "carry s: ");
}

BOOST_AUTO_TEST_CASE(R12_a_node_that_stops_says_so_by_the_relay_after_all_that_waits) {
  Net net;
  net.talk_by_r();
  net.world.fill("a", "r");
  net.a().send("b", "1");
  net.a().stop();
  net.world.drain("a", "r");
  net.world.settle();
  check_log(net.b(), {"got a 1", "down a it was stopped"});
  BOOST_TEST(net.a().protocol().stopped());
}

BOOST_AUTO_TEST_CASE(R12_a_node_that_was_started_anew_is_another_one_by_a_relay_too) {
  Net net;
  net.talk_by_r();
  net.world.kill("b");
  net.a().send("b", "to the earlier one");
  net.world.start("b", net.ends);
  net.world.advance(6s);
  BOOST_TEST(count_of(net.b().take_log(), "got") == 0);
  BOOST_TEST(count_of(net.a().take_log(), "down b") == 1);
  net.a().send("b", "1");
  net.world.advance(6s);
  const Log log = net.b().take_log();
  BOOST_TEST(count_of(log, "got") == 1);
  BOOST_TEST(count_of(log, "got a 1") == 1);
}

BOOST_AUTO_TEST_CASE(R12_a_relayed_frame_for_an_earlier_start_is_not_taken) {
  Net net;
  net.talk_by_r();
  // As a was and is, but for another start of b.
  const auto relayed = [&](std::uint64_t b_incarnation) {
    net.relayed_to_b("a", frame_of("a", {{3, 3}, {b_incarnation, 3}, 2}, {encoded_message("x")}));
  };
  relayed(99);
  check_log(net.b(), {"rejected frame of a session that is over"});
  relayed(4);
  check_log(net.b(), {"got a x"});
}

BOOST_AUTO_TEST_CASE(R12_a_node_without_relays_is_never_asked_by_which_way_it_is_reached) {
  Net net(options_with([](auto& o) { o.silence = 10s; }));
  net.world.start("p");
  net.cut("a", "p");
  net.a().send("p", "1");
  net.world.advance(4s);
  BOOST_TEST(count_of(net.a().take_frames(), "carry r: hello p") > 0);
  net.join("a", "p");
  net.world.advance(2s);
  net.world.cut("p", "a");
  net.world.advance(5s);
  net.world.heal("p", "a");
  net.world.advance(10s);
  check_log(*net.world.find("p"), {"up a", "got a 1"});
  const Log frames = net.a().take_frames();
  BOOST_TEST(count_of(frames, "parcels p 1") == 1);
  BOOST_TEST(count_of(frames, "probe p") == 0);
  BOOST_TEST(count_of(frames, "carry r: probe p") == 0);
  BOOST_TEST(count_of(net.world.find("p")->take_frames(), "answer a") == 0);
}

BOOST_AUTO_TEST_CASE(R12_a_node_without_relays_does_not_answer_when_it_is_asked_all_the_same) {
  Pair pair;
  pair.b.receive(frame_of("a", {{1, 1}, {2, 1}, 1}, {encode(Probe{.number = 7})}));
  check_frames(pair.b, {});
  check_log(pair.b, {});
  pair.a.send("b", "still fine");
  pair.world.settle();
  check_log(pair.b, {"got a still fine"});
}

BOOST_AUTO_TEST_CASE(R12_a_relay_that_reads_smaller_frames_than_the_ends_is_not_used) {
  Net net;
  net.world.kill("r");
  net.world.advance(10s);
  net.relays.max_frame_bytes = std::size_t{1} << 20U;
  net.world.start("r", net.relays);
  net.world.advance(3s);
  net.cut("a", "b");
  net.a().send("b", "1");
  net.world.advance(6s);
  net.check_way("a", "b", "carry s: ");
  net.check_way("b", "a", "carry s: ");
}

BOOST_AUTO_TEST_SUITE_END()
