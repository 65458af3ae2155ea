/// The text of `--params`, and what becomes of it as constructor arguments.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/api/parse_parameters.hpp>
#include <spinoff/parameters.hpp>

namespace {

using spinoff::convert_parameter;
using spinoff::InvalidParameter;
using spinoff::Parameters;
using spinoff::ParameterValue;
using spinoff::required_parameter;
using spinoff::api::parse_parameters;
using namespace std::chrono_literals;
using namespace std::string_literals;
using Array = ParameterValue::Array;

ParameterValue integer(std::int64_t value) {
  return {value};
}
ParameterValue text(std::string value) {
  return {std::move(value)};
}
ParameterValue number(double value) {
  return {value};
}
ParameterValue array(Array value) {
  return {std::move(value)};
}

template <class Function>
std::string error_of(Function function) {
  try {
    static_cast<void>(function());
  } catch (const InvalidParameter& error) {
    return error.what();
  }
  return "no error";
}

template <class T>
std::string refusal(const ParameterValue& value) {
  return error_of([&] { return convert_parameter<T>("p", value); });
}

enum class Color { kRed, kBlue };

}  // namespace

template <>
struct spinoff::ParameterConversion<Color> {
  static std::string describe() { return "a color"; }
  static Color convert(std::string_view name, const ParameterValue& value) {
    const auto color = convert_parameter<std::string>(name, value);
    if (color != "red" && color != "blue") {
      refuse_parameter(name, describe(), value);
    }
    return color == "red" ? Color::kRed : Color::kBlue;
  }
};

static_assert(spinoff::ParameterType<Color>);
static_assert(spinoff::ParameterType<std::vector<std::vector<Color>>>);
static_assert(!spinoff::ParameterType<char>, "is it a number or a text?");
static_assert(!spinoff::ParameterType<void*>);
static_assert(!spinoff::ParameterType<std::vector<void*>>);

BOOST_AUTO_TEST_SUITE(parameters)

BOOST_AUTO_TEST_CASE(P06_a_text_gives_named_values) {
  const Parameters parsed = parse_parameters(
      "other_actor='127.0.0.1:9700/other', count=3, ratio=0.5, verbose=true, names=['a','b']");
  const Parameters expected{{"count", integer(3)},
                            {"names", array({text("a"), text("b")})},
                            {"other_actor", text("127.0.0.1:9700/other")},
                            {"ratio", number(0.5)},
                            {"verbose", {true}}};
  BOOST_CHECK(parsed == expected);
}

BOOST_AUTO_TEST_CASE(P06_values_are_written_as_in_toml) {
  struct {
    std::string_view given;
    ParameterValue expected;
  } const table[]{
      {"p=0", integer(0)},
      {"  p = -5  ", integer(-5)},
      {"p=1_000", integer(1000)},
      {"p=0xff", integer(255)},
      {"p=9223372036854775807", integer(INT64_MAX)},
      {"p=-9223372036854775808", integer(INT64_MIN)},
      {"p=1.0", number(1)},
      {"p=-1e3", number(-1000)},
      {"p=inf", number(std::numeric_limits<double>::infinity())},
      {"p=false", {false}},
      {"p=''", text("")},
      {"p='a, b=c # {d}'", text("a, b=c # {d}")},
      {R"(p="tab\t \"quoted\" \u00e9")", text("tab\t \"quoted\" \xC3\xA9")},
      {"p=[]", array({})},
      {"p=[1, 'a', [true, 2.5]]", array({integer(1), text("a"), array({{true}, number(2.5)})})},
      {"p-1_a=1", integer(1)},
  };
  for (const auto& row : table) {
    BOOST_TEST_CONTEXT(row.given) {
      const Parameters parsed = parse_parameters(row.given);
      BOOST_TEST_REQUIRE(parsed.size() == 1U);
      BOOST_CHECK(parsed.begin()->second == row.expected);
    }
  }
  BOOST_TEST(parse_parameters("").empty());
  BOOST_TEST(parse_parameters(" \t ").empty());
}

BOOST_AUTO_TEST_CASE(P06_a_text_that_cannot_be_read_is_told_with_the_parameter_and_the_place) {
  struct {
    std::string given;
    std::string_view told;
  } const table[]{
      {"other=127.0.0.1:9700/other", "parameter 'other': cannot read"},
      {"a=1, b=abc", "parameter 'b': cannot read \"a=1, b=abc\" at character 8: "},
      {"a='x, y=1', bad=z", "parameter 'bad': cannot read"},
      {"a=\"\\\", y=1\", bad=z", "parameter 'bad': cannot read"},
      {"a=[1, 2], bad=z", "parameter 'bad': cannot read"},
      {"verbose",
       "parameter 'verbose': cannot read \"verbose\" at character 8: expected '=', saw "
       "the end"},
      {"a=", "parameter 'a': cannot read \"a=\" at character 3: expected value, saw the end"},
      {"a=1,", "expected key-value pair, saw the end"},
      {",a=1", "parameters: cannot read"},
      {"=1", "parameters: cannot read"},
      {"a=1 b=2", "expected comma or the end"},
      {"a='x", "parameter 'a': cannot read \"a='x\" at character 6: its closing quote is missing"},
      {"a=[1", "parameter 'a': cannot read"},
      {"a=1, a=2", "cannot redefine existing integer 'a'"},
      {"a=99999999999999999999", "not representable in 64 bits"},
      {"a=True", "expected 'true'"},
      {"a=5s", "parameter 'a': cannot read"},
      {"a=i\t=inf", "saw 'i?"},
      {"a=1}#", "one '}' too many"},
      {"a=1} b={c=2", "expected a comment or whitespace"},
      {"a='\xFF'", "invalid utf-8"},
      {"\xC3\xA9=1", "parameters: cannot read"},
      {"'a b'=1", "the name \"a b\" has other characters"},
      {"a=1\n", "line break or a control character"},
      {"a=1}\n_b={c=2", "line break or a control character"},
      {"a='x\0'"s, "line break or a control character"},
      {"a={b=1}", "parameter 'a' is a table"},
      {"a.b=1", "parameter 'a' is a table"},
      {"a=[{b=1}]", "parameter 'a[0]' is a table"},
      {"a=1979-05-27", "parameter 'a' is a date or time"},
  };
  for (const auto& row : table) {
    BOOST_TEST_CONTEXT(row.given) {
      const std::string error = error_of([&] { return parse_parameters(row.given); });
      BOOST_TEST(error.find(row.told) != std::string::npos, error);
      BOOST_TEST((error.find("name='text'") != std::string::npos ||
                  error.find("; give true, false") != std::string::npos ||
                  error.find("than letters") != std::string::npos),
                 "\"" << error << "\" does not say what to do");
      BOOST_TEST(error.find_first_of("\n\t") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(P06_deep_nesting_is_refused) {
  const std::string error =
      error_of([] { return parse_parameters("a=" + std::string(100'000, '[')); });
  BOOST_TEST(error.starts_with("parameter 'a': cannot read"), error);
  BOOST_TEST(error.size() < 500U);
}

BOOST_AUTO_TEST_CASE(P06_bools_texts_and_numbers_are_converted) {
  BOOST_TEST(convert_parameter<bool>("p", {true}));
  BOOST_TEST(!convert_parameter<bool>("p", {false}));
  BOOST_TEST(convert_parameter<std::string>("p", text("abc")) == "abc");
  BOOST_TEST(convert_parameter<double>("p", number(0.1)) == 0.1);
  BOOST_TEST(convert_parameter<double>("p", integer(3)) == 3.0);
  BOOST_TEST(convert_parameter<float>("p", number(0.5)) == 0.5F);
  BOOST_TEST(convert_parameter<long double>("p", number(0.25)) == 0.25L);
  BOOST_TEST(std::isinf(convert_parameter<float>("p", number(HUGE_VAL))));
  BOOST_TEST(std::isnan(convert_parameter<float>("p", number(std::nan("")))));
}

template <class T>
void check_integer_limits() {
  using Limits = std::numeric_limits<T>;
  constexpr bool kIsWide = sizeof(T) == 8;
  const std::int64_t max = kIsWide ? INT64_MAX : static_cast<std::int64_t>(Limits::max());
  const std::int64_t min{Limits::min()};
  BOOST_TEST(convert_parameter<T>("p", integer(max)) == static_cast<T>(max));
  BOOST_TEST(convert_parameter<T>("p", integer(min)) == Limits::min());
  if (!kIsWide) {
    BOOST_TEST(refusal<T>(integer(max + 1)).ends_with("was given " + std::to_string(max + 1)));
  }
  if (min > INT64_MIN) {
    BOOST_TEST(refusal<T>(integer(min - 1)).ends_with("was given " + std::to_string(min - 1)));
  }
}

BOOST_AUTO_TEST_CASE(P06_integers_are_checked_against_their_range) {
  check_integer_limits<std::int8_t>();
  check_integer_limits<std::uint8_t>();
  check_integer_limits<std::int16_t>();
  check_integer_limits<std::uint16_t>();
  check_integer_limits<std::int32_t>();
  check_integer_limits<std::uint32_t>();
  check_integer_limits<std::int64_t>();
  check_integer_limits<std::uint64_t>();
  check_integer_limits<long long>();
  check_integer_limits<unsigned long long>();
}

BOOST_AUTO_TEST_CASE(P06_durations_are_texts_with_a_unit) {
  using std::chrono::duration;
  using std::chrono::milliseconds;
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  struct {
    std::string given;
    nanoseconds expected;
  } const table[]{
      {"5s", 5s},
      {"250ms", 250ms},
      {"1.5h", 90min},
      {"0.3s", 300ms},
      {"0.000000001s", 1ns},
      {"1.50us", 1500ns},
      {"7ns", 7ns},
      {"2min", 120s},
      {"-2s", -2s},
      {"0s", 0s},
      {"9223372036s", 9'223'372'036s},
      {"9223372036.854775807s", nanoseconds::max()},
  };
  for (const auto& row : table) {
    BOOST_TEST_CONTEXT(row.given) {
      BOOST_TEST((convert_parameter<nanoseconds>("p", text(row.given)) == row.expected));
    }
  }
  BOOST_TEST((convert_parameter<seconds>("p", text("2min")) == 120s));
  BOOST_TEST((convert_parameter<milliseconds>("p", text("1.25s")) == 1250ms));
  BOOST_TEST((convert_parameter<duration<double>>("p", text("250ms")).count() == 0.25));
  BOOST_TEST(
      (convert_parameter<duration<int, std::ratio<3600>>>("p", text("120min")).count() == 2));
}

BOOST_AUTO_TEST_CASE(P06_durations_that_do_not_fit_are_refused) {
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  for (const char* bad : {"",
                          "5",
                          "s",
                          "5 s",
                          " 5s",
                          "5s ",
                          "5m",
                          "5sec",
                          "5S",
                          ".5s",
                          "5.s",
                          "--5s",
                          "+5s",
                          "5e3s",
                          "0x5s",
                          "1.5ns",
                          "0.0000000001s",
                          "9223372037s",
                          "9223372036.854775808s",
                          "99999999999999999999s",
                          "2562048h",
                          "1h30min"}) {
    BOOST_TEST(refusal<nanoseconds>(text(bad)) ==
               "parameter 'p': expected a duration such as '5s' or '250ms', was given \"" +
                   std::string(bad) + "\"");
  }
  BOOST_TEST(refusal<nanoseconds>(integer(5)).ends_with("was given 5"));
  BOOST_TEST(refusal<seconds>(text("250ms")) ==
             "parameter 'p': expected a duration in steps of 1s, was given \"250ms\"");
  BOOST_TEST((refusal<std::chrono::duration<std::int8_t>>(text("128s"))) ==
             "parameter 'p': expected a duration from -128 to 127 times 1s, was given \"128s\"");
  BOOST_TEST((refusal<std::chrono::duration<unsigned>>(text("-1s"))) ==
             "parameter 'p': expected a duration from 0 to 4294967295 times 1s, was given \"-1s\"");
}

BOOST_AUTO_TEST_CASE(P06_arrays_are_converted_element_by_element) {
  const auto numbers = convert_parameter<std::vector<std::uint8_t>>(
      "p", array({integer(1), integer(2), integer(255)}));
  BOOST_TEST(numbers == (std::vector<std::uint8_t>{1, 2, 255}), boost::test_tools::per_element());
  BOOST_TEST(convert_parameter<std::vector<bool>>("p", array({{true}, {false}})).size() == 2U);
  BOOST_TEST(convert_parameter<std::vector<int>>("p", array({})).empty());
  const auto nested = convert_parameter<std::vector<std::vector<std::string>>>(
      "p", array({array({text("a")}), array({})}));
  BOOST_TEST(nested.at(0).at(0) == "a");
  BOOST_TEST(nested.at(1).empty());
}

BOOST_AUTO_TEST_CASE(P06_a_value_of_another_type_is_told_with_parameter_type_and_value) {
  BOOST_TEST(error_of([] { return convert_parameter<std::uint16_t>("count", text("abc")); }) ==
             "parameter 'count': expected an unsigned 16-bit integer, was given \"abc\"");
  BOOST_TEST(refusal<std::uint16_t>(integer(70000)) ==
             "parameter 'p': expected an unsigned 16-bit integer (0 to 65535), was given 70000");
  BOOST_TEST(refusal<std::int64_t>(number(3)) ==
             "parameter 'p': expected a signed 64-bit integer, was given 3.0");
  BOOST_TEST(refusal<bool>(integer(1)) == "parameter 'p': expected true or false, was given 1");
  BOOST_TEST(refusal<std::string>({true}) == "parameter 'p': expected a text, was given true");
  BOOST_TEST(refusal<double>(text("1.5")) == "parameter 'p': expected a number, was given \"1.5\"");
  BOOST_TEST(refusal<float>(number(1e39)).ends_with("was given 1e+39"));
  BOOST_TEST(refusal<std::vector<int>>(integer(1)) ==
             "parameter 'p': expected an array, each element a signed 32-bit integer, was given 1");
  BOOST_TEST(refusal<std::vector<int>>(array({integer(1), text("x\n")})) ==
             "parameter 'p[1]': expected a signed 32-bit integer, was given \"x\\n\"");
  BOOST_TEST(refusal<int>(array({integer(1), {false}, text("a")})) ==
             "parameter 'p': expected a signed 32-bit integer, was given [1, false, \"a\"]");
  BOOST_TEST(refusal<int>(array(Array(100, integer(7))))
                 .ends_with("was given [7, 7, 7, 7, 7, 7, 7, 7, ...]"));
  BOOST_TEST(refusal<int>(text(std::string(10'000, 'x'))).size() < 300U);
}

BOOST_AUTO_TEST_CASE(P06_users_add_conversions_for_their_own_types) {
  BOOST_CHECK(convert_parameter<Color>("p", text("blue")) == Color::kBlue);
  BOOST_TEST(refusal<Color>(text("green")) ==
             "parameter 'p': expected a color, was given \"green\"");
  BOOST_TEST(refusal<std::vector<Color>>(array({text("red"), text("green")})) ==
             "parameter 'p[1]': expected a color, was given \"green\"");
}

BOOST_AUTO_TEST_CASE(P06_missing_and_unknown_parameters_are_told) {
  const Parameters given = parse_parameters("count=3, names=[]");
  BOOST_TEST(required_parameter<int>(given, "count") == 3);
  BOOST_TEST(error_of([&] { return required_parameter<std::uint8_t>(given, "size"); }) ==
             "parameter 'size' is missing: expected an unsigned 8-bit integer");
  BOOST_CHECK_NO_THROW(spinoff::check_parameter_names(given, {"names", "other", "count"}));
  const auto check = [&](const std::vector<std::string_view>& known) {
    return error_of([&] {
      spinoff::check_parameter_names(given, known);
      return 0;
    });
  };
  BOOST_TEST(check({"names", "size"}) ==
             "parameter 'count' is not known here; there is 'names', 'size'");
  BOOST_TEST(check({}) == "parameter 'count' is not known here; there are none");
}

BOOST_AUTO_TEST_SUITE_END()
