/// Items for relays, as bytes.
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/serialization/wire.hpp>

namespace {

using namespace spinoff::serialization;
using namespace std::string_literals;

constexpr std::string_view kOther = "10.0.0.1:9700";

std::string frame_with(const std::vector<std::string>& items) {
  FrameBuilder builder("127.0.0.1:9700", {});
  for (const std::string& one : items) {
    builder.add(one);
  }
  return std::move(builder).finish();
}

/// Views into those bytes.
Frame read(const std::string& bytes) {
  auto result = decode_frame(bytes, {});
  BOOST_REQUIRE(std::holds_alternative<Frame>(result));
  return std::get<Frame>(std::move(result));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_relay)

BOOST_AUTO_TEST_CASE(R12_a_frame_in_an_item_comes_out_as_it_went_in) {
  const std::string inner = frame_with({});
  Item to_relay;
  to_relay.kind = ItemKind::relay;
  to_relay.to = kOther;
  to_relay.payload = inner;
  Item by_relay;
  by_relay.kind = ItemKind::relayed;
  by_relay.from = kOther;
  by_relay.payload = inner;
  Item not_relayed;
  not_relayed.kind = ItemKind::not_relayed;
  not_relayed.to = kOther;
  not_relayed.payload = "why";
  const std::string bytes = frame_with({encode(to_relay), encode(by_relay), encode(not_relayed)});
  const Frame frame = read(bytes);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 3U);
  BOOST_TEST(frame.carried == 0U);
  BOOST_TEST(frame.has_control);
  BOOST_TEST((frame.items[0].kind == ItemKind::relay));
  BOOST_TEST(frame.items[0].to == kOther);
  BOOST_TEST(frame.items[0].payload == inner);
  BOOST_TEST((frame.items[1].kind == ItemKind::relayed));
  BOOST_TEST(frame.items[1].from == kOther);
  BOOST_TEST(frame.items[1].payload == inner);
  BOOST_TEST((frame.items[2].kind == ItemKind::not_relayed));
  BOOST_TEST(frame.items[2].to == kOther);
  BOOST_TEST(frame.items[2].payload == "why");
}

BOOST_AUTO_TEST_CASE(R12_probes_and_their_answers_come_out_as_they_went_in) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  const std::string bytes =
      frame_with({encode(Probe{.number = kMax}),
                  encode(Probe{.is_answer = true, .number = 7, .received = kMax - 1})});
  const Frame frame = read(bytes);
  BOOST_TEST(frame.items.empty());
  BOOST_TEST(frame.carried == 0U);
  BOOST_REQUIRE_EQUAL(frame.probes.size(), 2U);
  BOOST_TEST(!frame.probes[0].is_answer);
  BOOST_TEST(frame.probes[0].number == kMax);
  BOOST_TEST(frame.probes[1].is_answer);
  BOOST_TEST(frame.probes[1].number == 7U);
  BOOST_TEST(frame.probes[1].received == kMax - 1);
}

BOOST_AUTO_TEST_CASE(R12_the_examples_of_docs_wire_protocol_are_read_as_it_says) {
  const std::string id(kOther);
  const std::string inner = "\x98\x01\xad" + id + "\x05\x01\x06\x03\x00\x90"s;
  const std::string by_relay = "\x93\x23\xad" + id + "\xc4\x16" + inner;
  const std::string answer = "\x93\x26\x07\xcd\x01\x2c";
  const std::string bytes = frame_with({by_relay, answer});
  const Frame frame = read(bytes);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 1U);
  BOOST_TEST((frame.items[0].kind == ItemKind::relayed));
  BOOST_TEST(frame.items[0].from == kOther);
  const std::string relayed(frame.items[0].payload);
  const Frame heartbeat = read(relayed);
  BOOST_TEST(heartbeat.from == kOther);
  BOOST_TEST((heartbeat.header.from_session == SessionId{5, 1}));
  BOOST_TEST((heartbeat.header.to_session == SessionId{6, 3}));
  BOOST_REQUIRE_EQUAL(frame.probes.size(), 1U);
  BOOST_TEST(frame.probes[0].is_answer);
  BOOST_TEST(frame.probes[0].number == 7U);
  BOOST_TEST(frame.probes[0].received == 300U);
}

BOOST_AUTO_TEST_CASE(R12_such_an_item_with_a_field_missing_or_of_the_wrong_type_is_a_bad_one) {
  for (const std::string& item :
       {"\x92\x22\xa3"s
        "a:1",
        "\x93\x22\x01\xc4\x00"s,
        "\x93\x22\xa3"s
        "a:1\xa1x",
        "\x93\x23\xa0\xc4\x00"s,
        "\x92\x24\xa3"s
        "a:1",
        "\x91\x25"s, "\x92\x25\xa1x"s, "\x92\x26\x01"s, "\x93\x26\x01\xc0"s}) {
    const std::string bytes = frame_with({item});
    const Frame frame = read(bytes);
    BOOST_TEST(frame.items.empty());
    BOOST_TEST(frame.probes.empty());
    BOOST_TEST(frame.bad_items == 1U);
    BOOST_TEST(frame.carried == 0U);
  }
}

BOOST_AUTO_TEST_CASE(R12_a_hello_says_whether_its_node_has_relays) {
  Item hello;
  hello.kind = ItemKind::hello;
  hello.to = kOther;
  const std::string without = encode(hello);
  hello.has_relays = true;
  const std::string bytes = frame_with({without, encode(hello)});
  const Frame frame = read(bytes);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 2U);
  BOOST_TEST(!frame.items[0].has_relays);
  BOOST_TEST(frame.items[1].has_relays);
}

BOOST_AUTO_TEST_SUITE_END()
