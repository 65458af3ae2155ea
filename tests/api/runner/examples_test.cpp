/// The examples, run as a user runs them.
#include <csignal>

#include <boost/test/unit_test.hpp>

#include "fixture.hpp"

namespace runner_test {

BOOST_AUTO_TEST_SUITE(examples)

BOOST_AUTO_TEST_CASE(N01_example1_greets_until_it_is_stopped) {
  ChildProcess node(startnode({"--actor", "spinoff.examples.example1.ExampleProcess"}));
  const std::string child = "</$ExampleProcess-1/$ExampleActor-1>";
  for (int i = 0; i < 2; ++i) {
    node.wait_for_line("/$ExampleProcess-1: sending greeting to " + child);
    node.wait_for_line("/$ExampleProcess-1: got 'ack' from " + child + "; now sleeping a bit...");
  }
  node.signal(SIGTERM);
  BOOST_TEST(node.wait() == 0);
  const std::string output = node.output();
  BOOST_TEST(contains(output, "/$ExampleProcess-1: waiting for ack from " + child + "\n"));
  BOOST_TEST(contains(output, "/$ExampleActor-1: starting\n"));
  BOOST_TEST(contains(output, "/$ExampleActor-1: 'hello!' from </$ExampleProcess-1>\n"));
  BOOST_TEST(contains(output, "/$ExampleActor-1: stopping\n"));
}

BOOST_AUTO_TEST_CASE(N02_example2_greets_an_actor_in_another_process) {
  ChildProcess other(startnode({"--remoting", "127.0.0.1:0", "--actor",
                                "spinoff.examples.example2.ExampleActor", "--name", "other"}));
  const std::string actor = address_of(other) + "/other";
  ChildProcess greeter(
      startnode({"--remoting", "127.0.0.1:0", "--actor", "spinoff.examples.example2.ExampleProcess",
                 "--params", "other_actor='" + actor + "'"}));
  const std::string process = address_of(greeter) + "/$ExampleProcess-1";
  for (int i = 0; i < 2; ++i) {
    other.wait_for_line(actor + ": 'hello!' from <" + process + ">");
  }
  greeter.wait_for_line(process + ": got 'ack' from <" + actor + ">; now sleeping a bit...");
  greeter.signal(SIGINT);
  BOOST_TEST(greeter.wait() == 0);
  other.signal(SIGTERM);
  BOOST_TEST(other.wait() == 0);
  BOOST_TEST(contains(other.output(), actor + ": starting\n"));
  BOOST_TEST(contains(other.output(), actor + ": stopping\n"));
  BOOST_TEST(contains(greeter.output(), process + ": sending greeting to <" + actor + ">\n"));
  BOOST_TEST(contains(greeter.output(), process + ": waiting for ack from <" + actor + ">\n"));
}

BOOST_AUTO_TEST_CASE(N02_example2_runs_unmodified_on_one_node) {
  ChildProcess node(startnode({"--actor", "spinoff.examples.example2_local.LocalApp"}));
  node.wait_for_line("/$LocalApp-1: spawning ExampleActor");
  node.wait_for_line("/$LocalApp-1: spawning ExampleProcess");
  for (int i = 0; i < 2; ++i) {
    node.wait_for_match("ExampleProcess-.: got 'ack' from </.LocalApp-1/.ExampleActor-1>; now");
  }
  node.signal(SIGTERM);
  BOOST_TEST(node.wait() == 0);
  BOOST_TEST(contains(node.output(), "/$LocalApp-1/$ExampleActor-1: starting\n"));
  BOOST_TEST(contains(node.output(), "/$LocalApp-1/$ExampleActor-1: 'hello!' from </$LocalApp-1/"));
  BOOST_TEST(contains(node.output(), "/$LocalApp-1/$ExampleActor-1: stopping\n"));
}

BOOST_AUTO_TEST_CASE(S04_the_example_of_supervision_restarts_its_worker_twice_and_then_gives_up) {
  const Ended ended = run(startnode({"--actor", "spinoff.examples.supervision.Supervisor"}));
  BOOST_TEST(ended.status == 0);
  const std::string supervisor = "/$Supervisor-1: ";
  const std::string worker = "/$Supervisor-1/worker: ";
  std::size_t at = 0;
  for (const std::string& line :
       {worker + "ready", worker + "job 2 is done; 2 since I began", worker + "ready",
        worker + "job 5 is done; 2 since I began", worker + "ready",
        worker + "job 8 is done; 2 since I began",
        supervisor + "</$Supervisor-1/worker> has failed: job 9 is too hard",
        supervisor + "</$Supervisor-1/worker> is beyond repair"}) {
    at = ended.output.find(line + "\n", at);
    BOOST_TEST_REQUIRE(at != std::string::npos, line << " is missing in\n" << ended.output);
  }
  BOOST_TEST(!contains(ended.output, "job 10 is done"));
}

BOOST_AUTO_TEST_CASE(R12_the_example_of_a_relay_reads_what_it_cannot_reach_directly) {
  const Ended ended = run(startnode({"--actor", "spinoff.examples.relay.Demo"}));
  BOOST_TEST(ended.status == 0);
  for (const char* const line :
       {"what stands on page 1", "what stands on page 3", "all of it came by 127.0.0.3:"}) {
    BOOST_TEST(contains(ended.output, line), line << " is missing in\n" << ended.output);
  }
}

BOOST_AUTO_TEST_CASE(T07_the_worker_pool_counts_primes) {
  const Ended ended =
      run(startnode({"--actor", "spinoff.examples.worker_pool.Boss", "--params", "limit=10500"}));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "4 workers look at the numbers below 10500\n"));
  BOOST_TEST(contains(ended.output, "there are 1284 primes below 10500\n"));
}

BOOST_AUTO_TEST_CASE(M13_the_pipeline_never_holds_more_than_its_mailboxes_do) {
  const Ended ended = run(startnode(
      {"--actor", "spinoff.examples.bounded_pipeline.Pipeline", "--params", "blocks=100"}));
  BOOST_TEST(ended.status == 0);
  // Each byte of block n is n. In the mailbox are 8; one waits, one is made, one is worked on.
  BOOST_TEST(contains(ended.output, "100 blocks went through, with the sum 324403200; at most "));
  const std::string::size_type most = ended.output.find("at most ");
  BOOST_TEST_REQUIRE(most != std::string::npos);
  BOOST_TEST(std::stoi(ended.output.substr(most + 8)) <= 11);
}

BOOST_AUTO_TEST_CASE(Y03_the_bank_transfers_what_there_is) {
  const Ended ended = run(startnode({"--actor", "spinoff.examples.bank.Bank"}));
  BOOST_TEST(ended.status == 0);
  const std::string bank = "/$Bank-1";
  BOOST_TEST(contains(ended.output, bank + ": sent 70 euros: <" + bank + "/alice> has 30, <" +
                                        bank + "/bob> has 70\n"));
  BOOST_TEST(contains(ended.output, bank + ": cannot send 70 euros: "));
  BOOST_TEST(contains(ended.output, "there are only 30 euros\n"));
}

BOOST_AUTO_TEST_CASE(H01_the_door_shuts_by_itself_and_lets_in_who_waited_when_it_is_unlocked) {
  const Ended ended = run(startnode({"--actor", "spinoff.examples.door.House"}));
  BOOST_TEST(ended.status == 0);
  std::size_t at = 0;
  for (const std::string state : {"open", "held open", "shut", "locked", "somebody waits outside",
                                  "unlocked", "open", "shut"}) {
    const std::string line = "/$House-1/door: " + state + "\n";
    at = ended.output.find(line, at);
    BOOST_TEST_REQUIRE(at != std::string::npos, line << " is missing in\n" << ended.output);
    at += line.size();
  }
}

BOOST_AUTO_TEST_CASE(C07_the_dining_philosophers_all_get_what_they_want) {
  const Ended ended = run(
      startnode({"--actor", "spinoff.examples.dining_philosophers.Table", "--params", "meals=20"}));
  BOOST_TEST(ended.status == 0);
  std::size_t at = 0;
  for (const std::string name : {"Socrates", "Plato", "Hypatia", "Kant", "Arendt"}) {
    at = ended.output.find("/$Table-1: " + name + " ate 20 times\n", at);
    BOOST_TEST_REQUIRE(at != std::string::npos, name << " is missing in\n" << ended.output);
  }
}

void check_coordinator(const std::string& output) {
  for (const char* const line :
       {": worker 1 is <", "> is started again: worker 1 has a bad day\n",
        ": asking again for the numbers from 2000\n", ": there are 669 primes below 5000\n"}) {
    BOOST_TEST(contains(output, line), line << " is missing in\n" << output);
  }
}

BOOST_AUTO_TEST_CASE(R13_the_coordinator_spawns_its_worker_at_another_node) {
  ChildProcess other(startnode({"--remoting", "127.0.0.1:0", "--allow-remote-spawn"}));
  const std::string there = address_of(other);
  const Ended ended = run(startnode({"--remoting", "127.0.0.1:0", "--actor",
                                     "spinoff.examples.remote_spawn.Coordinator", "--params",
                                     "nodes=['" + there + "'], limit=5000"}));
  BOOST_TEST(ended.status == 0);
  check_coordinator(ended.output);
  BOOST_TEST(contains(ended.output, ": worker 1 is <" + there + "/$remote/Worker-1-"));
  BOOST_TEST(!contains(ended.output, "worker 1 is ready"));
  other.wait_for_line("worker 1 is ready");
  other.wait_for_line("worker 1 goes home");
  other.wait_for_line("worker 1 is ready");
  other.wait_for_line("worker 1 goes home");
  other.signal(SIGTERM);
  BOOST_TEST(other.wait() == 0);
}

BOOST_AUTO_TEST_CASE(R13_the_coordinator_runs_unmodified_on_one_node) {
  const Ended ended = run(startnode({"--actor", "spinoff.examples.remote_spawn.Coordinator",
                                     "--params", "nodes=[''], limit=5000"}));
  BOOST_TEST(ended.status == 0);
  check_coordinator(ended.output);
}

BOOST_AUTO_TEST_CASE(R13_a_startnode_that_was_not_told_to_spawns_nothing_for_others) {
  ChildProcess other(startnode({"--remoting", "127.0.0.1:0"}));
  const std::string there = address_of(other);
  const Ended ended = run(startnode({"--remoting", "127.0.0.1:0", "--actor",
                                     "spinoff.examples.remote_spawn.Coordinator", "--params",
                                     "nodes=['" + there + "'], limit=5000"}));
  BOOST_TEST(ended.status == 1);
  BOOST_TEST(contains(ended.output, "at " + there +
                                        ": that node spawns no actors for others; start it with "
                                        "NodeOptions::allow_remote_spawn, or startnode "
                                        "--allow-remote-spawn\n"));
}

BOOST_AUTO_TEST_CASE(N03_the_example_of_a_library_runs_in_a_runner_that_does_not_know_it) {
  const Ended ended =
      run(startnode({"--library", GREETER, "--actor", "spinoff.examples.greeter.Greeter",
                     "--params", "greeting='Good morning'", "--message", "world"}));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "/$Greeter-1: Good morning, world!\n"));
}

BOOST_AUTO_TEST_CASE(the_main_job_shows_two_nodes_that_greet_and_then_sends_a_million_messages) {
  ChildProcess job({MAIN_JOB});
  for (int i = 0; i < 5; ++i) {
    job.wait_for_match("^greeter .*got 'ack' from <127.0.0.1:[0-9]+/other>");
  }
  job.wait_for_line("both nodes stopped in an orderly way");
  job.wait_for_match("[0-9.]+ million messages a second");
  BOOST_TEST(job.wait() == 0);
  BOOST_TEST(contains(job.output(), "\nother   | "));
}

BOOST_AUTO_TEST_CASE(the_main_job_refuses_arguments_in_one_line) {
  const Ended ended = run({MAIN_JOB, "--fast"});
  BOOST_TEST(ended.status == 2);
  BOOST_TEST(ended.output == "main_job: it takes no arguments, but was given '--fast'\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace runner_test
