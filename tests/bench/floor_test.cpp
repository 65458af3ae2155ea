/// The program `floor`: its queues lose nothing and keep the order of a ping-pong, and it says so
/// as savina does.
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/process.hpp"

namespace {

using spinoff::testing::ChildProcess;

struct Ended {
  int status;
  std::string output;
};

Ended floor_program(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{FLOOR};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ChildProcess process(command);
  const int status = process.wait();
  return {.status = status, .output = process.output()};
}

void check_verified(const std::string& name, int n, int messages) {
  const Ended ended = floor_program(
      {name, "--json", "--repeat", "3", "--set", "n=" + std::to_string(n), "--workers", "1"});
  BOOST_TEST(ended.status == 0, ended.output);
  const std::string begin = R"({"name":")" + name + R"(","params":{"n":)" + std::to_string(n) +
                            R"(},"workers":1,"messages":)" + std::to_string(messages) +
                            R"(,"seconds":[)";
  BOOST_TEST(ended.output.starts_with(begin), ended.output);
  BOOST_TEST(ended.output.ends_with("\"verified\":true}\n"), ended.output);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(floor_without_actors)

BOOST_AUTO_TEST_CASE(every_workload_comes_to_the_right_result) {
  check_verified("pingpong", 5000, 15'001);
  check_verified("pingpong_atomic", 5000, 15'001);
  check_verified("count", 20'000, 20'001);
  check_verified("count_one_thread", 20'000, 20'003);
}

BOOST_AUTO_TEST_CASE(has_no_actor_workload_and_says_which_program_it_is) {
  const Ended ended = floor_program({"skynet"});
  BOOST_TEST(ended.status == 2);
  BOOST_TEST(ended.output.find("floor: there is no benchmark 'skynet'; `floor --list`") !=
                 std::string::npos,
             ended.output);
}

BOOST_AUTO_TEST_SUITE_END()
