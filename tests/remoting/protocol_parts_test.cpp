/// The protocol: large messages leave in parts, others go in between, and nobody is overtaken.
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "protocol_pair.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::remoting::Actions;
using spinoff::remoting::Lane;
using spinoff::remoting::Parcel;
using spinoff::remoting::Protocol;
using spinoff::remoting::ProtocolOptions;
using spinoff::remoting::Return;
using spinoff::remoting::SendFrame;
using spinoff::serialization::decode_frame;
using spinoff::serialization::Frame;
using spinoff::serialization::Item;
using spinoff::serialization::ItemKind;
using spinoff::serialization::SessionId;

constexpr std::size_t kPart = 100;

/// What `parcel_of` adds to a text.
std::size_t overhead() {
  return encoded_message(std::string(300, 'x')).size() - 300;
}

/// A text whose message has so many parts, the last of which is full.
std::string of_parts(const std::string& name, std::size_t parts) {
  return name + std::string(parts * kPart - overhead() - name.size(), '.');
}

ProtocolOptions in_parts() {
  ProtocolOptions options;
  options.part_bytes = kPart;
  return options;
}

/// A node with a session with "b", whose channel takes a frame when the test says so.
class Line {
 public:
  explicit Line(const ProtocolOptions& options = in_parts(),
                std::uint32_t max_message_bytes = 1'000'000, std::uint64_t max_frame_bytes = 0)
      : protocol_(id_of("a"), 1, options) {
    say_hello({77, 1}, {}, max_message_bytes, max_frame_bytes);
    take();
    protocol_.frame(frame_of("b", {{77, 1}, {1, 1}, 0}), now_, actions_);
    BOOST_REQUIRE(protocol_.is_up(id_of("b")));
    BOOST_TEST(take() == "");
  }

  void say_hello(SessionId own, SessionId heard, std::uint32_t max_message_bytes,
                 std::uint64_t max_frame_bytes = 0) {
    Item hello{.kind = ItemKind::hello, .max_message_bytes = max_message_bytes, .to = "a:1"};
    hello.max_frame_bytes = max_frame_bytes;
    protocol_.frame(frame_of("b", {own, heard, 0}, {encode(hello)}), now_, actions_);
  }
  Line& queue(Parcel parcel) {
    protocol_.send(id_of("b"), std::move(parcel), now_, actions_);
    return *this;
  }
  Line& queue(const std::string& text) { return queue(parcel_of(text)); }
  void flush() { protocol_.flush(now_, actions_); }

  /// The frame that is offered: `NUMBER:OFFSET` of parts, the names of others.
  [[nodiscard]] std::string offered() {
    look();
    if (!frame_) {
      return "nothing";
    }
    const auto decoded = decode_frame(frame_->bytes, {});
    const Frame& frame = std::get<Frame>(decoded);
    auto part = frame.parts.begin();
    std::string all;
    for (const Item& item : frame.items) {
      const std::string one = item.kind == ItemKind::part
                                  ? fmt::format("{}:{}", part->number, (part->offset) / kPart)
                                  : std::string(item.payload.substr(0, item.payload.find('.')));
      all += (all.empty() ? "" : " ") + one;
      part += item.kind == ItemKind::part ? 1 : 0;
    }
    return all;
  }
  /// The channel takes it.
  std::string take() {
    std::string what = offered();
    BOOST_REQUIRE(frame_.has_value());
    const SendFrame frame = std::move(*std::exchange(frame_, std::nullopt));
    protocol_.sent(frame, now_, actions_);
    return what;
  }
  /// All, until nothing is offered any more.
  Log take_all() {
    Log all;
    while (offered() != "nothing") {
      all.push_back(take());
    }
    return all;
  }
  void refuse() {
    look();
    BOOST_REQUIRE(frame_.has_value());
    protocol_.refused(std::move(*std::exchange(frame_, std::nullopt)), now_, actions_);
  }
  void refuse_and_be_writable() {
    refuse();
    protocol_.writable(id_of("b"), now_, actions_);
  }
  void lose_session() { protocol_.frame(frame_of("b", {{77, 2}, {1, 1}, 0}), now_, actions_); }
  void stop() { protocol_.stop(now_, actions_); }

  /// What came back since the last look, and why.
  Log returned() {
    look();
    return std::exchange(returned_, {});
  }
  /// The frame that is offered, to be answered when it is too late.
  SendFrame keep() {
    look();
    return std::move(*std::exchange(frame_, std::nullopt));
  }
  void sent(const SendFrame& frame) { protocol_.sent(frame, now_, actions_); }
  void refused(SendFrame frame) { protocol_.refused(std::move(frame), now_, actions_); }

 private:
  void look() {
    for (auto& action : std::exchange(actions_, {})) {
      if (auto* const frame = std::get_if<SendFrame>(&action)) {
        BOOST_REQUIRE(!frame_ || frame_->session != frame->session);
        frame_ = std::move(*frame);
      } else if (auto* const back = std::get_if<Return>(&action)) {
        for (const Parcel& parcel : back->parcels) {
          const std::string name = note_of(parcel);
          returned_.push_back(name.substr(0, name.find('.')) + ": " + back->reason);
        }
      }
    }
  }

  const Protocol::Time now_ = Protocol::Time(1000s);
  Protocol protocol_;
  Actions actions_;
  std::optional<SendFrame> frame_;
  Log returned_;
};

void check(const Log& log, const Log& expected) {
  BOOST_TEST(log == expected, boost::test_tools::per_element());
}

Parcel large(const std::shared_ptr<const Lane>& lane, const std::string& name, std::size_t parts) {
  return parcel_of_lane(lane, of_parts(name, parts));
}

Parcel large(const std::string& name, std::size_t parts) {
  return large(new_lane(), name, parts);
}

Parcel end_of_actor(const std::shared_ptr<const Lane>& lane, const std::string& name) {
  Parcel parcel = parcel_of_lane(lane, name);
  parcel.must_go = true;
  parcel.after_all = true;
  return parcel;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol_parts)

BOOST_AUTO_TEST_CASE(M02_a_large_message_arrives_whole_from_its_parts) {
  Pair pair(in_parts());
  const std::string text = of_parts("large", 10) + "and a bit";
  pair.a.queue("b", large("other", 3));
  pair.a.queue("b", parcel_of_lane(new_lane(), text)).flush();
  pair.world.settle();
  check_log(pair.a, {});
  check_log(pair.b, {"got a " + of_parts("other", 3), "got a " + text});
}

BOOST_AUTO_TEST_CASE(a_small_message_waits_for_one_part_and_no_more) {
  Line line;
  line.queue(large("L", 4)).flush();
  BOOST_TEST(line.offered() == "1:0");
  line.queue("s").queue("t").flush();
  BOOST_TEST(line.take() == "1:0");
  BOOST_TEST(line.take() == "s t");
  BOOST_TEST(line.take() == "1:1");
  line.queue("u").flush();
  check(line.take_all(), {"1:2", "u", "1:3"});
}

BOOST_AUTO_TEST_CASE(a_flood_of_small_messages_holds_up_no_large_one) {
  auto options = in_parts();
  options.max_items_per_frame = 1;
  Line line(options);
  line.queue(large("L", 3)).flush();
  line.queue("1").queue("2").queue("3").queue("4").flush();
  check(line.take_all(), {"1:0", "1", "1:1", "2", "1:2", "3", "4"});
}

BOOST_AUTO_TEST_CASE(large_messages_take_turns_and_only_so_many_at_once) {
  Line line;
  for (const char* name : {"A", "B", "C", "D", "E", "F"}) {
    line.queue(large(name, name[0] == 'A' ? 2 : 3));
  }
  line.flush();
  check(line.take_all(), {"1:0", "2:0", "3:0", "4:0", "1:1", "2:1", "3:1", "4:1", "5:0", "2:2",
                          "3:2", "4:2", "5:1", "6:0", "5:2", "6:1", "6:2"});
}

BOOST_AUTO_TEST_CASE(M02_what_goes_to_the_same_receiver_waits_for_the_last_part) {
  Line line;
  const auto lane = new_lane();
  line.queue("before").queue(large(lane, "L", 3)).queue(parcel_of_lane(lane, "behind"));
  line.queue("other").queue(parcel_of_lane(lane, "too")).queue(large(lane, "M", 2));
  line.queue(parcel_of_lane(lane, "last")).flush();
  check(line.take_all(), {"before other", "1:0", "1:1", "1:2", "behind too", "2:0", "2:1", "last"});
}

BOOST_AUTO_TEST_CASE(M02_one_receivers_large_messages_leave_room_for_those_of_others) {
  Line line;
  const auto lane = new_lane();
  line.queue(large(lane, "A", 2)).queue(large(lane, "B", 2)).queue(large("C", 4)).flush();
  check(line.take_all(), {"1:0", "2:0", "1:1", "2:1", "3:0", "2:2", "3:1", "2:3"});
}

BOOST_AUTO_TEST_CASE(W07_the_end_of_an_actor_waits_for_all_that_was_sent_before_it) {
  Line line;
  const auto watcher = new_lane();
  line.queue(large("A", 3)).queue(large("B", 2)).queue(end_of_actor(watcher, "end"));
  line.queue(parcel_of_lane(watcher, "behind")).queue(large("C", 6)).queue("small").flush();
  check(line.take_all(), {"small", "1:0", "2:0", "3:0", "1:1", "2:1", "3:1", "1:2", "3:2",
                          "end behind", "3:3", "3:4", "3:5"});
}

BOOST_AUTO_TEST_CASE(W07_ends_of_actors_do_not_wait_for_each_other) {
  Line line;
  const auto one = new_lane();
  const auto other = new_lane();
  line.queue(end_of_actor(one, "1")).queue(end_of_actor(other, "2")).queue(large("A", 2));
  line.queue(end_of_actor(other, "3")).queue(end_of_actor(one, "4")).flush();
  check(line.take_all(), {"1", "2", "1:0", "1:1", "3", "4"});
}

BOOST_AUTO_TEST_CASE(a_part_that_is_refused_is_offered_again) {
  Line line;
  const auto lane = new_lane();
  line.queue(large(lane, "L", 2)).queue(parcel_of_lane(lane, "behind")).queue(large("M", 2));
  line.queue(end_of_actor(new_lane(), "end")).flush();
  Log all;
  while (line.offered() != "nothing") {
    const std::string offered = line.offered();
    line.refuse_and_be_writable();
    BOOST_TEST(line.offered() == offered);
    line.refuse_and_be_writable();
    all.push_back(line.take());
  }
  check(all, {"1:0", "2:0", "1:1", "2:1", "behind", "end"});
  check(line.returned(), {});
}

BOOST_AUTO_TEST_CASE(what_comes_while_a_frame_of_its_lane_is_in_hand_keeps_its_place) {
  Line line;
  const auto lane = new_lane();
  line.queue(large(lane, "L", 2)).flush();
  BOOST_TEST(line.take() == "1:0");
  BOOST_TEST(line.offered() == "1:1");
  line.queue(parcel_of_lane(lane, "1")).queue("x").flush();
  line.refuse_and_be_writable();
  check(line.take_all(), {"x", "1:1", "1"});
}

BOOST_AUTO_TEST_CASE(M02_what_is_refused_stays_ahead_of_what_came_behind_it) {
  Line line;
  const auto lane = new_lane();
  line.queue("before").queue(parcel_of_lane(lane, "behind")).flush();
  line.refuse_and_be_writable();
  check(line.take_all(), {"before", "behind"});
}

BOOST_AUTO_TEST_CASE(R05_a_session_that_ends_between_two_parts_returns_the_message_once) {
  Line line;
  const auto lane = new_lane();
  line.queue(large(lane, "L", 3)).queue(parcel_of_lane(lane, "behind")).queue("small").flush();
  BOOST_TEST(line.take() == "small");
  BOOST_TEST(line.take() == "1:0");
  SendFrame in_hand = line.keep();
  line.lose_session();
  const std::string why = "b:1 is down: the connection to it was lost for a while";
  check(line.returned(), {"L: " + why, "behind: " + why});
  line.sent(in_hand);
  line.refused(std::move(in_hand));
  check(line.returned(), {});
}

BOOST_AUTO_TEST_CASE(R05_a_session_that_ends_with_the_last_part_in_hand_returns_it_if_refused) {
  for (const bool is_sent : {false, true}) {
    Line line;
    line.queue(large("L", 2)).flush();
    BOOST_TEST(line.take() == "1:0");
    SendFrame in_hand = line.keep();
    line.lose_session();
    check(line.returned(), {});
    if (is_sent) {
      line.sent(in_hand);
      check(line.returned(), {});
    } else {
      line.refused(std::move(in_hand));
      check(line.returned(), {"L: b:1 is down"});
    }
  }
}

BOOST_AUTO_TEST_CASE(R02_a_large_message_waits_for_a_node_that_is_not_up_yet) {
  World world(in_parts());
  Node& a = world.start("a");
  const auto lane = new_lane();
  a.queue("b", large(lane, "L", 5)).queue("b", parcel_of_lane(lane, "behind")).flush();
  world.advance(2s);
  Node& b = world.start("b");
  world.advance(2s);
  check_log(a, {"up b"});
  check_log(b, {"up a", "got a " + of_parts("L", 5), "got a behind"});
}

BOOST_AUTO_TEST_CASE(a_message_over_the_peers_limit_comes_back_with_the_reason) {
  Line line(in_parts(), 450);
  line.queue(large("L", 4)).queue(large("M", 5));
  check(line.returned(), {"M: not sent to b:1: the message has 500 bytes encoded; at most 450 may "
                          "be sent to it (max_message_bytes of both nodes)"});
}

BOOST_AUTO_TEST_CASE(a_message_over_the_own_limit_comes_back_whether_the_peer_is_known_or_not) {
  auto options = in_parts();
  options.max_message_bytes = 450;
  Line line(options);
  line.queue(large("M", 5));
  const std::string why =
      "the message has 500 bytes encoded; at most 450 may be sent to it (max_message_bytes of both "
      "nodes)";
  check(line.returned(), {"M: not sent to b:1: " + why});
  World world(options);
  Node& a = world.start("a");
  a.queue("b", large("M", 5)).flush();
  check_log(a, {"returned " + of_parts("M", 5) + ": not sent to b:1: " + why});
}

BOOST_AUTO_TEST_CASE(what_a_peer_takes_does_not_change_in_a_session) {
  auto options = in_parts();
  options.max_message_bytes = 450;
  Line line(options);
  line.say_hello({77, 1}, {1, 1}, 0, 1'000);
  BOOST_TEST(line.take() == "", "it is answered");
  line.queue(large("L", 4)).queue(large("M", 5)).flush();
  check(line.returned(), {"M: not sent to b:1: the message has 500 bytes encoded; at most 450 may "
                          "be sent to it (max_message_bytes of both nodes)"});
  check(line.take_all(), {"1:0", "1:1", "1:2", "1:3"});
}

BOOST_AUTO_TEST_CASE(a_message_that_waited_comes_back_when_the_peer_takes_none_that_large) {
  World world(in_parts());
  Node& a = world.start("a");
  a.queue("b", large("M", 5)).queue("b", "small").flush();
  auto options = in_parts();
  options.max_message_bytes = 450;
  Node& b = world.start("b", options);
  world.settle();
  check_log(a, {"up b", "returned " + of_parts("M", 5) +
                            ": not sent to b:1: the message has 500 bytes encoded; at most 450 may "
                            "be sent to it (max_message_bytes of both nodes)"});
  check_log(b, {"up a", "got a small"});
}

BOOST_AUTO_TEST_CASE(to_a_peer_that_takes_no_parts_a_message_goes_whole_if_it_fits_into_a_frame) {
  Line line(in_parts(), 0, 1'000);
  line.queue(large("L", 5)).queue(large("M", 10)).flush();
  check(line.returned(), {"M: not sent to b:1: the message has 1000 bytes encoded; at most 933 fit "
                          "into a frame"});
  check(line.take_all(), {"L"});
}

BOOST_AUTO_TEST_CASE(parts_fit_into_the_frames_that_the_peer_reads) {
  auto options = in_parts();
  options.part_bytes = 5'000;
  Line line(options, 1'000'000, 2'107);
  line.queue(large("L", 40)).flush();
  check(line.take_all(), {"1:0", "1:20"});
}

BOOST_AUTO_TEST_CASE(a_node_that_stops_says_bye_behind_the_last_part) {
  Pair pair(in_parts());
  pair.world.fill("a", "b");
  pair.a.queue("b", large("L", 5)).flush();
  pair.a.stop();
  pair.world.drain("a", "b");
  pair.world.settle();
  check_log(pair.b, {"got a " + of_parts("L", 5), "down a it was stopped"});
  BOOST_TEST(pair.a.protocol().stopped());
}

BOOST_AUTO_TEST_CASE(a_node_that_cannot_send_it_any_more_returns_a_large_message_once) {
  Pair pair(in_parts());
  pair.world.fill("a", "b");
  pair.a.queue("b", large("L", 5)).flush();
  pair.a.stop();
  pair.world.advance(2s);
  check_log(pair.a, {"returned " + of_parts("L", 5) +
                     ": not sent to b:1: this node stopped before it could be"});
}

BOOST_AUTO_TEST_SUITE_END()
