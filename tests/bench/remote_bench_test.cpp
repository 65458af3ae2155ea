/// The program `remote_bench`: two processes talk, and nothing is lost. Speed is not tested.
#include <regex>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

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
  std::string object = R"(\{"messages":20000,"size":16,"pairs":1,"asks":100,)";
  for (const char* const key :
       {"flood_msgs_per_s", "ask_p50_us", "ask_p99_us", "flood_cpu_ns", "zmq_msgs_per_s",
        "zmq_rtt_p50_us", "zmq_rtt_p99_us", "zmq_flood_cpu_ns"}) {
    object += fmt::format(R"("{}":{},)", key, number);
  }
  object += R"("lost":0\}\n)";
  BOOST_TEST(std::regex_match(process.output(), std::regex(object)), process.output());
}

BOOST_AUTO_TEST_CASE(a_flood_of_large_messages_loses_nothing_either) {
  ChildProcess process(
      remote_bench({"--messages", "100", "--size", "1048576", "--asks", "1", "--json"}));
  BOOST_TEST(process.wait() == 0);
  BOOST_TEST(process.output().find("\"lost\":0}") != std::string::npos, process.output());
}

BOOST_AUTO_TEST_CASE(a_flood_of_several_pairs_loses_nothing) {
  ChildProcess process(
      remote_bench({"--messages", "10007", "--pairs", "16", "--asks", "1", "--json"}));
  BOOST_TEST(process.wait() == 0);
  BOOST_TEST(process.output().find("\"pairs\":16") != std::string::npos, process.output());
}

BOOST_AUTO_TEST_CASE(a_sweep_runs_all_sizes_and_numbers_of_pairs) {
  ChildProcess process(remote_bench({"--sweep", "--messages", "50", "--asks", "1", "--json"}));
  BOOST_TEST(process.wait() == 0);
  const std::string output = process.output();
  for (const char* const size : {"16", "1024", "65536", "1048576"}) {
    for (const char* const pairs : {"1", "4", "16"}) {
      const std::string row = fmt::format(R"({{"messages":50,"size":{},"pairs":{},)", size, pairs);
      BOOST_TEST(output.find(row) != std::string::npos, row << " is not in\n" << output);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_node_with_idle_peers_says_what_it_uses) {
  ChildProcess process(remote_bench({"--idle-peers", "3", "--seconds", "1", "--json"}));
  BOOST_TEST(process.wait() == 0);
  const std::regex object(R"(\{"idle_peers":3,"seconds":1,"cpu_percent":[\d.]+,"lost":0\}\n)");
  BOOST_TEST(std::regex_match(process.output(), object), process.output());
}

BOOST_AUTO_TEST_CASE(a_mesh_of_nodes_in_several_processes_meets_and_leaves_nothing) {
  ChildProcess process(remote_bench({"--mesh", "7", "--processes", "2", "--json"}));
  BOOST_TEST(process.wait() == 0);
  const std::string output = process.output();
  BOOST_TEST(output.find(R"("sessions":42,"heard":42,"lost":0)") != std::string::npos, output);
  BOOST_TEST(output.find(R"("files_left":0)") != std::string::npos, output);
  BOOST_TEST(output.find(R"("threads_left":0)") != std::string::npos, output);
}

BOOST_AUTO_TEST_CASE(a_mesh_that_needs_more_files_than_a_process_may_have_says_so) {
  ChildProcess process({"sh", "-c", "ulimit -n 2000; exec \"$0\" --mesh 100", REMOTE_BENCH});
  BOOST_TEST(process.wait() == 2);
  BOOST_TEST(std::regex_match(process.output(),
                              std::regex("remote_bench: .* it may have 2000 here; .*\n")),
             process.output());
}

BOOST_AUTO_TEST_CASE(mistakes_get_one_line_and_exit_status_2) {
  for (const auto& wrong : {std::vector<std::string>{"--messages", "0"},
                            {"--size", "x"},
                            {"more"},
                            {"--mesh", "1"},
                            {"--messages", "3", "--pairs", "4"}}) {
    ChildProcess process(remote_bench(wrong));
    BOOST_TEST(process.wait() == 2);
    BOOST_TEST(std::regex_match(process.output(), std::regex("remote_bench: .+\n")),
               process.output());
  }
}

BOOST_AUTO_TEST_SUITE_END()
