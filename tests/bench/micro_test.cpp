/// The program `micro`: every micro-benchmark runs. Speed is not tested.
#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/process.hpp"

namespace {

using spinoff::testing::ChildProcess;
using spinoff::testing::kWaitLimit;

const std::vector<std::string> kNames{
    "ask_from_an_actor/real_time",
    "ask_from_outside/real_time",
    "dispatch<1>",
    "dispatch<32>",
    "dispatch<8>",
    "envelope_other_thread/real_time",
    "envelope_same_thread/1",
    "envelope_same_thread/1000",
    "get_by_member_past_kept/0/real_time",
    "get_by_member_past_kept/100000/real_time",
    "get_by_predicate_past_kept/0/real_time",
    "get_by_predicate_past_kept/100000/real_time",
    "get_by_predicate_without_captures_past_kept/0/real_time",
    "get_by_predicate_without_captures_past_kept/100000/real_time",
    "get_of_another_type_past_kept/0/real_time",
    "get_of_another_type_past_kept/100000/real_time",
    "get_of_two_types_past_kept/0/real_time",
    "get_of_two_types_past_kept/100000/real_time",
    "mailbox_push_and_drain",
    "mailbox_two_producers/real_time",
    "spawn_and_stop_child/real_time",
    "spawn_and_stop_top_level/real_time",
    "timer_start_and_cancel/1000",
    "timer_start_and_cancel/1000000",
    "timer_start_and_expire"};

// A sanitizer makes it look through a hundred thousand kept messages ten times slower.
constexpr std::chrono::seconds kLimit = 5 * kWaitLimit;

/// What it prints, its lines sorted.
std::vector<std::string> micro(const std::string& argument) {
  ChildProcess process({MICRO, argument});
  BOOST_TEST(process.wait(kLimit) == 0, process.output());
  std::vector<std::string> result;
  std::istringstream in(process.output());
  for (std::string line; std::getline(in, line);) {
    result.push_back(line);
  }
  std::sort(result.begin(), result.end());
  return result;
}

bool begins_with_a_name(const std::string& line) {
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](const std::string& name) { return line.starts_with(name); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(micro_program)

BOOST_AUTO_TEST_CASE(lists_every_micro_benchmark) {
  BOOST_TEST(micro("--benchmark_list_tests") == kNames, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_micro_benchmark_runs) {
  std::vector<std::string> rows = micro("--benchmark_min_time=0.001");
  std::erase_if(rows, [](const std::string& row) { return !begins_with_a_name(row); });
  BOOST_TEST_REQUIRE(rows.size() == kNames.size());
  for (const std::string& row : rows) {
    BOOST_TEST(row.find("items_per_second=") != std::string::npos, row);
  }
}

BOOST_AUTO_TEST_SUITE_END()
