/// The protocol against bad input and slow peers.
#include <string>
#include <utility>
#include <variant>

#include <boost/test/unit_test.hpp>

#include "protocol_pair.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::remoting::Actions;
using spinoff::remoting::Protocol;
using spinoff::remoting::Retired;
using spinoff::remoting::Return;
using spinoff::remoting::SendFrame;
using spinoff::serialization::FrameHeader;

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

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

BOOST_AUTO_TEST_CASE(R09_another_version_of_an_impossible_sender_or_at_a_stop_is_not_answered) {
  Pair pair;
  const auto newer = [](std::string_view from) {
    std::string bytes =
        spinoff::serialization::FrameBuilder(from, FrameHeader{{5, 1}, {}, 0}).finish();
    bytes[1] = 2;
    return bytes;
  };
  for (const char* from : {"no node", "c:0", "b:1"}) {
    pair.b.receive(newer(from));
    check_log(pair.b, {"rejected frame of another version"});
    check_frames(pair.b, {});
  }
  pair.world.fill("b", "a");
  pair.b.send("a", "still to go");
  pair.b.stop();
  pair.b.receive(newer("c:1"));
  check_log(pair.b, {"rejected frame of another version"});
  check_frames(pair.b, {});
  BOOST_TEST(pair.b.protocol().peers() == 1U);
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

BOOST_AUTO_TEST_CASE(R09_byes_of_ever_new_nodes_do_not_fill_the_memory) {
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
