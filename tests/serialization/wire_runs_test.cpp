/// Messages of a frame that are alike but for their payloads.
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/serialization/wire.hpp>

#include "wire_items.hpp"

namespace {

using namespace spinoff::serialization;

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_runs)

BOOST_AUTO_TEST_CASE(R07_short_messages_that_are_alike_become_a_run) {
  const auto one = [](std::uint32_t to, std::string_view payload) {
    Item result = item(ItemKind::message, {}, {}, {}, payload);
    result.to_alias.number = to;
    result.type_alias.number = 1;
    return encode(result);
  };
  const std::string long_payload(256, 'x');
  const std::string bytes = frame_of(
      {one(1, "a"), one(1, ""), one(1, "c"), one(2, "d"), one(1, "e"), one(1, long_payload),
       encode(item(ItemKind::watch, "/w", "/a")), one(1, "f"), one(1, "g")});
  const Exact exact(bytes);
  const auto decoded = decode_frame(exact.view(), {}, Runs::together);
  const Frame& frame = std::get<Frame>(decoded);
  std::vector<std::string> seen;
  for (const Item& run : frame.items) {
    seen.push_back(std::to_string(run.count()) + ":" + std::string(run.payload));
    run.others.each([&](std::string_view payload) { seen.back() += "," + std::string(payload); });
  }
  const std::vector<std::string> expected{"3:a,,c", "1:d",  "1:e", "1:" + long_payload,
                                          "1:",     "2:f,g"};
  BOOST_TEST(seen == expected, boost::test_tools::per_element());
  BOOST_TEST(frame.carried == 9U);
  BOOST_TEST(std::get<Frame>(decode_frame(bytes, {})).items.size() == 9U,
             "they are apart for whoever does not ask for runs");
}

BOOST_AUTO_TEST_CASE(R07_a_run_has_no_more_messages_than_a_mailbox_counts) {
  Item alike = item(ItemKind::message, {}, {}, {}, "x");
  alike.to_alias.number = alike.type_alias.number = 1;
  const std::string bytes = frame_of(std::vector<std::string>(kMostInRun + 3, encode(alike)));
  const auto decoded = decode_frame(bytes, {.max_items = 2 * kMostInRun}, Runs::together);
  const Frame& frame = std::get<Frame>(decoded);
  BOOST_TEST_REQUIRE(frame.items.size() == 2U);
  BOOST_TEST(frame.items[0].count() == kMostInRun);
  BOOST_TEST(frame.items[1].count() == 3U);
  BOOST_TEST(frame.carried == kMostInRun + 3);
}

BOOST_AUTO_TEST_CASE(R07_a_run_ends_where_the_frame_does) {
  Item alike = item(ItemKind::message, {}, {}, {}, "payload");
  alike.to_alias.number = alike.type_alias.number = 1;
  const std::string bytes = frame_of({encode(alike), encode(alike), encode(alike)});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Exact exact(std::string_view(bytes).substr(0, size));
    const auto decoded = decode_frame(exact.view(), {}, Runs::together);
    BOOST_REQUIRE(std::holds_alternative<FrameError>(decoded));
  }
  const auto too_many = decode_frame(bytes, {.max_items = 2}, Runs::together);
  BOOST_TEST((std::get<FrameError>(too_many).fault == FrameFault::too_large));
}

BOOST_AUTO_TEST_SUITE_END()
