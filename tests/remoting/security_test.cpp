/// Hubs with keys, on real sockets, and those who have none or others.
#include <optional>
#include <string>
#include <vector>

#include "hub_fixture.hpp"
#include "plain_connection.hpp"
#include "protocol_pair.hpp"
#include "sockets.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::NodeId;
using spinoff::PeerList;
using spinoff::PublicKey;
using spinoff::SecretKey;
using spinoff::Security;
using spinoff::remoting::BindFailed;
using spinoff::remoting::Hub;
using spinoff::remoting::HubOptions;
using spinoff::remoting::listen_at;
using spinoff::remoting::Listening;
using spinoff::remoting::RejectReason;
using spinoff::remoting::Speaker;
using spinoff::serialization::FrameBuilder;
using Seen = Recorder::Seen;

struct Line {
  std::string node;
  PublicKey key;
};

HubOptions options_of(const NodeId& node, const SecretKey& key, const std::vector<Line>& lines) {
  HubOptions options = options_at(node);
  options.security = Security{.key = key, .peers = {}};
  for (const Line& line : lines) {
    options.security->peers.add(line.node, line.key);
  }
  return options;
}

/// A ZeroMQ client, and what ZeroMQ tells of its connection.
class Client {
 public:
  explicit Client(const NodeId& node) { connect(node); }
  Client(const NodeId& node, const SecretKey& own, const PublicKey& theirs) {
    out_.set(zmq::sockopt::curve_publickey,
             zmq::const_buffer(own.public_key().bytes().data(), own.public_key().bytes().size()));
    out_.set(zmq::sockopt::curve_secretkey,
             zmq::const_buffer(own.bytes().data(), own.bytes().size()));
    out_.set(zmq::sockopt::curve_serverkey,
             zmq::const_buffer(theirs.bytes().data(), theirs.bytes().size()));
    connect(node);
  }

  void say(std::string_view bytes) { out_.send(zmq::buffer(bytes), zmq::send_flags::none); }

  /// The next end of a connection, for whatever reason; true if it was open before.
  bool was_open_until_it_ended() {
    bool open = false;
    for (;;) {
      zmq::message_t event;
      zmq::message_t address;
      BOOST_REQUIRE(events_.recv(event));
      BOOST_REQUIRE(events_.recv(address));
      std::uint16_t what = 0;
      std::memcpy(&what, event.data(), sizeof what);
      open = open || what == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
      if (what == ZMQ_EVENT_DISCONNECTED || what == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL ||
          what == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL || what == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) {
        return open;
      }
    }
  }

 private:
  void connect(const NodeId& node) {
    out_.set(zmq::sockopt::linger, 0);
    out_.set(zmq::sockopt::reconnect_ivl, 10);
    zmq_socket_monitor(out_.handle(), "inproc://events", ZMQ_EVENT_ALL);
    events_.set(zmq::sockopt::linger, 0);
    events_.set(zmq::sockopt::rcvtimeo,
                static_cast<int>(std::chrono::milliseconds(kPatience).count()));
    events_.connect("inproc://events");
    out_.connect("tcp://" + node.to_string());
  }

  zmq::context_t context_;
  zmq::socket_t out_{context_, zmq::socket_type::dealer};
  zmq::socket_t events_{context_, zmq::socket_type::pair};
};

struct KeysFixture {
  const SecretKey a = SecretKey::generate();
  const SecretKey b = SecretKey::generate();
  const SecretKey stranger = SecretKey::generate();
  const NodeId at_a = free_node_id();
  const NodeId at_b = free_node_id();
  const std::vector<Line> both{{at_a.to_string(), a.public_key()},
                               {at_b.to_string(), b.public_key()}};
  const std::string frame = FrameBuilder(at_a.to_string(), {{5, 1}, {}, 0}).finish();

  static std::string error_of(const HubOptions& options) {
    Recorder recorder;
    try {
      const Hub hub(options, recorder);
    } catch (const BindFailed& error) {
      return error.what();
    }
    return "no error";
  }
  /// What the node says, when it is sent something, about why that comes back.
  static std::string why_not(Station& from, const NodeId& to) {
    from.send(to, "x");
    from.recorder.wait([](const Seen& seen) { return !seen.returned.empty(); });
    return from.recorder.seen().returned.front().second;
  }
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(security, KeysFixture)

BOOST_AUTO_TEST_CASE(K02_nodes_that_have_each_others_keys_talk) {
  Station one(options_of(at_a, a, both));
  Station two(options_of(at_b, b, both));
  one.send(two.id(), "ping");
  two.recorder.wait_for_messages(1);
  two.send(one.id(), "pong");
  one.recorder.wait_for_messages(1);
  BOOST_TEST(two.recorder.seen().got == std::vector<std::string>{"ping"});
  BOOST_TEST(one.recorder.seen().got == std::vector<std::string>{"pong"});
  BOOST_TEST(one.recorder.seen().rejected.empty());
}

BOOST_AUTO_TEST_CASE(K02_a_line_for_a_host_or_for_any_node_will_do) {
  Station one(options_of({"127.0.0.1", 0}, a, {{"127.0.0.1:*", a.public_key()}}));
  Station two(options_of({"127.0.0.1", 0}, a, {{"*", a.public_key()}}));
  one.send(two.id(), "ping");
  two.recorder.wait_for_messages(1);
  two.send(one.id(), "pong");
  one.recorder.wait_for_messages(1);
}

BOOST_AUTO_TEST_CASE(K02_nothing_of_a_client_without_keys_reaches_the_decoder) {
  Station one(options_of(at_a, a, both));
  for (int i = 0; i < 3; ++i) {
    Client client(one.id());
    client.say(frame);
    BOOST_TEST(!client.was_open_until_it_ended());
  }
  BOOST_TEST(one.hub.counters().frames_in == 0U);
  BOOST_TEST(one.recorder.seen().rejected.empty());
}

BOOST_AUTO_TEST_CASE(K02_nothing_of_a_client_with_an_unknown_key_reaches_the_decoder) {
  Station one(options_of(at_a, a, both));
  for (int i = 0; i < 3; ++i) {
    Client client(one.id(), stranger, a.public_key());
    client.say(frame);
    BOOST_TEST(!client.was_open_until_it_ended());
  }
  one.recorder.wait([](const Seen& seen) {
    const auto found = seen.rejected.find(RejectReason::unknown_key);
    return found != seen.rejected.end() && found->second >= 3;
  });
  BOOST_TEST(one.hub.counters().frames_in == 0U);
}

BOOST_AUTO_TEST_CASE(K02_nothing_of_a_client_that_knows_another_key_of_the_node_reaches_it) {
  Station one(options_of(at_a, a, both));
  for (int i = 0; i < 3; ++i) {
    Client client(one.id(), b, stranger.public_key());
    client.say(frame);
    BOOST_TEST(!client.was_open_until_it_ended());
  }
  BOOST_TEST(one.hub.counters().frames_in == 0U);
}

BOOST_AUTO_TEST_CASE(K02_a_node_says_nothing_to_whoever_has_not_the_key_of_its_line) {
  HubOptions options = options_of(at_a, a, both);
  options.protocol.unreachable = 500ms;
  Station one(options);
  // Another one got hold of the address, and would take everybody.
  Station impostor(options_of(at_b, stranger, {{"*", stranger.public_key()}, both.front()}));
  const std::string why = why_not(one, at_b);
  BOOST_TEST(contains(why, "nobody with the key that the list of peers has for it"), why);
  BOOST_TEST(impostor.hub.counters().frames_in == 0U);
}

BOOST_AUTO_TEST_CASE(K02_a_node_says_nothing_to_one_without_keys) {
  HubOptions options = options_of(at_a, a, both);
  options.protocol.unreachable = 500ms;
  Station one(options);
  Station plain(at_b);
  why_not(one, at_b);
  BOOST_TEST(plain.hub.counters().frames_in == 0U);
}

BOOST_AUTO_TEST_CASE(K02_a_node_that_is_not_in_the_list_is_not_tried_and_the_reason_told) {
  HubOptions options = options_of(at_a, a, {both.front()});
  options.protocol.unreachable = 500ms;
  Station one(options);
  Station two(options_of(at_b, b, both));
  const std::string why = why_not(one, at_b);
  BOOST_TEST(contains(why, "it is not in the list of peers"), why);
  BOOST_TEST(two.hub.counters().frames_in == 0U);
}

BOOST_AUTO_TEST_CASE(K03_a_node_of_the_list_cannot_speak_for_another_one) {
  Station one(options_of(at_a, a, both));
  Client client(one.id(), b, a.public_key());
  const std::string victim = "127.0.0.1:1";
  client.say(FrameBuilder(at_a.to_string(), {{5, 1}, {}, 0}).finish());
  client.say(FrameBuilder(victim, {{5, 1}, {}, 0}).finish());
  std::string newer = FrameBuilder(victim, {{5, 1}, {}, 0}).finish();
  newer[1] = 2;
  client.say(newer);
  one.recorder.wait([](const Seen& seen) {
    const auto found = seen.rejected.find(RejectReason::foreign_name);
    return found != seen.rejected.end() && found->second == 3;
  });
  BOOST_TEST(one.hub.counters().frames_out == 0U);
}

BOOST_AUTO_TEST_CASE(K03_a_frame_in_the_name_of_another_node_changes_nothing) {
  Pair pair;
  PeerList peers;
  peers.add("a:1", a.public_key());
  peers.add("*", b.public_key());
  const Speaker as_a{&peers, a.public_key()};
  const Speaker as_b{&peers, b.public_key()};
  // Would end the session.
  const std::string restarted = frame_of("a", {{99, 1}, {}, 0});
  pair.b.receive(restarted, as_b);
  pair.b.receive(restarted, {&peers, std::nullopt});
  check_log(pair.b, {"rejected frame in the name of another node",
                     "rejected frame in the name of another node"});
  BOOST_TEST(pair.b.is_up("a"));
  pair.b.receive(frame_of("c", {{5, 1}, {}, 0}), as_a);
  check_log(pair.b, {"rejected frame in the name of another node"});
  BOOST_TEST(pair.b.protocol().peers() == 1U);
  pair.b.receive(frame_of("c", {{5, 1}, {}, 0}), as_b);
  BOOST_TEST(pair.b.protocol().peers() == 2U);
  pair.b.receive(restarted, as_a);
  BOOST_TEST(!pair.b.is_up("a"));
}

BOOST_AUTO_TEST_CASE(K04_a_list_that_has_another_key_for_the_node_itself_is_told) {
  const std::string told = error_of(options_of(at_a, stranger, both));
  BOOST_TEST(contains(told, "cannot listen at " + at_a.to_string()), told);
  BOOST_TEST(contains(told, a.public_key().to_string()), told);
  BOOST_TEST(contains(told, stranger.public_key().to_string()), told);
}

BOOST_AUTO_TEST_CASE(K02_connections_in_the_middle_of_their_handshakes_do_not_hold_up_a_stop) {
  std::optional<Station> one(std::in_place, options_of(at_a, a, both));
  const Plain silent(at_a);
  const Plain greeting(at_a);
  greeting.write(std::string("\xff\0\0\0\0\0\0\0\x01\x7f\x03\0CURVE", 17) + std::string(47, '\0'));
  one->hub.stop();
  BOOST_TEST(silent.is_closed_by_peer());
  BOOST_TEST(greeting.is_closed_by_peer());
}

BOOST_AUTO_TEST_CASE(K02_a_connection_whose_key_nobody_decides_about_does_not_hold_up_a_stop) {
  zmq::context_t context;
  const HubOptions options = options_of(at_a, a, both);
  std::optional<Listening> listening(listen_at(context, options));
  Client client(at_a, b, a.public_key());
  std::vector<zmq::pollitem_t> items{{listening->zap->socket(), 0, ZMQ_POLLIN, 0}};
  BOOST_REQUIRE_EQUAL(zmq::poll(items, kPatience), 1);
  // The question lies there.
  listening.reset();
  context.close();
  BOOST_TEST(!client.was_open_until_it_ended());
}

BOOST_AUTO_TEST_SUITE_END()
