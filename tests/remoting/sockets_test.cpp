/// Where a node listens.
#include "sockets.hpp"

#include <string>
#include <vector>

#include "hub_fixture.hpp"

namespace {

using namespace spinoff::remoting::testing;
using spinoff::NodeId;
using spinoff::remoting::BindFailed;
using spinoff::remoting::HubOptions;
using spinoff::remoting::listen_at;
using spinoff::remoting::Listening;

struct SocketsFixture {
  zmq::context_t context;
  bool insecure = true;

  Listening listen(std::uint16_t port, const std::vector<std::string>& addresses) {
    HubOptions options = options_at(NodeId("name", port));
    options.insecure = insecure;
    return listen_at(context, options, addresses);
  }
  std::string error(std::uint16_t port, const std::vector<std::string>& addresses) {
    try {
      listen(port, addresses);
    } catch (const BindFailed& failed) {
      return failed.what();
    }
    return "no error";
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sockets, SocketsFixture)

BOOST_AUTO_TEST_CASE(R11_a_port_in_use_at_a_names_first_address_is_not_taken_at_its_second) {
  const Listening first = listen(0, {"127.0.0.1"});
  const std::string told = error(first.node.port(), {"127.0.0.1", "127.0.0.2"});
  BOOST_TEST(told.find("the port is in use") != std::string::npos, told);
}

BOOST_AUTO_TEST_CASE(R11_a_names_address_that_is_not_of_this_machine_is_passed_over) {
  const Listening listening = listen(0, {"198.51.100.1", "127.0.0.1"});
  BOOST_TEST(listening.node.port() != 0);
  BOOST_TEST(listening.socket.get(zmq::sockopt::last_endpoint).starts_with("tcp://127.0.0.1:"));
  const std::string told = error(0, {"198.51.100.1", "203.0.113.1"});
  BOOST_TEST(told.find("no address of this machine") != std::string::npos, told);
}

BOOST_AUTO_TEST_CASE(K01_what_other_machines_can_reach_needs_keys_or_the_word_insecure) {
  insecure = false;
  for (const char* const address :
       {"198.51.100.1", "[2001:db8::1]", "128.0.0.1", "10.0.0.127", "[::2]"}) {
    const std::string told = error(9700, {address});
    for (const char* const part :
         {"cannot listen at name:9700", "has no keys", "startnode keygen", "--key and --peers",
          "NodeOptions::security", "--insecure", "NodeOptions::insecure"}) {
      BOOST_TEST(told.find(part) != std::string::npos, told);
    }
  }
  insecure = true;
  BOOST_TEST(error(0, {"198.51.100.1"}).find("no address of this machine") != std::string::npos);
  insecure = false;
  for (const char* const address : {"127.0.0.1", "127.0.0.2"}) {
    BOOST_TEST(listen(0, {address}).node.port() != 0);
  }
}

// A name is what it stands for.
BOOST_AUTO_TEST_CASE(K01_a_name_is_of_loopback_if_the_address_is_at_which_it_listens) {
  insecure = false;
  BOOST_TEST(error(0, {"198.51.100.1", "127.0.0.1"}).find("has no keys") != std::string::npos);
  BOOST_TEST(listen(0, {"127.0.0.1", "198.51.100.1"}).node.port() != 0);
}

BOOST_AUTO_TEST_CASE(K01_with_keys_any_address_of_this_machine_will_do) {
  HubOptions options = options_at(NodeId("name", 0));
  const spinoff::SecretKey key = spinoff::SecretKey::generate();
  options.security = spinoff::Security{.key = key, .peers = {}};
  try {
    static_cast<void>(listen_at(context, options, {"198.51.100.1"}));
    BOOST_TEST(false);
  } catch (const BindFailed& failed) {
    BOOST_TEST(std::string(failed.what()).find("no address of this machine") != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
