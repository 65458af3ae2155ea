/// The program `savina`: every benchmark comes to the right result, and the command line keeps what
/// it promises. Speed is not tested.
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/process.hpp"

namespace {

using spinoff::testing::ChildProcess;

/// Enough for every kind of message to be sent, in a moment.
const std::map<std::string, std::vector<std::string>> kSmallSizes{
    {"apsp", {"n=24", "block=6"}},
    {"astar", {"grid=6", "workers=3", "threshold=10"}},
    {"banking", {"n=200", "accounts=20"}},
    {"barber", {"n=50", "room=3", "production=10", "haircut=100"}},
    {"big", {"n=20", "actors=12"}},
    {"bitonicsort", {"n=16"}},
    {"bndbuffer",
     {"items=20", "producers=4", "consumers=3", "buffer=6", "produce_cost=1", "consume_cost=1"}},
    {"chameneos", {"n=10", "meetings=200"}},
    {"cigsmok", {"rounds=50", "smokers=5"}},
    {"concdict", {"n=50", "workers=4", "keys=20"}},
    {"concsll", {"n=200", "workers=4"}},
    {"count", {"n=1000"}},
    {"facloc", {"n=500"}},
    {"fairness", {"n=1000", "others=2", "guest=20"}},
    {"fib", {"n=10"}},
    {"filterbank", {"simulations=100", "columns=16", "channels=3"}},
    {"fjcreate", {"n=200"}},
    {"fjthrput", {"n=50", "actors=6"}},
    {"handoff", {"n=5", "busy_us=100", "quiet_us=100"}},
    {"logmap", {"n=50", "series=4"}},
    {"memory", {"n=1000", "messages=1000", "timers=1000"}},
    {"nqueenk", {"n=6", "workers=3", "threshold=2"}},
    {"philosopher", {"n=5", "rounds=20"}},
    {"pingpong", {"n=500"}},
    {"piprecision", {"precision=100", "workers=3"}},
    {"quicksort", {"n=5000", "threshold=100"}},
    {"radixsort", {"n=100", "max=65536"}},
    {"recmatmul", {"n=32", "workers=3", "threshold=64"}},
    {"sieve", {"n=2000", "primes=50"}},
    {"skynet", {"size=1000"}},
    {"sor", {"size=6", "iterations=10"}},
    {"threadring", {"actors=10", "hops=500"}},
    {"trapezoid", {"n=10000", "workers=5"}},
    {"uct", {"nodes=200"}},
};

struct Ended {
  int status;
  std::string output;
};

Ended savina(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{SAVINA};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ChildProcess process(command);
  const int status = process.wait();
  return {.status = status, .output = process.output()};
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    result.push_back(line);
  }
  return result;
}

std::string first_word(const std::string& line) {
  return line.substr(0, line.find(' '));
}

/// What was measured by that name.
double figure(const Ended& ended, const std::string& name) {
  std::smatch found;
  const std::regex pattern("\"" + name + R"(":([\d.]+))");
  BOOST_TEST_REQUIRE(std::regex_search(ended.output, found, pattern), ended.output);
  return std::stod(found[1]);
}

bool matches(const std::string& text, const std::string& pattern) {
  return std::regex_match(text, std::regex(pattern));
}

void check_refused(const std::vector<std::string>& arguments, const std::string& says) {
  const Ended ended = savina(arguments);
  BOOST_TEST(ended.status == 2);
  BOOST_TEST_REQUIRE(lines(ended.output).size() == 1U, ended.output);
  BOOST_TEST(ended.output.find(says) != std::string::npos, ended.output);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(savina_program)

BOOST_AUTO_TEST_CASE(lists_every_benchmark_with_its_parameters) {
  const Ended ended = savina({"--list"});
  BOOST_TEST(ended.status == 0);
  std::vector<std::string> listed;
  for (const std::string& line : lines(ended.output)) {
    listed.push_back(first_word(line));
  }
  std::vector<std::string> known;
  for (const auto& [name, sizes] : kSmallSizes) {
    known.push_back(name);
  }
  BOOST_TEST(listed == known, boost::test_tools::per_element());
  BOOST_TEST(matches(lines(ended.output)[0], "apsp +n=300 block=50 max_weight=100 .*"));
}

BOOST_AUTO_TEST_CASE(every_benchmark_comes_to_the_right_result_with_any_number_of_workers) {
  for (const auto& [name, sizes] : kSmallSizes) {
    for (const char* const workers : {"1", "2", "4"}) {
      std::vector<std::string> arguments{name, "--json", "--repeat", "2", "--workers", workers};
      for (const std::string& size : sizes) {
        arguments.insert(arguments.end(), {"--set", size});
      }
      const Ended ended = savina(arguments);
      BOOST_TEST(ended.status == 0, name << " with " << workers << " workers: " << ended.output);
      BOOST_TEST(ended.output.find("\"verified\":true}") != std::string::npos, ended.output);
    }
  }
}

BOOST_AUTO_TEST_CASE(prints_one_json_object_a_benchmark_on_its_own_line) {
  const Ended ended =
      savina({"pingpong", "count", "--set", "n=10", "--repeat", "3", "--workers", "2", "--json"});
  BOOST_TEST(ended.status == 0);
  const auto objects = lines(ended.output);
  BOOST_TEST_REQUIRE(objects.size() == 2U);
  const std::string number = R"(\d+\.\d+)";
  const std::string rest = R"(\],"median_s":)" + number + R"(,"verified":true\})";
  BOOST_TEST(matches(objects[0], R"(\{"name":"pingpong","params":\{"n":10\},"workers":2,)"
                                 R"("messages":31,"seconds":\[)" +
                                     number + "," + number + "," + number + rest),
             objects[0]);
  BOOST_TEST(matches(objects[1], R"(\{"name":"count","params":\{"n":10\},.*)" + rest), objects[1]);
}

BOOST_AUTO_TEST_CASE(prints_a_table_for_people) {
  const Ended ended = savina({"count", "--set", "n=10", "--workers", "2", "--repeat", "1"});
  BOOST_TEST(ended.status == 0);
  const auto rows = lines(ended.output);
  BOOST_TEST_REQUIRE(rows.size() == 2U);
  BOOST_TEST(matches(rows[0], "benchmark +parameters +workers +messages +median s +messages/s .*"));
  BOOST_TEST(matches(rows[1], R"(count +n=10 +2 +13 +\d+\.\d+ +\d+ +yes)"), rows[1]);
}

BOOST_AUTO_TEST_CASE(memory_says_what_an_actor_a_queued_message_and_a_timer_cost) {
  const Ended ended = savina({"memory", "--json", "--repeat", "1", "--set", "n=20000"});
  BOOST_TEST(figure(ended, "bytes_per_actor") > 100);
  BOOST_TEST(figure(ended, "bytes_per_queued_message") > 10);
  BOOST_TEST(figure(ended, "bytes_per_timer") > 10);
}

#ifndef SPINOFF_SANITIZED  // there each block of the heap has a margin
BOOST_AUTO_TEST_CASE(M08_each_of_a_million_pending_timers_costs_less_than_100_bytes) {
  const Ended ended =
      savina({"memory", "--json", "--repeat", "1", "--set", "n=1", "--set", "messages=1"});
  BOOST_TEST(figure(ended, "bytes_per_timer") < 100);
}
#endif

BOOST_AUTO_TEST_CASE(handoff_says_how_long_messages_waited_for_their_sender) {
  const Ended ended = savina({"handoff", "--json", "--repeat", "1", "--workers", "1", "--set",
                              "n=10", "--set", "busy_us=2000"});
  BOOST_TEST(ended.status == 0);
  // Nobody else can begin before the only worker has done with the sender.
  BOOST_TEST(figure(ended, "p50_us") >= 2000);
  BOOST_TEST(figure(ended, "p90_us") >= figure(ended, "p50_us"));
  BOOST_TEST(figure(ended, "p99_us") >= figure(ended, "p90_us"));
}

BOOST_AUTO_TEST_CASE(fairness_says_what_the_others_got_and_how_long_they_waited) {
  const Ended ended =
      savina({"fairness", "--json", "--repeat", "1", "--set", "n=1000", "--set", "guest=20"});
  BOOST_TEST(ended.status == 0);
  for (const char* const name :
       {"min_share_percent", "min_pair_share_percent", "max_wait_us", "chain_max_wait_us"}) {
    BOOST_TEST(figure(ended, name) >= 0);
  }
}

BOOST_AUTO_TEST_CASE(a_run_that_takes_longer_than_its_limit_fails_and_says_so) {
  const Ended ended = savina(
      {"handoff", "--limit", "1", "--repeat", "1", "--set", "n=1", "--set", "busy_us=1500000"});
  BOOST_TEST(ended.status == 1);
  BOOST_TEST(ended.output.find("savina: handoff failed: ") != std::string::npos, ended.output);
  BOOST_TEST(ended.output.find("of 2 reports are missing after 1 s: ") != std::string::npos,
             ended.output);
}

BOOST_AUTO_TEST_CASE(mistakes_get_a_line_that_says_what_to_do_and_exit_status_2) {
  check_refused({}, "--list");
  check_refused({"pingpang"}, "there is no benchmark 'pingpang'; `savina --list`");
  check_refused({"count", "--set", "hops=3"}, "there is no parameter 'hops' to --set: count has n");
  check_refused({"count", "--set", "n"}, "--set takes key=value, not 'n'");
  check_refused({"count", "--set", "n=many"}, "n of count is a whole number from 1 to");
  check_refused({"fib", "--set", "n=41"}, "n of fib is a whole number from 1 to 40, not '41'");
  check_refused({"skynet", "--set", "size=12"}, "size of skynet is a power of 10, not 12");
  check_refused({"count", "--workers", "0"}, "--workers is a whole number from 1 to 1024, not '0'");
  check_refused({"count", "--limit", "0"}, "--limit is a whole number from 1 to");
  check_refused({"count", "--repeat", "x"}, "--repeat is a whole number from 1 to");
  check_refused({"count", "--fast"}, "--fast");
}

BOOST_AUTO_TEST_SUITE_END()
