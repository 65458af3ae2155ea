/// A mapper with keys: who may speak to it, and for whom.
#include <chrono>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>
#include <zmq.hpp>

#include "mapper_wire.hpp"
#include "running_mapper.hpp"
#include "sockets.hpp"
#include "support/gate.hpp"

namespace {

using spinoff::NodeId;
using spinoff::PeerList;
using spinoff::PublicKey;
using spinoff::SecretKey;
using spinoff::Security;
using spinoff::remoting::connect_to;
using spinoff::remoting::decode_mapper_message;
using spinoff::remoting::encode;
using spinoff::remoting::MapperMessage;
using spinoff::remoting::MapperOptions;
using spinoff::remoting::testing::RunningMapper;

constexpr int kMilliseconds =
    static_cast<int>(std::chrono::milliseconds(spinoff::testing::kWaitLimit).count());

/// Whoever has that key.
class KeyHolder {
 public:
  KeyHolder(const NodeId& mapper, const SecretKey& own, const PublicKey& theirs)
      : socket_(connect_to(context_, mapper.host(), mapper.port(),
                           spinoff::remoting::Credentials{&own, &theirs})) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::sndtimeo, kMilliseconds);
    socket_.set(zmq::sockopt::rcvtimeo, kMilliseconds);
  }

  void say(const MapperMessage& message) {
    BOOST_REQUIRE(socket_.send(zmq::buffer(encode(message)), zmq::send_flags::none));
  }
  MapperMessage ask(const MapperMessage& message) {
    say(message);
    zmq::message_t frame;
    BOOST_REQUIRE(socket_.recv(frame));
    return decode_mapper_message(frame.to_string_view()).value();
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(mapper)

BOOST_AUTO_TEST_CASE(U10_K03_with_keys_a_node_claims_and_gives_up_names_only_for_itself) {
  const SecretKey of_mapper = SecretKey::generate();
  const SecretKey of_one = SecretKey::generate();
  const SecretKey of_two = SecretKey::generate();
  const std::string one = "127.0.0.1:1";
  const std::string two = "127.0.0.1:2";
  PeerList peers;
  peers.add(one, of_one.public_key());
  peers.add(two, of_two.public_key());
  spinoff::testing::Gate told("the claim for another node to be told");
  const RunningMapper mapper(
      MapperOptions{.bind = NodeId("127.0.0.1", 0),
                    .security = Security{.key = of_mapper, .peers = peers},
                    .on_rejected = [&](const std::string& what) {
                      if (what.find("a claim for " + one + " by a connection with another key") !=
                          std::string::npos) {
                        told.open();
                      }
                    }});
  KeyHolder first(mapper.node(), of_one, of_mapper.public_key());
  KeyHolder second(mapper.node(), of_two, of_mapper.public_key());
  using Kind = MapperMessage::Kind;
  // That it gets no answer shows in the next one, which is the answer to what it asks then.
  second.say({Kind::claim, "w", one});
  BOOST_TEST((second.ask({Kind::find, "w"}).kind == Kind::nobody));
  told.wait();
  BOOST_TEST(first.ask({Kind::claim, "w", one}).node == one);
  second.say({Kind::release, "w", one});
  BOOST_TEST(second.ask({Kind::claim, "w", two}).node == one);
  first.say({Kind::release, "w", one});
  BOOST_TEST((first.ask({Kind::find, "w"}).kind == Kind::nobody));
  BOOST_TEST(second.ask({Kind::claim, "w", two}).node == two);
}

BOOST_AUTO_TEST_SUITE_END()
