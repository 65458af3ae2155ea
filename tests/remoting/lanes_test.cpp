/// Whose turn it is among large messages.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/remoting/lanes.hpp>

namespace {

using spinoff::remoting::Lane;
using spinoff::remoting::Lanes;
using spinoff::remoting::Parcel;
using spinoff::serialization::FrameBuilder;

constexpr std::size_t kPartBytes = 100;
constexpr std::size_t kLargeBytes = 250;

/// The letters of messages that have gone, one for each message, in order.
class Run {
 public:
  Run() { lanes_.set_part_bytes(kPartBytes); }

  void add(std::size_t lane, char letter, bool after_all = false) {
    Parcel parcel{.items = std::string(kLargeBytes, letter)};
    parcel.lane = of_[lane];
    parcel.after_all = after_all;
    lanes_.add(std::move(parcel));
  }
  void send_frame() {
    FrameBuilder frame("127.0.0.1:1", {});
    const Lanes::Load load = lanes_.load(frame, {.bytes = 1'000, .items = 10});
    for (const Parcel& parcel : load.parcels) {
      gone_ += parcel.items.view().front();
    }
    lanes_.sent();
  }
  [[nodiscard]] bool is_done() const { return lanes_.empty(); }
  [[nodiscard]] const std::string& gone() const { return gone_; }

 private:
  std::shared_ptr<Lane::Count> open_ = std::make_shared<Lane::Count>();
  std::vector<std::shared_ptr<const Lane>> of_{
      std::make_shared<const Lane>(open_), std::make_shared<const Lane>(open_),
      std::make_shared<const Lane>(open_), std::make_shared<const Lane>(open_),
      std::make_shared<const Lane>(open_)};
  Lanes lanes_;
  std::string gone_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(lanes)

// Four may have begun at once; the fifth begins as soon as one of them is done, although that one's
// lane always has another.
BOOST_AUTO_TEST_CASE(R10_lanes_that_always_have_another_large_message_starve_nobody) {
  Run run;
  for (std::size_t lane = 0; lane < 5; ++lane) {
    run.add(lane, static_cast<char>('a' + lane));
  }
  for (std::size_t lane = 0; lane < 4; ++lane) {
    for (int i = 0; i < 20; ++i) {
      run.add(lane, 'z');
    }
  }
  while (!run.is_done()) {
    run.send_frame();
  }
  BOOST_TEST(run.gone().size() == 85U);
  BOOST_TEST(run.gone().find('e') < 10U, run.gone());
}

BOOST_AUTO_TEST_CASE(R10_what_waits_for_all_before_it_may_be_large_itself) {
  Run run;
  run.add(0, 'a');
  run.add(1, 'x', true);
  for (std::size_t lane = 2; lane < 5; ++lane) {
    run.add(lane, 'b');
  }
  constexpr int kPartsInAll = 15;
  for (int part = 0; part < kPartsInAll; ++part) {
    BOOST_TEST_REQUIRE(!run.is_done());
    run.send_frame();
  }
  BOOST_TEST_REQUIRE(run.is_done());
  // It has counted among those that had begun, or nothing else could begin.
  run.add(0, 'c');
  run.send_frame();
  BOOST_TEST(run.gone().size() == 5U);
  BOOST_TEST(run.gone().find('a') < run.gone().find('x'));
}

BOOST_AUTO_TEST_SUITE_END()
