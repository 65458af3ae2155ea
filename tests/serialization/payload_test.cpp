/// What becomes of a message's payload, whatever its bytes are.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/serializable.hpp>

#include "msgpack_tree.hpp"

namespace {

using spinoff::DecodeError;
using spinoff::serialization::TreeFault;

using namespace std::string_literals;

struct Everything {
  std::int64_t negative = 0;
  std::uint64_t large = 0;
  std::optional<bool> flag;
  double wide = 0;
  float narrow = 0;
  std::string text;
  std::map<std::string, std::vector<int>> table;
  MSGPACK_DEFINE(negative, large, flag, wide, narrow, text, table)
};

template <class T>
std::string encoded(const T& value) {
  std::string bytes;
  spinoff::detail::encode_value<T>(&value, bytes);
  return bytes;
}

template <class T>
T decoded(std::string_view bytes) {
  alignas(T) std::byte place[sizeof(T)];
  spinoff::detail::decode_value<T>(bytes, &place);
  T& value = *reinterpret_cast<T*>(&place);
  T result = std::move(value);
  value.~T();
  return result;
}

template <class T>
std::string fault(std::string_view bytes) {
  try {
    static_cast<void>(decoded<T>(bytes));
  } catch (const DecodeError& error) {
    return error.what();
  }
  return "none";
}

TreeFault tree_fault(std::string_view bytes, std::size_t max_values) {
  msgpack::zone zone;
  msgpack::object tree;
  return spinoff::serialization::read_tree(bytes, {.max_depth = 8, .max_values = max_values}, zone,
                                           tree);
}

std::string nested(std::size_t depth) {
  return std::string(depth, '\x91') + '\xC0';
}

}  // namespace

BOOST_AUTO_TEST_SUITE(payload)

BOOST_AUTO_TEST_CASE(M05_values_come_back_as_they_were) {
  const Everything sent{
      .negative = std::numeric_limits<std::int64_t>::min(),
      .large = std::numeric_limits<std::uint64_t>::max(),
      .flag = true,
      .wide = -1.0 / 3.0,
      .narrow = 0.1F,
      .text = std::string(70'000, 'x'),
      .table = {{"", {}}, {"small", {1, -1, 127, -33}}, {"large", {70'000, -70'000}}},
  };
  const auto got = decoded<Everything>(encoded(sent));
  BOOST_TEST(got.negative == sent.negative);
  BOOST_TEST(got.large == sent.large);
  BOOST_TEST((got.flag == sent.flag));
  BOOST_TEST(got.wide == sent.wide);
  BOOST_TEST(got.narrow == sent.narrow);
  BOOST_TEST(got.text == sent.text);
  BOOST_TEST((got.table == sent.table));
  BOOST_TEST(!decoded<Everything>(encoded(Everything())).flag.has_value());
}

BOOST_AUTO_TEST_CASE(R09_bytes_that_are_no_message_are_refused_with_the_reason) {
  BOOST_TEST(fault<int>("") == "the bytes are no msgpack value: they end too early");
  BOOST_TEST(fault<std::string>("\xA5"
                                "abc"s) == "the bytes are no msgpack value: they end too early");
  BOOST_TEST(fault<int>("\xC1"s) == "the bytes are no msgpack value: one of them begins nothing");
  BOOST_TEST(fault<int>("\x01\x02"s) == "bytes are left over after the message");
  BOOST_TEST(fault<std::string>("\x01"s) ==
             "the fields do not have the types that the message wants");
  BOOST_TEST(fault<std::vector<int>>("\xD4\x05\x00"s) ==
             "the fields do not have the types that the message wants");
}

BOOST_AUTO_TEST_CASE(R09_a_message_is_not_deeper_than_64_levels) {
  const auto ignore = [](const msgpack::object&, void*) {};
  BOOST_CHECK_NO_THROW(spinoff::detail::with_decoded(nested(64), ignore, nullptr));
  BOOST_CHECK_EXCEPTION(spinoff::detail::with_decoded(nested(65), ignore, nullptr), DecodeError,
                        [](const DecodeError& error) {
                          return error.what() ==
                                 "the bytes are no msgpack value: it is nested too deep"s;
                        });
}

BOOST_AUTO_TEST_CASE(R09_a_message_has_no_more_values_than_the_limit_in_all_its_containers) {
  BOOST_TEST((tree_fault("\x93\x01\x02\x03"s, 3) == TreeFault::none));
  BOOST_TEST((tree_fault("\x93\x01\x02\x03"s, 2) == TreeFault::too_many));
  BOOST_TEST((tree_fault("\x92\x92\x01\x02\x91\x03"s, 5) == TreeFault::none));
  BOOST_TEST((tree_fault("\x92\x92\x01\x02\x91\x03"s, 4) == TreeFault::too_many));
  // A map has two for each of its pairs.
  BOOST_TEST((tree_fault("\x81\x01\x92\x02\x03"s, 4) == TreeFault::none));
  BOOST_TEST((tree_fault("\x81\x01\x92\x02\x03"s, 3) == TreeFault::too_many));
  // Texts and bytes are one value each, however long.
  BOOST_TEST((tree_fault("\x92\xA9text text\xC4\x03\1\2\3"s, 2) == TreeFault::none));
}

BOOST_AUTO_TEST_CASE(R09_a_large_message_of_the_smallest_values_is_refused_before_it_takes_memory) {
  constexpr std::size_t kOneTooMany = (std::size_t{16} << 20U) + 1;
  const std::string bytes = "\xDD\x01\x00\x00\x01"s + std::string(kOneTooMany, '\x01');
  BOOST_TEST(
      fault<std::vector<std::uint8_t>>(bytes) ==
      "the message has more than 16777216 values, which is the limit: send larger ones, such "
      "as texts, or several messages");
}

// Else each level of a short message could ask for as much memory as the message as a whole may.
BOOST_AUTO_TEST_CASE(R09_containers_inside_each_other_cannot_all_claim_the_same_bytes) {
  const std::string claims_six = "\xDC\x00\x06"s;
  const std::string invalid(6, '\xC1');
  BOOST_TEST((tree_fault(claims_six + invalid, 100) == TreeFault::invalid));
  BOOST_TEST((tree_fault(claims_six + claims_six + invalid, 100) == TreeFault::invalid));
  // All of them together claim 18 values, and there are 15 bytes.
  BOOST_TEST(
      (tree_fault(claims_six + claims_six + claims_six + invalid, 100) == TreeFault::truncated));
}

BOOST_AUTO_TEST_SUITE_END()
