/// The program `soak`: nodes under faults hold what they promise, and one that does not is found.
#include <cmath>
#include <deque>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "soak/usage.hpp"
#include "support/process.hpp"

namespace {

using namespace std::chrono_literals;
using spinoff::soak::Growth;
using spinoff::testing::ChildProcess;

std::vector<std::string> soak(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), SOAK);
  return arguments;
}

/// So many KiB at each second, for so long.
template <class Kib>
Growth growth(int seconds, Kib kib) {
  Growth growth;
  for (int second = 0; second <= seconds; second += 3) {
    growth.add(second, kib(second));
  }
  return growth;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(soak_program)

BOOST_AUTO_TEST_CASE(three_nodes_under_faults_hold_everything) {
  ChildProcess process(soak({"--seconds", "8", "--json"}));
  BOOST_TEST(process.wait(150s) == 0, process.output());
  const std::regex object(
      R"(\{"seconds":[\d.]+,"seed":\d+,"faults":\{"kill":\d+,"restart":\d+,"halt":\d+,"hold":\d+,)"
      R"("cut":\d+,"reset":\d+\},"calms":[1-9]\d*,"calms_disturbed":\d+,"recovery_median_s":.*,)"
      R"("stops":\d+,.*"sent":[1-9]\d*,"handled":[1-9]\d*,"dead_letters":\d+,"lost":\d+,.*)"
      R"("answered":[1-9]\d*,.*"watches":[1-9]\d*,"families":[1-9]\d*,"far_spawns":[1-9]\d*,)"
      R"("late":\d+,"nodes":\[\{"name":"a",.*"wrongs":0,"wrong":\[\],"held":true\}\n)");
  BOOST_TEST(std::regex_match(process.output(), object), process.output());
}

BOOST_AUTO_TEST_CASE(what_does_not_hold_is_found) {
  const std::vector<std::pair<std::string, std::string>> sabotages{
      {"repeat", "number 100 of stream 1 from node . \\(its start 1\\) came twice"},
      {"lose", "\\d+ sent, \\d+ handled, 0 dead letters, and nothing has ended"},
      {"deaf", "nothing comes from stream . of node . to node . after"},
      {"ask", "of \\d+ asks that began, \\d+ have ended"},
      {"watch", "of \\d+ watches that began, \\d+ have ended"},
      {"stay", "1 actors are left that should have stopped"},
      {"file", "files open and \\d+ threads, and had"},
      {"thread", "files open and \\d+ threads, and had"},
      {"die", "stopped with exit status 3"},
      {"hang", "did not stop in time"}};
  std::deque<ChildProcess> processes;
  for (const auto& [sabotage, text] : sabotages) {
    processes.emplace_back(
        soak({"--seconds", "3", "--seed", "5", "--patience", "12", "--sabotage", sabotage}));
  }
  for (std::size_t i = 0; i < sabotages.size(); ++i) {
    BOOST_TEST(processes[i].wait(170s) == 1, sabotages[i].first << ": " << processes[i].output());
    BOOST_TEST(
        std::regex_search(processes[i].output(), std::regex("WRONG: .*" + sabotages[i].second)),
        sabotages[i].first << ": " << processes[i].output());
  }
}

BOOST_AUTO_TEST_CASE(memory_that_stays_the_same_does_not_grow) {
  const Growth flat = growth(600, [](int second) { return 40000 + 3000 * std::sin(second); });
  BOOST_TEST_REQUIRE(flat.kib_per_minute().has_value());
  BOOST_TEST(std::abs(*flat.kib_per_minute()) < 100);
  BOOST_TEST(*flat.kib_per_minute() < flat.bound());
}

BOOST_AUTO_TEST_CASE(memory_that_grows_is_told_by_how_much) {
  const Growth growing = growth(600, [](int second) { return 40000.0 + second * 100; });
  BOOST_TEST_REQUIRE(growing.kib_per_minute().has_value());
  BOOST_TEST(std::abs(*growing.kib_per_minute() - 6000) < 0.01);
  BOOST_TEST(*growing.kib_per_minute() > growing.bound());
}

BOOST_AUTO_TEST_CASE(memory_that_fills_up_at_the_start_does_not_grow) {
  const Growth filled =
      growth(120, [](int second) { return second < 30 ? 1000.0 * second : 30000.0; });
  BOOST_TEST_REQUIRE(filled.kib_per_minute().has_value());
  BOOST_TEST(std::abs(*filled.kib_per_minute()) < 0.01);
}

BOOST_AUTO_TEST_CASE(of_a_short_time_nothing_is_said) {
  BOOST_TEST(!Growth().kib_per_minute().has_value());
  BOOST_TEST(!growth(60, [](int second) { return second * 1000.0; }).kib_per_minute().has_value());
}

BOOST_AUTO_TEST_CASE(mistakes_get_one_line_and_exit_status_2) {
  for (const auto& wrong : {std::vector<std::string>{"--minutes", "0"},
                            {"--minutes", "x"},
                            {"more"},
                            {"--minutes", "1", "--seconds", "60"},
                            {"--sabotage", "sing"},
                            {"--node", "7"}}) {
    ChildProcess process(soak(wrong));
    BOOST_TEST(process.wait() == 2);
    BOOST_TEST(std::regex_match(process.output(), std::regex("soak: .+\n")), process.output());
  }
}

BOOST_AUTO_TEST_SUITE_END()
