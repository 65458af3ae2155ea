/// The protocol: large messages by a relay, in parts.
#include <cstddef>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "protocol_relays.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::remoting::Parcel;
using spinoff::remoting::ProtocolOptions;

constexpr std::size_t kRelayedPart = 100;

ProtocolOptions relayed_in_parts() {
  ProtocolOptions options;
  options.part_bytes = kRelayedPart;
  options.batch_bytes = 3 * kRelayedPart;
  options.relay_window_bytes = 10 * kRelayedPart;
  return options;
}

/// Of a message of that many parts, or one more.
std::string relayed_text(const std::string& name, std::size_t parts) {
  return name + std::string(parts * kRelayedPart, '.');
}

Parcel large_one(const std::string& name, std::size_t parts) {
  return parcel_of_lane(new_lane(), relayed_text(name, parts));
}

/// That a talks to b by r, and a large message is half on its way.
struct HalfWay {
  explicit HalfWay(std::size_t parts) : net(relayed_in_parts()) {
    net.talk_by_r();
    net.world.weather.longest_delay = 100ms;
    net.a().queue("b", large_one("L", parts)).flush();
    net.world.advance(500ms);
    BOOST_TEST(count_of(net.a().take_frames(), "carry r: parcels b") > 5);
    check_log(net.b(), {});
  }
  Net net;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

BOOST_AUTO_TEST_CASE(R12_a_large_message_goes_by_a_relay_in_parts_and_others_go_between) {
  Net net(relayed_in_parts());
  net.talk_by_r();
  net.a().queue("b", large_one("L", 50)).queue("b", "small").flush();
  net.world.advance(1s);
  check_log(net.b(), {"got a small", "got a " + relayed_text("L", 50)});
  BOOST_TEST(count_of(net.a().take_frames(), "carry r: parcels b") == 52);
  check_log(net.r(), {});
}

BOOST_AUTO_TEST_CASE(R12_the_way_may_change_in_the_middle_of_a_large_message) {
  HalfWay half(300);
  Net& net = half.net;
  net.join("a", "b");
  net.a().queue("b", large_one("M", 50)).flush();
  net.world.advance(5s);
  BOOST_TEST(count_of(net.a().take_frames(), "parcels b") > 100);
  net.world.advance(30s);
  check_log(net.b(), {"got a " + relayed_text("M", 50), "got a " + relayed_text("L", 300)});
  check_log(net.a(), {});
}

BOOST_AUTO_TEST_CASE(R12_the_direct_way_may_end_in_the_middle_of_a_large_message) {
  Net net(relayed_in_parts());
  net.talk_directly();
  net.world.fill("a", "b");
  net.a().queue("b", large_one("L", 50)).flush();
  net.world.cut("b", "a");
  net.world.advance(10s);
  check_log(net.b(), {"got a " + relayed_text("L", 50)});
  BOOST_TEST(count_of(net.a().take_frames(), "carry r: parcels b") == 51);
  check_log(net.a(), {});
}

BOOST_AUTO_TEST_CASE(R12_a_relay_that_dies_makes_a_large_message_a_dead_letter_once) {
  HalfWay half(300);
  Net& net = half.net;
  net.world.kill("r");
  net.world.advance(10s);
  const Log log = net.a().take_log();
  BOOST_TEST(count_of(log, "returned L") == 1);
  BOOST_TEST(count_of(log, "down b") == 1);
  BOOST_TEST(count_of(net.b().take_log(), "got") == 0);
  // By the other one.
  net.a().queue("b", large_one("M", 50)).flush();
  net.world.advance(10s);
  BOOST_TEST(net.b().take_log().back() == "got a " + relayed_text("M", 50));
}

BOOST_AUTO_TEST_CASE(R12_what_a_relay_drops_of_a_large_message_ends_the_session_not_the_order) {
  ProtocolOptions options = relayed_in_parts();
  options.relay_window_bytes = 1'000'000;
  options.max_relay_bytes = 5'000;
  Net net(options);
  net.talk_by_r();
  net.world.fill("r", "b");
  net.a().queue("b", large_one("L", 300)).queue("b", "small").flush();
  net.world.settle();
  BOOST_TEST(count_of(net.r().take_log(), "rejected frame that was not relayed") > 0);
  net.world.drain("r", "b");
  net.world.advance(10s);
  BOOST_TEST(count_of(net.a().take_log(), "down b") == 1);
  const Log log = net.b().take_log();
  BOOST_TEST(count_of(log, "got a L") == 0);
  BOOST_TEST(count_of(log, "down a") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
