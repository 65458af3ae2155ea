/// Which receivers of an outbox have lanes.
#include "open_lanes.hpp"

#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

using namespace spinoff::remoting;

BOOST_AUTO_TEST_SUITE(open_lanes)

BOOST_AUTO_TEST_CASE(a_receiver_has_one_lane_as_long_as_somebody_holds_it) {
  OpenLanes lanes;
  BOOST_TEST(!lanes.any());
  BOOST_TEST(lanes.find("/a") == nullptr);
  auto lane = lanes.open("/a");
  BOOST_TEST(lanes.any());
  BOOST_TEST(lanes.open("/a") == lane);
  BOOST_TEST(lanes.find("/a") == lane);
  BOOST_TEST(lanes.find("/b") == nullptr);
  BOOST_TEST(lanes.open("/b") != lane);  // and is let go
  BOOST_TEST(lanes.find("/b") == nullptr);
  lane.reset();
  BOOST_TEST(!lanes.any());
  BOOST_TEST(lanes.find("/a") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_lane_may_outlive_its_outbox) {
  auto lanes = std::make_unique<OpenLanes>();
  const auto lane = lanes->open("/a");
  lanes.reset();
  BOOST_TEST(lane != nullptr);
}

BOOST_AUTO_TEST_CASE(lanes_that_are_over_are_forgotten_and_those_that_are_not_are_kept) {
  OpenLanes lanes;
  const auto kept = lanes.open("/kept");
  for (int i = 0; i < 1'000; ++i) {
    static_cast<void>(lanes.open("/" + std::to_string(i)));
    BOOST_TEST(lanes.find("/kept") == kept);
  }
}

BOOST_AUTO_TEST_SUITE_END()
