/// The protocol: how much goes by a relay, and what that costs it.
#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "protocol_relays.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::remoting::ProtocolOptions;

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

BOOST_AUTO_TEST_CASE(R12_a_slow_receiver_fills_no_relay_and_harms_nobody_else) {
  Net net(options_with([](auto& o) {
    o.batch_bytes = 300;
    o.relay_window_bytes = 4'000;
  }));
  net.talk_by_r();
  net.world.fill("r", "b");
  constexpr int kMany = 1'000;
  for (int i = 1; i <= kMany; ++i) {
    net.a().send("b", std::to_string(i));
  }
  net.world.settle();
  const auto carried = count_of(net.a().take_frames(), "carry");
  BOOST_TEST(carried > 5);
  BOOST_TEST(carried < 200);
  net.a().send("r", "to the relay itself");
  net.a().send("s", "to another one");
  net.world.settle();
  check_log(net.r(), {"got a to the relay itself"});
  check_log(*net.world.find("s"), {"got a to another one"});
  net.world.drain("r", "b");
  net.world.advance(1s);
  check_numbers(net.b(), "a", 1, kMany);
  check_log(net.a(), {});
}

BOOST_AUTO_TEST_CASE(R12_what_a_relay_has_no_room_for_is_dropped_and_ends_only_that_session) {
  Net net(options_with([](auto& o) {
    o.batch_bytes = 300;
    o.max_relay_bytes = 2'000;
  }));
  net.talk_by_r();
  net.world.fill("r", "b");
  for (int i = 1; i <= 1'000; ++i) {
    net.a().send("b", std::to_string(i));
  }
  net.world.settle();
  const Log rejected = net.r().take_log();
  BOOST_TEST(rejected.size() > 0U);
  BOOST_TEST(std::ranges::count(rejected, "rejected frame that was not relayed") ==
             static_cast<std::ptrdiff_t>(rejected.size()));
  net.world.drain("r", "b");
  net.world.advance(8s);
  const Log log = net.b().take_log();
  const auto down = std::ranges::find_if(
      log, [](const std::string& event) { return event.starts_with("down a"); });
  BOOST_REQUIRE((down != log.end()));
  for (auto event = log.begin(); event != down; ++event) {
    BOOST_TEST(*event == "got a " + std::to_string(event - log.begin() + 1));
  }
  BOOST_TEST(net.a().is_up("r"));
  BOOST_TEST(net.r().is_up("b"));
  for (const std::string& event : net.a().take_log()) {
    BOOST_TEST(!event.starts_with("down r"), event);
  }
}

BOOST_AUTO_TEST_CASE(R12_what_waits_at_a_relay_for_a_node_that_is_gone_is_dropped_and_counted) {
  Net net;
  net.talk_by_r();
  net.world.fill("r", "b");
  for (int i = 1; i <= 3; ++i) {
    net.a().send("b", std::to_string(i));
    net.world.settle();
  }
  // From here on r drops only what it has already.
  net.world.cut("a", "r");
  net.world.kill("b");
  net.world.advance(5s);
  const Log log = net.r().take_log();
  BOOST_TEST(std::ranges::count(log, "down b nothing was heard of it for 3.0 s") == 1);
  BOOST_TEST(std::ranges::count(log, "rejected frame that was not relayed") == 1);
}

BOOST_AUTO_TEST_CASE(R12_a_relay_s_own_messages_take_turns_with_what_it_relays) {
  Net net(options_with([](auto& o) { o.batch_bytes = 10; }));
  net.talk_by_r();
  net.world.fill("r", "b");
  for (int i = 0; i < 20; ++i) {
    net.a().send("b", "for b");
  }
  net.world.settle();
  net.r().queue("b", "1").queue("b", "2").queue("b", "3").flush();
  net.world.drain("r", "b");
  net.world.settle();
  const Log log = net.b().take_log();
  const auto third = std::ranges::find(log, "got r 3");
  BOOST_REQUIRE((third != log.end()));
  BOOST_TEST((third - log.begin()) < 8);
}

BOOST_AUTO_TEST_CASE(R12_an_idle_session_by_a_relay_costs_a_few_small_frames_a_heartbeat) {
  Net net;
  net.talk_by_r();
  net.world.advance(100s);
  // Each heartbeat one by the relay, one to each relay, and a probe.
  BOOST_TEST(net.a().take_frames().size() <= 410U);
  BOOST_TEST(net.a().ticks() < 250);
}

BOOST_AUTO_TEST_CASE(R12_nodes_that_never_answer_leave_only_the_relays_behind) {
  Net net;
  for (int i = 0; i < 100; ++i) {
    net.a().send("nobody" + std::to_string(i), "x");
    net.world.advance(100ms);
  }
  net.world.advance(20s);
  BOOST_TEST(net.a().protocol().peers() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
