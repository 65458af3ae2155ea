/// Nodes at the two ends of a network that loses, delays, reorders and is cut.
#include <optional>

#include "bad_link.hpp"
#include "faults_fixture.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;

boost::test_tools::assertion_result permitted(boost::unit_test::test_unit_id) {
  const auto obstacle = OwnNetwork::obstacle();
  boost::test_tools::assertion_result result(!obstacle.has_value());
  result.message() << "network namespaces and TUN devices need root: " << obstacle.value_or("");
  return result;
}

struct NetworkFixture {
  BadLink link;
  std::optional<TestNode> here;
  std::optional<PeerProcess> peer;

  void start(NodeOptions options, const std::map<std::string, std::string>& environment) {
    options.insecure = true;
    link.on_left([&] { here.emplace(options); });
    link.on_right([&] {
      peer.emplace(PeerProcess::command(BadLink::kRight + std::string(":0")), environment);
    });
  }
  ~NetworkFixture() { link.set({}); }
};

const std::string kHere = BadLink::kLeft + std::string(":0");

}  // namespace

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(permitted))
BOOST_FIXTURE_TEST_SUITE(remoting_network, NetworkFixture)

BOOST_AUTO_TEST_CASE(M02_loss_delay_and_reordering_lose_and_reorder_no_message) {
  NodeOptions patient = options_at(kHere);
  patient.silence = 1h;
  start(patient, {{"SPINOFF_PEER_SILENCE", "3600000"}});
  link.set({.loss = 0.03, .delay = 1ms, .jitter = 3ms});
  Talker talker(*here, peer->address());
  talker.watch();
  for (int round = 0; round < 20; ++round) {
    talker.send(500);
    talker.check_all_came_back();
  }
  BOOST_TEST(link.lost() > 0U);
  BOOST_TEST(link.overtaken() > 0U);
  BOOST_TEST(here->down.empty());
  link.set({});
  peer->check_orderly_stop();
  talker.wait_for_terminated();
}

BOOST_AUTO_TEST_CASE(R05_nodes_that_were_parted_talk_again_by_themselves) {
  start(impatient_at(kHere), kImpatientPeer);
  Talker talker(*here, peer->address());
  for (std::size_t round = 1; round <= 3; ++round) {
    talker.watch();
    talker.send(100);
    talker.check_in_order(round - 1);
    here->up.next();
    (*peer)->wait_for_line("up " + here->address());
    link.set({.cut = true});
    talker.send(100);
    talker.wait_for_terminated();
    BOOST_TEST(contains(here->down.next().reason, "nothing was heard of it"));
    (*peer)->wait_for_line("down " + here->address());
    talker.send(100);
    link.set({});
    talker.check_in_order(round);
  }
  BOOST_TEST(link.lost() > 0U);
  here->up.next();
  peer->check_orderly_stop();
  BOOST_TEST(here->down.next().reason == "it was stopped");
}

// What ZeroMQ and the kernel had of it is lost, with no word to anybody: ZeroMQ connects again and
// goes on behind the gap.
BOOST_AUTO_TEST_CASE(R07_what_is_lost_with_a_connection_is_told_and_every_watch_is_answered_once) {
  NodeOptions options = options_at(kHere);
  options.heartbeat = 200ms;
  options.silence = 20s;  // nobody is silent here
  start(options, {{"SPINOFF_PEER_SILENCE", "2000"}});
  Talker talker(*here, peer->address());
  talker.send(1);
  talker.check_all_came_back();
  here->up.next();
  for (std::size_t round = 1; round <= 3; ++round) {
    talker.watch();
    talker.send(10);
    talker.check_in_order(round - 1);
    // If it is only a heartbeat that is lost, nobody misses anything, and the session goes on.
    int tries = 0;
    do {
      BOOST_TEST_REQUIRE(++tries < 100);
      link.reset_to_right();
      talker.send(10);
    } while (!talker.is_terminated_before_all_came_back());
    BOOST_TEST(contains(here->down.next().reason, "lost"));
    BOOST_TEST(here->up.next().node.to_string() == peer->address());
    talker.send(10);
    talker.check_in_order(round);
  }
  peer->check_orderly_stop();
}

BOOST_AUTO_TEST_SUITE_END()
