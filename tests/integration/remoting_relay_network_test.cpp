/// Nodes of hosts that are parted, and a relay in a process, that both reach.
#include <csignal>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "faults_fixture.hpp"
#include "parted_hosts.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;

boost::test_tools::assertion_result has_own_networks(boost::unit_test::test_unit_id) {
  const auto obstacle = OwnNetwork::obstacle();
  boost::test_tools::assertion_result result(!obstacle.has_value());
  result.message() << "network namespaces and TUN devices need root: " << obstacle.value_or("");
  return result;
}

constexpr std::size_t kThis = 0;
constexpr std::size_t kThat = 1;
constexpr std::size_t kMiddle = 2;

struct RelayedHosts {
  PartedHosts hosts;
  std::optional<PeerProcess> relay;
  std::optional<TestNode> here;
  std::optional<PeerProcess> peer;

  void start_relay(std::chrono::milliseconds silence) {
    relay.reset();
    hosts.on(kMiddle, [&] {
      relay.emplace(PeerProcess::command(PartedHosts::address(kMiddle)),
                    std::map<std::string, std::string>{
                        {"SPINOFF_PEER_SILENCE", std::to_string(silence.count())},
                        {"SPINOFF_PEER_MAY_RELAY", "1"}});
    });
  }
  void start(std::chrono::milliseconds silence) {
    hosts.part(kThis, kThat);
    start_relay(silence);
    hosts.on(kThis, [&] {
      NodeOptions options = impatient_at(PartedHosts::address(kThis));
      options.silence = silence;
      options.heartbeat = silence / 10;
      options.insecure = true;
      options.relays = {relay->address()};
      here.emplace(options);
    });
    hosts.on(kThat, [&] {
      peer.emplace(PeerProcess::command(PartedHosts::address(kThat)),
                   std::map<std::string, std::string>{
                       {"SPINOFF_PEER_SILENCE", std::to_string(silence.count())},
                       {"SPINOFF_PEER_RELAY", relay->address()}});
    });
  }
  [[nodiscard]] std::uint64_t to_there() const { return hosts.bytes(kThis, kThat); }
  [[nodiscard]] std::uint64_t from_there() const { return hosts.bytes(kThat, kThis); }
};

}  // namespace

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(has_own_networks))
BOOST_FIXTURE_TEST_SUITE(remoting_relay_network, RelayedHosts)

BOOST_AUTO_TEST_CASE(R12_nodes_of_parted_networks_talk_by_a_relay_and_go_direct_once_they_can) {
  start(5s);
  Talker talker(*here, peer->address());
  talker.watch();
  talker.send(500);
  talker.check_all_came_back();
  BOOST_TEST(to_there() == 0U);
  BOOST_TEST(from_there() == 0U);
  hosts.join(kThis, kThat);
  // Of 500 messages each has some bytes, and probes have few.
  constexpr std::uint64_t kAllOfThem = 4'000;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  for (int round = 0; sent < kAllOfThem || received < kAllOfThem; ++round) {
    BOOST_TEST_REQUIRE(round < 100'000);
    sent = to_there();
    received = from_there();
    talker.send(500);
    talker.check_all_came_back();
    sent = to_there() - sent;
    received = from_there() - received;
  }
  // They need it no more.
  (*relay)->signal(SIGKILL);
  (*relay)->wait();
  for (int i = 0; i < 20; ++i) {
    talker.send(100);
    talker.check_all_came_back();
  }
  BOOST_TEST(here->down.next().node.to_string() == relay->address());
  talker.send(100);
  talker.check_all_came_back();
  BOOST_TEST(here->down.empty());
  BOOST_TEST(here->dead_letters.empty());
  peer->check_orderly_stop();
  talker.wait_for_terminated();
}

BOOST_AUTO_TEST_CASE(R12_a_relay_that_is_killed_is_told_of_and_one_that_is_started_anew_is_used) {
  start(600ms);
  Talker talker(*here, peer->address());
  for (std::size_t round = 1; round <= 3; ++round) {
    talker.watch();
    talker.send(100);
    talker.check_in_order(round - 1);
    (*relay)->signal(SIGKILL);
    (*relay)->wait();
    talker.send(100);
    talker.wait_for_terminated();
    talker.send(100);
    start_relay(600ms);
    talker.check_in_order(round);
  }
  BOOST_TEST(to_there() == 0U);
  peer->check_orderly_stop();
}

BOOST_AUTO_TEST_CASE(R12_when_the_direct_way_is_cut_they_go_on_by_the_relay) {
  start(600ms);
  hosts.join(kThis, kThat);
  Talker talker(*here, peer->address());
  std::size_t terminated = 0;
  for (int round = 0; round < 3; ++round) {
    talker.watch();
    talker.send(100);
    talker.check_in_order(terminated);
    hosts.part(kThis, kThat);
    const std::uint64_t before = to_there();
    // What was on its way is lost with it, or nothing was, and the session goes on.
    talker.send(100);
    terminated += talker.is_terminated_before_all_came_back() ? 1 : 0;
    talker.send(100);
    talker.check_in_order(terminated);
    BOOST_TEST(to_there() == before);
    hosts.join(kThis, kThat);
  }
  peer->check_orderly_stop();
}

BOOST_AUTO_TEST_SUITE_END()
