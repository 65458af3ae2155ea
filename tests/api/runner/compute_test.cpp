/// The compute service of the examples, in one node and over several, with workers that die.
#include <csignal>

#include <boost/test/unit_test.hpp>

#include "fixture.hpp"

namespace runner_test {
namespace {

constexpr std::string_view kLimit = "limit=2000000";
constexpr std::string_view kResult = "there are 148933 primes below 2000000";  // pi(2 000 000)
// So much that whoever is to die has not done it all before it is told to.
constexpr std::string_view kMore = "limit=4000000";
constexpr std::string_view kMoreResult = "there are 283146 primes below 4000000";

/// Its actor is <address>/coordinator.
ChildProcess coordinator(std::string_view limit = kLimit) {
  return ChildProcess(
      startnode({"--remoting", "127.0.0.1:0", "--name", "coordinator", "--actor",
                 "spinoff.examples.compute.Coordinator", "--params", std::string(limit)}));
}

Arguments worker_command(const std::string& coordinator) {
  return startnode({"--remoting", "127.0.0.1:0", "--actor", "spinoff.examples.compute.Worker",
                    "--params", "coordinator='" + coordinator + "/coordinator'"});
}

ChildProcess worker(const std::string& coordinator) {
  return ChildProcess(worker_command(coordinator));
}

void check_result(ChildProcess& coordinator, std::string_view result = kResult) {
  BOOST_TEST(coordinator.wait() == 0);
  BOOST_TEST(contains(coordinator.output(), "100 % are done"), coordinator.output());
  BOOST_TEST(contains(coordinator.output(), result), coordinator.output());
}

void check_end(ChildProcess& worker) {
  BOOST_TEST(worker.wait() == 0);
  BOOST_TEST(contains(worker.output(), "the coordinator has ended"), worker.output());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compute)

BOOST_AUTO_TEST_CASE(R01_the_compute_service_works_in_one_node) {
  const std::string parameters = "workers=3," + std::string(kLimit);
  const Ended ended =
      run(startnode({"--actor", "spinoff.examples.compute.AllInOne", "--params", parameters}));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "100 % are done, by 3 workers"), ended.output);
  BOOST_TEST(contains(ended.output, kResult), ended.output);
}

BOOST_AUTO_TEST_CASE(R01_a_compute_service_without_work_is_done_at_once) {
  const Ended ended =
      run(startnode({"--actor", "spinoff.examples.compute.Coordinator", "--params", "limit=0"}));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "there are 0 primes below 0"), ended.output);
}

BOOST_AUTO_TEST_CASE(R01_the_compute_service_works_over_three_nodes) {
  ChildProcess boss = coordinator();
  const std::string address = address_of(boss);
  ChildProcess first = worker(address);
  ChildProcess second = worker(address);
  check_result(boss);
  check_end(first);
  check_end(second);
}

BOOST_AUTO_TEST_CASE(W07_the_work_of_a_worker_that_is_killed_half_way_is_done_by_others) {
  ChildProcess boss = coordinator(kMore);
  const std::string address = address_of(boss);
  ChildProcess victim = worker(address);
  const std::string its_address = address_of(victim);
  boss.wait_for_line("40 % are done, by 1 workers");
  victim.signal(SIGKILL);
  BOOST_TEST(victim.wait() == -SIGKILL);
  ChildProcess first = worker(address);
  ChildProcess second = worker(address);
  boss.wait_for_line("<" + its_address + "/$Worker-1> is lost; its 2 pieces go to others");
  check_result(boss, kMoreResult);
  check_end(first);
  check_end(second);
}

// It is halted for longer than the silence. What it still sends is for nothing.
BOOST_AUTO_TEST_CASE(R05_a_worker_that_was_given_up_counts_no_piece_twice) {
  ChildProcess boss = coordinator(kMore);
  const std::string address = address_of(boss);
  ChildProcess victim = worker(address);
  boss.wait_for_line("40 % are done, by 1 workers");
  victim.signal(SIGSTOP);
  boss.wait_for_line("/$Worker-1> is lost; its 2 pieces go to others");
  victim.signal(SIGCONT);
  check_end(victim);
  ChildProcess other = worker(address);
  check_result(boss, kMoreResult);
  check_end(other);
}

// What cannot be logged is lost; the nodes go on.
BOOST_AUTO_TEST_CASE(N03_a_full_disk_for_the_log_holds_nobody_up) {
  const std::string onto_a_full_disk = "exec \"$@\" > /dev/full 2>&1";
  ChildProcess boss = coordinator();
  Arguments quiet{"sh", "-c", onto_a_full_disk, "sh"};
  for (const std::string& word : worker_command(address_of(boss))) {
    quiet.push_back(word);
  }
  ChildProcess first(quiet);
  check_result(boss);
  BOOST_TEST(first.wait() == 0);
  BOOST_TEST(first.output().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace runner_test
