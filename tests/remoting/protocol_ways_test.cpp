/// The protocol: a session that goes another way than before loses, repeats and reorders nothing.
#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "protocol_relays.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

BOOST_AUTO_TEST_CASE(R12_they_go_direct_once_they_can) {
  Net net;
  net.talk_by_r();
  net.join("a", "b");
  net.world.advance(1100ms);
  net.check_way("a", "b", "");
  net.check_way("b", "a", "");
  net.world.advance(10s);
  net.forget();
  net.world.advance(100s);
  BOOST_TEST(count_of(net.a().take_frames(), "carry") == 0);
  check_log(net.a(), {});
  check_log(net.b(), {});
}

BOOST_AUTO_TEST_CASE(R12_they_go_direct_as_soon_as_the_channel_opens) {
  Net net;
  net.talk_by_r();
  net.world.fill("a", "b");
  net.world.advance(3s);
  net.world.heal("a", "b");
  net.world.heal("b", "a");
  net.world.drain("a", "b");
  net.world.settle();
  net.forget();
  net.check_way("a", "b", "");
}

BOOST_AUTO_TEST_CASE(R12_the_change_to_direct_under_traffic_loses_and_reorders_nothing) {
  Net net;
  net.talk_by_r();
  net.world.weather.longest_delay = 200ms;
  int sent = 0;
  bool carried = false;
  bool direct = false;
  const auto talk = [&](int count) {
    for (int i = 0; i < count; ++i) {
      ++sent;
      net.a().send("b", std::to_string(sent));
      net.b().send("a", std::to_string(sent));
      net.world.advance(7ms);
    }
    for (const std::string& frame : net.a().take_frames()) {
      carried = carried || frame.starts_with("carry r: parcels b");
      direct = direct || frame.starts_with("parcels b");
    }
  };
  talk(300);
  BOOST_TEST(carried);
  BOOST_TEST(!direct);
  net.join("a", "b");
  talk(1000);
  BOOST_TEST(direct);
  net.world.weather.longest_delay = 0ms;
  net.world.advance(1s);
  check_numbers(net.a(), "b", 1, sent);
  check_numbers(net.b(), "a", 1, sent);
  net.check_way("a", "b", "");
}

BOOST_AUTO_TEST_CASE(R12_while_the_relay_is_slow_they_stay_with_it_and_go_on_talking) {
  Net net;
  net.talk_by_r();
  net.world.fill("r", "b");
  net.world.lose_next("a", "b");
  net.a().send("b", "1");
  net.world.settle();
  net.world.heal("a", "b");
  net.world.advance(1100ms);
  // Held: what is underway is not there yet.
  net.a().send("b", "2");
  BOOST_TEST(std::ranges::count(net.a().take_frames(), "parcels b 1") == 0);
  net.world.drain("r", "b");
  net.world.settle();
  check_log(net.b(), {"got a 1", "got a 2"});
  check_log(net.a(), {});
}

BOOST_AUTO_TEST_CASE(R12_when_the_direct_way_ends_the_session_goes_on_by_a_relay) {
  Net net;
  net.talk_directly();
  net.cut("a", "b");
  net.world.advance(3s);
  net.check_way("a", "b", "carry r: ");
  net.world.advance(100s);
  check_log(net.a(), {});
  check_log(net.b(), {});
}

BOOST_AUTO_TEST_CASE(R12_it_does_so_if_only_one_direction_has_ended) {
  Net net;
  net.talk_directly();
  net.world.cut("a", "b");
  net.world.advance(10s);
  net.check_way("a", "b", "carry r: ");
  net.check_way("b", "a", "");
  check_log(net.a(), {});
}

BOOST_AUTO_TEST_CASE(R12_messages_for_which_the_direct_channel_has_no_room_go_by_the_relay) {
  Net net;
  net.talk_directly();
  net.world.fill("a", "b");
  net.world.cut("b", "a");
  int sent = 0;
  for (int i = 0; i < 40; ++i) {
    net.a().send("b", std::to_string(++sent));
    net.world.advance(100ms);
  }
  check_numbers(net.b(), "a", 1, sent);
  net.world.drain("a", "b");
  net.world.heal("b", "a");
  for (int i = 0; i < 40; ++i) {
    net.a().send("b", std::to_string(++sent));
    net.world.advance(100ms);
  }
  check_numbers(net.b(), "a", 41, sent);
  check_log(net.a(), {});
  net.check_way("a", "b", "");
}

BOOST_AUTO_TEST_CASE(R12_if_something_was_lost_with_the_way_the_session_ends) {
  Net net;
  net.talk_directly();
  net.cut("a", "b");
  net.a().send("b", "lost");
  net.world.advance(10s);
  net.a().send("b", "again");
  net.world.advance(3s);
  const Log log = net.b().take_log();
  BOOST_TEST(log.front() == "down a nothing was heard of it for 3.0 s");
  BOOST_TEST(log.back() == "got a again");
  BOOST_TEST(std::ranges::count(log, "got a lost") == 0);
  BOOST_TEST(net.a().take_log().front() == "down b the connection to it was lost for a while");
}

BOOST_AUTO_TEST_SUITE_END()
