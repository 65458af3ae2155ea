/// The program `remote_bench`: two processes talk, and nothing is lost. Speed is not tested.
#include <regex>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/process.hpp"

namespace {

using spinoff::testing::ChildProcess;

std::vector<std::string> remote_bench(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), REMOTE_BENCH);
  return arguments;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(remote_bench_program)

BOOST_AUTO_TEST_CASE(a_flood_between_two_processes_loses_nothing) {
  ChildProcess process(remote_bench({"--messages", "20000", "--asks", "100", "--json"}));
  BOOST_TEST(process.wait() == 0);
  const std::string number = R"([\d.]+)";
  const std::regex object(R"(\{"messages":20000,"size":16,"asks":100,"flood_msgs_per_s":)" +
                          number + R"(,"zmq_msgs_per_s":)" + number + R"(,"ask_p50_us":)" + number +
                          R"(,"ask_p99_us":)" + number + R"(,"zmq_rtt_p50_us":)" + number +
                          R"(,"zmq_rtt_p99_us":)" + number + R"(,"lost":0\}\n)");
  BOOST_TEST(std::regex_match(process.output(), object), process.output());
}

BOOST_AUTO_TEST_CASE(a_flood_of_large_messages_loses_nothing_either) {
  ChildProcess process(
      remote_bench({"--messages", "100", "--size", "1048576", "--asks", "1", "--json"}));
  BOOST_TEST(process.wait() == 0);
  BOOST_TEST(process.output().find("\"lost\":0}") != std::string::npos, process.output());
}

BOOST_AUTO_TEST_CASE(mistakes_get_one_line_and_exit_status_2) {
  for (const auto& wrong :
       {std::vector<std::string>{"--messages", "0"}, {"--size", "x"}, {"more"}}) {
    ChildProcess process(remote_bench(wrong));
    BOOST_TEST(process.wait() == 2);
    BOOST_TEST(std::regex_match(process.output(), std::regex("remote_bench: .+\n")),
               process.output());
  }
}

BOOST_AUTO_TEST_SUITE_END()
