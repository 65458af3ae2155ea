/// Where a node listens.
#include "sockets.hpp"

#include <string>
#include <vector>

#include "hub_fixture.hpp"

namespace {

using namespace spinoff::remoting::testing;
using spinoff::NodeId;
using spinoff::remoting::BindFailed;
using spinoff::remoting::listen_at;
using spinoff::remoting::Listening;

struct SocketsFixture {
  zmq::context_t context;

  Listening listen(std::uint16_t port, const std::vector<std::string>& addresses) {
    return listen_at(context, NodeId("name", port), addresses, {});
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

BOOST_AUTO_TEST_SUITE_END()
