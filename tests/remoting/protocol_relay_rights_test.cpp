/// The protocol: for whom a relay passes frames on, and from whom relayed ones are taken.
#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "protocol_relays.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::remoting::Speaker;
using spinoff::serialization::ItemKind;

/// As a would ask it, and that r does not do it, and tells a why.
void check_not_relayed(Net& net, const std::string& to, const std::string& frame,
                       const std::string& why) {
  net.forget();
  net.r().receive(frame_of("a", {{3, 1}, {1, 1}, 0}, {item_of(ItemKind::relay, to, frame)}));
  check_log(net.r(), {"rejected frame that was not relayed"});
  check_frames(net.r(), {"carry a"});
  BOOST_TEST(net.r().last_frame().find(why) != std::string::npos, "no '" << why << "'");
  net.world.settle();
  check_log(net.b(), {});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

BOOST_AUTO_TEST_CASE(R12_a_node_relays_for_nobody_unless_it_is_told_to_and_says_so) {
  Net net;
  net.world.kill("r");
  net.world.kill("s");
  net.world.start("r");
  net.world.advance(10s);
  net.forget();
  net.cut("a", "b");
  net.a().send("b", "1");
  net.world.advance(11s);
  const std::string reason =
      "it was not reached in 10.0 s; the relay r:1 does not reach it: \"it does not relay for "
      "other nodes (RemoteRights::relay)\"";
  check_log(net.a(), {"returned 1: b:1 is down: " + reason, "down b " + reason});
  check_log(net.b(), {});
  const Log log = net.r().take_log();
  BOOST_TEST(std::ranges::count(log, "rejected frame that was not relayed") > 0);
}

BOOST_AUTO_TEST_CASE(R12_a_relay_reaches_only_those_that_have_a_session_with_it) {
  Net net;
  net.world.kill("b");
  net.world.advance(10s);
  net.world.start("b");  // it lists no relay
  net.forget();
  net.cut("a", "b");
  net.a().send("b", "1");
  net.world.advance(11s);
  const std::string reason =
      "it was not reached in 10.0 s; the relay r:1 does not reach it: \"it has no session with "
      "that node, which has to list it as a relay\"";
  check_log(net.a(), {"returned 1: b:1 is down: " + reason, "down b " + reason});
  BOOST_TEST(!net.r().is_up("b"));
}

BOOST_AUTO_TEST_CASE(R12_a_relay_that_does_not_pass_a_frame_on_says_why) {
  Net net;
  for (const char* to : {"no node", "c", "a"}) {
    check_not_relayed(net, to, "x", "it has no session with that node");
  }
  auto small = net.ends;
  small.max_frame_bytes = 10'000;
  net.world.kill("b");
  net.world.start("b", small);
  net.world.advance(1s);
  check_not_relayed(net, "b", std::string(10'000, 'x'), "the frame is too large for that node");
}

BOOST_AUTO_TEST_CASE(R12_a_relay_that_is_stopping_passes_nothing_on) {
  Net net;
  net.world.fill("r", "a");
  net.world.fill("r", "b");
  net.r().send("a", "for a");
  net.r().send("b", "for b");
  net.r().stop();
  net.r().receive(frame_of("a", {{3, 1}, {1, 1}, 0}, {item_of(ItemKind::relay, "b", "x")}));
  check_log(net.r(), {"rejected frame that was not relayed"});
  net.world.drain("r", "a");
  net.world.drain("r", "b");
  net.world.settle();
  BOOST_TEST(net.r().protocol().stopped());
  BOOST_TEST(net.a().take_log().front() == "got r for a");
  BOOST_TEST(net.b().take_log().front() == "got r for b");
}

BOOST_AUTO_TEST_CASE(R12_what_a_relay_says_about_nodes_that_nobody_asked_for_means_nothing) {
  Net net;
  net.talk_by_r();
  for (const char* to : {"no node", "c", "r"}) {
    net.a().receive(frame_of("r", {{1, 1}, {3, 1}, 0}, {item_of(ItemKind::not_relayed, to, "x")}));
  }
  check_log(net.a(), {});
  BOOST_TEST(net.a().protocol().peers() == 3U);
  net.check_way("a", "b", "carry r: ");
}

BOOST_AUTO_TEST_CASE(R12_that_no_relay_is_there_is_said) {
  Net net;
  net.world.kill("r");
  net.world.kill("s");
  net.cut("a", "b");
  net.world.advance(10s);
  forget_what_was({&net.a(), &net.b()});
  net.a().send("b", "1");
  net.world.advance(11s);
  BOOST_TEST(net.a().take_log().back() ==
             "down b it was not reached in 10.0 s; nor is there a relay that can be reached");
}

BOOST_AUTO_TEST_CASE(R12_relayed_frames_are_taken_only_from_relays_of_the_node_itself) {
  Pair pair;  // b knows no relays
  const std::string forged = frame_of("c", {{5, 1}, {}, 0}, {hello_to("b")});
  pair.b.receive(frame_of("a", {{1, 1}, {2, 1}, 1}, {item_of(ItemKind::relayed, "c", forged)}));
  check_log(pair.b, {"rejected frame in the name of another node"});
  BOOST_TEST(pair.b.protocol().peers() == 1U);
}

BOOST_AUTO_TEST_CASE(R12_a_relayed_frame_is_of_whom_the_relay_says_it_is) {
  Net net;
  net.relayed_to_b("c", frame_of("d", {{5, 1}, {}, 0}, {hello_to("b")}));
  check_log(net.b(), {"rejected frame in the name of another node"});
  net.relayed_to_b("r", frame_of("r", {{5, 1}, {}, 0}, {hello_to("b")}));
  check_log(net.b(), {"rejected frame in the name of another node"});
  net.relayed_to_b("no node", frame_of("c", {{5, 1}, {}, 0}, {hello_to("b")}));
  check_log(net.b(), {"rejected frame of an impossible sender"});
  net.relayed_to_b("c", "no frame");
  check_log(net.b(), {"rejected malformed frame"});
  BOOST_TEST(net.b().protocol().peers() == 2U);
  net.relayed_to_b("c", frame_of("c", {{5, 1}, {}, 0}, {hello_to("b")}));
  check_log(net.b(), {});
  BOOST_TEST(net.b().protocol().peers() == 3U);
}

BOOST_AUTO_TEST_CASE(R12_with_keys_the_node_that_is_relayed_has_to_be_in_the_list_of_peers) {
  const spinoff::PublicKey key = spinoff::SecretKey::generate().public_key();
  spinoff::PeerList peers;
  peers.add("r:1", key);
  Net net;
  const std::string hello = frame_of("c", {{5, 1}, {}, 0}, {hello_to("b")});
  net.relayed_to_b("c", hello, {&peers, key});
  check_log(net.b(), {"rejected frame in the name of another node"});
  peers.add("c:1", spinoff::SecretKey::generate().public_key());
  net.relayed_to_b("c", hello, {&peers, key});
  check_log(net.b(), {});
  BOOST_TEST(net.b().protocol().peers() == 3U);
}

BOOST_AUTO_TEST_CASE(R12_what_came_by_a_relay_is_never_relayed_on) {
  Net net(options_with([](auto& o) { o.may_relay = true; }));
  net.talk_by_r();
  net.relayed_to_b("c", frame_of("c", {{5, 1}, {}, 0}, {hello_to("b")}));
  net.b().take_frames();
  // To one that b reaches directly.
  net.relayed_to_b("c", frame_of("c", {{5, 1}, {4, 4}, 0}, {item_of(ItemKind::relay, "s", "x")}));
  check_log(net.b(), {"up c", "rejected frame that was not relayed"});
  BOOST_TEST(count_of(net.b().take_frames(), "carry s") == 0);
}

BOOST_AUTO_TEST_CASE(R12_nothing_is_relayed_to_a_node_that_is_itself_reached_by_a_relay) {
  Net net(options_with([](auto& o) { o.may_relay = true; }));
  net.talk_by_r();
  const auto relay_by_b = [&](const char* to) {
    net.b().receive(frame_of("s", {{2, 2}, {4, 2}, 0}, {item_of(ItemKind::relay, to, "x")}));
  };
  relay_by_b("a");
  check_log(net.b(), {"rejected frame that was not relayed"});
  check_frames(net.b(), {"carry s"});  // why not
  relay_by_b("r");
  check_log(net.b(), {});
  check_frames(net.b(), {"carry r"});
}

BOOST_AUTO_TEST_SUITE_END()
