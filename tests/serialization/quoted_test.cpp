/// How the user's own text stands in errors and logs.
#include <string>

#include <boost/test/unit_test.hpp>

#include <spinoff/serialization/quoted.hpp>

using namespace std::string_literals;
using spinoff::serialization::quoted;

BOOST_AUTO_TEST_SUITE(quoted_text)

BOOST_AUTO_TEST_CASE(it_stands_between_quotes_in_one_line_of_what_a_terminal_can_show) {
  BOOST_TEST(quoted("") == "\"\"");
  BOOST_TEST(quoted("plain \xC3\xA9") == "\"plain \xC3\xA9\"");
  BOOST_TEST(quoted("a\nb\rc\td") == R"("a\nb\rc\td")");
  BOOST_TEST(quoted("say \"no\" \\ yes") == R"("say \"no\" \\ yes")");
  BOOST_TEST(quoted("\0\x1B\x7F"s) == R"("\x00\x1b\x7f")");
}

BOOST_AUTO_TEST_CASE(it_is_cut_behind_120_bytes) {
  BOOST_TEST(quoted(std::string(120, 'x')) == '"' + std::string(120, 'x') + '"');
  BOOST_TEST(quoted(std::string(121, 'x')) == '"' + std::string(120, 'x') + "\"...");
}

BOOST_AUTO_TEST_SUITE_END()
