/// Numbers for texts, at the end that sends them.
#include "alias_writer.hpp"

#include <array>
#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

namespace {

using spinoff::remoting::AliasWriter;
using spinoff::serialization::Alias;

std::array<char, 10'000> places{};

AliasWriter::Owner owner(std::size_t i, std::uint32_t generation = 1) {
  return {&places[i], generation};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(alias_writer)

BOOST_AUTO_TEST_CASE(a_text_has_its_number_from_the_second_time_on) {
  AliasWriter aliases;
  aliases.reset(100);
  const Alias first = aliases.get(owner(0), 5);
  BOOST_TEST(first.is_new);
  BOOST_TEST((aliases.get(owner(0), 5) == Alias{first.number, false}));
  BOOST_TEST(aliases.get(owner(0, 2), 5).is_new, "another one had the place before");
}

BOOST_AUTO_TEST_CASE(who_keeps_none_gets_none_and_no_long_text_has_one) {
  AliasWriter aliases;
  BOOST_TEST(!aliases.get(owner(0), 5).is_given());
  aliases.reset(100);
  BOOST_TEST(!aliases.get(owner(0), spinoff::serialization::kMaxAliasText + 1).is_given());
  BOOST_TEST(!aliases.get({}, 5).is_given());
  BOOST_TEST(!aliases.has({}));
}

BOOST_AUTO_TEST_CASE(numbers_stay_below_the_limit_and_never_mean_two_things) {
  AliasWriter aliases;
  aliases.reset(100);
  std::array<const void*, 100> meaning{};
  for (std::size_t i = 0; i < 3 * places.size(); ++i) {
    const auto who = owner(i * 7919 % places.size());
    const Alias alias = aliases.get(who, 5);
    if (!alias.is_given()) {
      continue;
    }
    BOOST_REQUIRE_LT(alias.number, 100U);
    if (alias.is_new) {
      meaning[alias.number] = who.place;
    }
    BOOST_REQUIRE(meaning[alias.number] == who.place);
  }
}

BOOST_AUTO_TEST_CASE(a_reset_forgets_all) {
  AliasWriter aliases;
  aliases.reset(100);
  aliases.get(owner(0), 5);
  aliases.reset(100);
  BOOST_TEST(!aliases.has(owner(0)));
  BOOST_TEST((aliases.get(owner(0), 5) == Alias{0, true}));
}

BOOST_AUTO_TEST_SUITE_END()
