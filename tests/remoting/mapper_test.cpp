/// The mapper: its table, its protocol, and itself on a real socket.
#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <zmq.hpp>

#include "mapper_table.hpp"
#include "mapper_wire.hpp"
#include "running_mapper.hpp"
#include "support/gate.hpp"

namespace {

using spinoff::NodeId;
using spinoff::remoting::decode_mapper_message;
using spinoff::remoting::encode;
using spinoff::remoting::kClaimLasts;
using spinoff::remoting::kMaxMapperFrame;
using spinoff::remoting::MapperMessage;
using spinoff::remoting::MapperTable;
using spinoff::remoting::testing::RunningMapper;
using Kind = MapperMessage::Kind;

const NodeId kOne("127.0.0.1", 1);
const NodeId kTwo("127.0.0.1", 2);

bool is(const NodeId* found, const NodeId& node) {
  return found != nullptr && *found == node;
}

std::string bytes(std::initializer_list<int> values) {
  std::string result;
  for (const int value : values) {
    result += static_cast<char>(value);
  }
  return result;
}

/// A client that says what the test tells it.
class Client {
 public:
  explicit Client(const NodeId& mapper) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvtimeo, 30'000);
    socket_.connect("tcp://" + mapper.to_string());
  }
  void say(std::string_view frame) { socket_.send(zmq::buffer(frame), zmq::send_flags::none); }
  void say_parts(std::string_view one, std::string_view two) {
    socket_.send(zmq::buffer(one), zmq::send_flags::sndmore);
    say(two);
  }
  std::string hear() {
    zmq::message_t frame;
    BOOST_REQUIRE(socket_.recv(frame));
    return frame.to_string();
  }
  MapperMessage ask(const MapperMessage& message) {
    say(encode(message));
    return decode_mapper_message(hear()).value();
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::dealer};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(mapper)

BOOST_AUTO_TEST_CASE(U10_the_first_node_that_claims_a_name_has_it_until_it_gives_it_up) {
  MapperTable table;
  const MapperTable::Time now;
  BOOST_TEST(table.find("a", now) == nullptr);
  BOOST_TEST(is(table.claim("a", kOne, now), kOne));
  BOOST_TEST(is(table.claim("a", kTwo, now), kOne));
  BOOST_TEST(is(table.claim("b", kTwo, now), kTwo));
  table.release("a", kTwo);
  BOOST_TEST(is(table.find("a", now), kOne));
  table.release("a", kOne);
  BOOST_TEST(table.find("a", now) == nullptr);
  BOOST_TEST(is(table.claim("a", kTwo, now), kTwo));
}

BOOST_AUTO_TEST_CASE(U10_a_node_that_does_not_claim_its_name_again_loses_it) {
  MapperTable table;
  MapperTable::Time now;
  table.claim("a", kOne, now);
  now += kClaimLasts / 2;
  BOOST_TEST(is(table.claim("a", kOne, now), kOne));
  now += kClaimLasts - std::chrono::milliseconds(1);
  BOOST_TEST(is(table.find("a", now), kOne));
  BOOST_TEST(is(table.claim("a", kTwo, now), kOne));
  now += std::chrono::milliseconds(1);
  BOOST_TEST(is(table.claim("a", kTwo, now), kTwo));
  now += kClaimLasts;
  BOOST_TEST(table.find("a", now) == nullptr);
}

BOOST_AUTO_TEST_CASE(U10_a_mapper_knows_only_so_many_names) {
  MapperTable table(2);
  MapperTable::Time now;
  table.claim("a", kOne, now);
  table.claim("b", kOne, now);
  BOOST_TEST(table.claim("c", kOne, now) == nullptr);
  BOOST_TEST(is(table.claim("a", kOne, now + kClaimLasts / 2), kOne));
  now += kClaimLasts;
  BOOST_TEST(is(table.claim("c", kOne, now), kOne));
  BOOST_TEST(table.size() == 2U);
}

BOOST_AUTO_TEST_CASE(U10_messages_are_what_the_specification_says) {
  BOOST_TEST(encode({Kind::claim, "w", "h:1"}) ==
             bytes({0x94, 1, 0, 0xa1, 'w', 0xa3, 'h', ':', '1'}));
  BOOST_TEST(encode({Kind::find, "w"}) == bytes({0x93, 1, 2, 0xa1, 'w'}));
  BOOST_TEST(encode({Kind::version}) == bytes({0x92, 1, 32}));
  for (const Kind kind : {Kind::claim, Kind::release, Kind::holder}) {
    const auto decoded = decode_mapper_message(encode({kind, "w", "h:1"}));
    BOOST_REQUIRE(decoded.has_value());
    BOOST_TEST((decoded->kind == kind));
    BOOST_TEST(decoded->name == "w");
    BOOST_TEST(decoded->node == "h:1");
  }
  for (const Kind kind : {Kind::find, Kind::nobody}) {
    BOOST_TEST((decode_mapper_message(encode({kind, "w"}))->name == "w"));
  }
}

BOOST_AUTO_TEST_CASE(U10_a_later_version_may_add_fields_and_is_told_apart) {
  const auto more = decode_mapper_message(bytes({0x95, 1, 2, 0xa1, 'w', 0xc0, 0x81, 1, 2}));
  BOOST_TEST((more.has_value() && more->kind == Kind::find));
  const auto newer = decode_mapper_message(bytes({0x93, 2, 99, 0xc0}));
  BOOST_TEST((newer.has_value() && newer->kind == Kind::version));
}

const std::vector<std::string>& no_messages() {
  static const std::vector<std::string> kFrames{
      "",
      "hello",
      bytes({0x01}),
      bytes({0x90}),
      bytes({0x91, 1}),
      bytes({0x92, 1, 2}),
      bytes({0x93, 1, 2, 7}),
      bytes({0x93, 1, 0, 0xa1, 'w'}),
      bytes({0x93, 1, 3, 0xa1, 'w'}),
      bytes({0x93, 0xff, 2, 0xa1, 'w'}),
      bytes({0x93, 1, 0xcd, 1, 2, 0xa1, 'w'}),
      bytes({0x93, 1, 2, 0xa5, 'w'}),
      bytes({0x93, 1, 2, 0xa1, 'w', 0}),
      bytes({0xdd, 0xff, 0xff, 0xff, 0xff}),
      std::string(100, '\x91'),
      encode({Kind::find, std::string(kMaxMapperFrame, 'w')}),
  };
  return kFrames;
}

BOOST_AUTO_TEST_CASE(U10_what_is_no_message_is_not_read_as_one) {
  for (const std::string& frame : no_messages()) {
    BOOST_TEST(!decode_mapper_message(frame).has_value(), frame);
  }
}

BOOST_AUTO_TEST_CASE(U10_a_mapper_answers_whatever_else_it_is_sent) {
  spinoff::testing::Gate told("something that was dropped to be told");
  RunningMapper mapper(spinoff::remoting::MapperOptions{
      .bind = NodeId("127.0.0.1", 0), .on_rejected = [&](const std::string&) { told.open(); }});
  Client client(mapper.node());
  for (const std::string& frame : no_messages()) {
    client.say(frame);
  }
  client.say_parts(encode({Kind::find, "w"}), "more");
  for (const MapperMessage& message :
       {MapperMessage{Kind::claim, "no name", "127.0.0.1:1"},
        MapperMessage{Kind::claim, "w", "nonsense"}, MapperMessage{Kind::release, "w", ""},
        MapperMessage{Kind::holder, "w", "127.0.0.1:1"}, MapperMessage{Kind::nobody, "w"}}) {
    client.say(encode(message));
  }
  BOOST_TEST((client.ask({Kind::find, "w"}).kind == Kind::nobody));
  told.wait();
  BOOST_TEST(client.ask({Kind::claim, "w", "127.0.0.1:1"}).node == "127.0.0.1:1");
  BOOST_TEST(client.ask({Kind::claim, "w", "127.0.0.1:2"}).node == "127.0.0.1:1");
  BOOST_TEST(client.ask({Kind::find, "w"}).node == "127.0.0.1:1");
  client.say(encode({Kind::release, "w", "127.0.0.1:1"}));
  BOOST_TEST((client.ask({Kind::find, "w"}).kind == Kind::nobody));
  // Another version is told ours.
  client.say(bytes({0x92, 2, 0}));
  BOOST_TEST(client.hear() == bytes({0x92, 1, 32}));
}

BOOST_AUTO_TEST_SUITE_END()
