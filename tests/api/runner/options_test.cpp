/// What each option of the runner does.
#include <chrono>
#include <csignal>
#include <string>

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include "fixture.hpp"

namespace runner_test {

BOOST_AUTO_TEST_SUITE(options)

namespace {

/// The time in front of a line of the log.
std::chrono::milliseconds time_of(const std::string& line) {
  const auto number = [&](std::size_t at, std::size_t digits) {
    return std::stoi(line.substr(at, digits));
  };
  return std::chrono::hours(number(0, 2)) + std::chrono::minutes(number(3, 2)) +
         std::chrono::seconds(number(6, 2)) + std::chrono::milliseconds(number(9, 3));
}

}  // namespace

BOOST_AUTO_TEST_CASE(N03_a_message_reaches_the_actor_as_text) {
  const Ended ended = run(with_actors("Echo", {"--name", "echo", "--message", "end"}));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, " info  /echo: got 'end'\n"));
}

BOOST_AUTO_TEST_CASE(N03_an_empty_message_is_one) {
  ChildProcess node(with_actors("Echo", {"--message", ""}));
  BOOST_TEST(node.wait_for_line("got ''") != "");
}

BOOST_AUTO_TEST_CASE(N03_parameters_reach_the_actor_as_its_types) {
  const Ended ended =
      run(with_actors("Typed", {"--params", "ratio=0.5, count=3, pause='2s', flag=true"}));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "/$Typed-1: count 3 ratio 0.5 flag true pause 2000\n"));
}

BOOST_AUTO_TEST_CASE(N03_each_line_of_the_log_has_the_time_the_level_and_the_actors_path) {
  ChildProcess node(with_actors("Ends", {"--name", "here"}));
  BOOST_TEST(node.wait_for_match(R"(^\d\d:\d\d:\d\d\.\d\d\d info  /here: ending$)") != "");
  BOOST_TEST(node.wait() == 0);
}

BOOST_AUTO_TEST_CASE(N03_log_level_leaves_out_what_is_below_it) {
  const auto lines = [](const char* level) {
    const std::string output = run(with_actors("Logs", {"--log-level", level})).output;
    return std::to_string(contains(output, "debug /$Logs-1: a debug line\n")) +
           std::to_string(contains(output, "info  /$Logs-1: an info line\n")) +
           std::to_string(contains(output, "warn  /$Logs-1: a warning line\n")) +
           std::to_string(contains(output, "error /$Logs-1: an error line\n"));
  };
  BOOST_TEST(lines("debug") == "1111");
  BOOST_TEST(lines("info") == "0111");
  BOOST_TEST(lines("warning") == "0011");
  BOOST_TEST(lines("error") == "0001");
  BOOST_TEST(lines("off") == "0000");
}

BOOST_AUTO_TEST_CASE(N03_keep_running_spawns_the_actor_again_when_it_has_ended) {
  ChildProcess node(with_actors("Echo", {"--keep-running", "--name", "echo", "--message", "end"}));
  for (int i = 0; i < 3; ++i) {
    node.wait_for_line("/echo: got 'end'");
    node.wait_for_line("</echo> has ended; spawning it again in 1 s");
  }
  node.signal(SIGTERM);
  BOOST_TEST(node.wait() == 0);
}

BOOST_AUTO_TEST_CASE(N03_keep_running_waits_a_second_before_it_spawns_again) {
  ChildProcess node(with_actors("Ends", {"--keep-running"}));
  const std::string ended = node.wait_for_line("has ended; spawning it again in 1 s");
  const std::string again = node.wait_for_line("ending");
  const auto pause = (time_of(again) - time_of(ended) + std::chrono::hours(24)) %
                     std::chrono::milliseconds(std::chrono::hours(24));
  BOOST_TEST(pause.count() >= 999);  // both are cut to milliseconds
  node.signal(SIGTERM);
  BOOST_TEST(node.wait() == 0);
}

BOOST_AUTO_TEST_CASE(N03_keep_running_also_goes_on_after_an_error) {
  ChildProcess node(with_actors("Fails", {"--keep-running"}));
  for (int i = 0; i < 2; ++i) {
    node.wait_for_line("out of paper");
    node.wait_for_line("has ended; spawning it again in 1 s");
  }
  node.signal(SIGINT);
  BOOST_TEST(node.wait() == 0);
}

BOOST_AUTO_TEST_CASE(N03_the_pidfile_is_there_while_the_node_runs) {
  const Folder folder;
  ChildProcess node(with_actors("Echo", {"--message", "x", "--pidfile", folder.file("pid")}));
  node.wait_for_line("got 'x'");
  BOOST_TEST(folder.read("pid") == std::to_string(node.id()) + "\n");
  BOOST_TEST(folder.names() == Arguments{"pid"});
  node.signal(SIGTERM);
  BOOST_TEST(node.wait() == 0);
  BOOST_TEST(folder.names().empty());
}

BOOST_AUTO_TEST_CASE(N03_a_pidfile_that_a_dead_process_left_is_replaced) {
  const Folder folder;
  ChildProcess dead(Arguments{"true"});
  BOOST_TEST(dead.wait() == 0);
  const std::string file = folder.write("pid", std::to_string(dead.id()) + "\n");
  ChildProcess node(with_actors("Echo", {"--message", "x", "--pidfile", file}));
  node.wait_for_line("got 'x'");
  BOOST_TEST(folder.read("pid") == std::to_string(node.id()) + "\n");
  node.signal(SIGTERM);
  BOOST_TEST(node.wait() == 0);
  BOOST_TEST(folder.names().empty());
}

BOOST_AUTO_TEST_CASE(N03_a_pidfile_that_another_has_replaced_stays) {
  const Folder folder;
  ChildProcess node(with_actors("Echo", {"--message", "x", "--pidfile", folder.file("pid")}));
  node.wait_for_line("got 'x'");
  const std::string other = folder.write("other", "1\n");
  std::filesystem::rename(other, folder.file("pid"));
  node.signal(SIGTERM);
  BOOST_TEST(node.wait() == 0);
  BOOST_TEST(folder.read("pid") == "1\n");
}

/// Each guest blocks its worker until all are there.
BOOST_AUTO_TEST_CASE(N03_so_many_actors_run_at_once_as_there_are_workers) {
  const Ended ended = run(with_actors("Host", {"--workers", "5", "--params", "guests=5"}));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "all 5 guests were there at once"));
}

BOOST_AUTO_TEST_CASE(N03_one_worker_is_one_thread) {
  const Ended ended = run(with_actors("CountsThreads", {"--workers", "1"}));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "100 actors ran on 1 thread"));
}

BOOST_AUTO_TEST_CASE(N03_any_sensible_number_of_workers_runs_an_actor) {
  for (const char* const workers : {"0", "1", "7"}) {
    BOOST_TEST_CONTEXT("workers " << workers) {
      const Ended ended = run(with_actors("Echo", {"--workers", workers, "--message", "end"}));
      BOOST_TEST(ended.status == 0);
      BOOST_TEST(contains(ended.output, "got 'end'"));
    }
  }
}

BOOST_AUTO_TEST_CASE(N03_list_shows_the_actor_classes_and_their_parameters) {
  const Ended ended = run(startnode({"--list", "--library", RUNNER_ACTORS}));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output,
                      "\nspinoff.examples.example2.ExampleProcess\n"
                      "    other_actor: an actor, '/path' or 'host:port/path'\n"));
  BOOST_TEST(contains(ended.output,
                      "runner_test.Typed\n"
                      "    count: a signed 32-bit integer\n"
                      "    ratio: a number\n"
                      "    flag: true or false\n"
                      "    pause: a duration such as '5s' or '250ms'\n"));
  BOOST_TEST(!contains(run(startnode({"--list"})).output, "runner_test."));
}

BOOST_AUTO_TEST_CASE(N03_a_library_in_the_current_folder_needs_no_slash) {
  const std::filesystem::path library(RUNNER_ACTORS);
  const Ended ended = run({"sh", "-c", "cd \"$0\" && exec \"$@\"", library.parent_path(), STARTNODE,
                           "--list", "--library", library.filename()});
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "runner_test.Echo\n"));
}

BOOST_AUTO_TEST_CASE(N03_a_config_file_has_the_same_options_and_the_command_line_wins) {
  const Folder folder;
  const std::string config = folder.write("node.toml", "library = '" RUNNER_ACTORS
                                                       "'\n"
                                                       "actor = 'runner_test.Echo'\n"
                                                       "name = 'configured'\n"
                                                       "message = 'end'\n"
                                                       "workers = 1\n"
                                                       "keep-running = true\n"
                                                       "log-level = 'info'\n"
                                                       "pidfile = '" +
                                                           folder.file("pid") + "'\n");
  ChildProcess node(startnode({"--config", config}));
  node.wait_for_line("/configured: got 'end'");
  node.wait_for_line("spawning it again");
  BOOST_TEST(folder.read("pid") == std::to_string(node.id()) + "\n");
  node.signal(SIGTERM);
  BOOST_TEST(node.wait() == 0);

  const Ended ended =
      run(startnode({"--config", config, "--name", "given", "--keep-running=false"}));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "/given: got 'end'"));
}

BOOST_AUTO_TEST_CASE(N03_a_config_file_may_name_several_libraries_and_parameters) {
  const Folder folder;
  const std::string config =
      folder.write("node.toml", "library = ['" RUNNER_ACTORS "', '" GREETER
                                "']\n"
                                "actor = 'spinoff.examples.greeter.Greeter'\n"
                                "params = \"greeting='Hi'\"\n"
                                "message = 'there'\n");
  BOOST_TEST(contains(run(startnode({"--config", config})).output, ": Hi, there!\n"));
}

BOOST_AUTO_TEST_CASE(N03_a_node_without_an_actor_waits_for_a_signal) {
  ChildProcess node(startnode({"--remoting", "127.0.0.1:0"}));
  BOOST_TEST(address_of(node).starts_with("127.0.0.1:"));
  node.signal(SIGTERM);
  BOOST_TEST(node.wait() == 0);
}

BOOST_AUTO_TEST_CASE(N03_help_and_version_are_answered) {
  const Ended help = run(startnode({"--help"}));
  BOOST_TEST(help.status == 0);
  for (const char* const option :
       {"--actor",     "--name",         "--params",    "--message",     "--remoting",
        "--pidfile",   "--keep-running", "--node-name", "--mapper-port", "--key",
        "--peers",     "--deny",         "--insecure",  "--workers",     "--library",
        "--log-level", "--config",       "--list",      "--version",     "--help"}) {
    BOOST_TEST(contains(help.output, option), "--help does not name " << option);
  }
  const Ended version = run(startnode({"--version"}));
  BOOST_TEST(version.status == 0);
  BOOST_TEST(version.output.starts_with("spinoff "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace runner_test
