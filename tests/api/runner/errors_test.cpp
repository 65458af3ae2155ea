/// What the runner refuses: one line that says what and what to do, exit status 2, nothing left.
#include <csignal>

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include "fixture.hpp"

namespace runner_test {

namespace {

constexpr const char* kExample2 = "spinoff.examples.example2.ExampleProcess";

// Each of `told` has to be in the one line that is written.
void check_refused(const Arguments& arguments, const std::vector<std::string_view>& told) {
  const Folder folder;
  Arguments all = arguments;
  if (std::find(arguments.begin(), arguments.end(), "--pidfile") == arguments.end()) {
    all.insert(all.begin(), {"--pidfile", folder.file("pid")});
  }
  const Ended ended = run(startnode(all));
  BOOST_TEST_CONTEXT(ended.output) {
    BOOST_TEST(ended.status == 2);
    BOOST_TEST(ended.output.starts_with("startnode: "));
    BOOST_TEST(std::count(ended.output.begin(), ended.output.end(), '\n') == 1);
    for (const std::string_view part : told) {
      BOOST_TEST(contains(ended.output, part), "it does not say '" << part << "'");
    }
    BOOST_TEST(folder.names().empty());
  }
}

boost::test_tools::assertion_result can_fill_disks(boost::unit_test::test_unit_id) {
  const Ended probe = run({"unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"});
  boost::test_tools::assertion_result result(probe.status == 0);
  result.message() << "a file system of one's own needs root: " << probe.output;
  return result;
}

void check_config_refused(std::string_view config, const std::vector<std::string_view>& told) {
  const Folder folder;
  check_refused({"--config", folder.write("c.toml", config)}, told);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(N04_an_unknown_actor_is_told_with_names_that_are_alike) {
  check_refused({"--actor", "spinoff.examples.example1.ExampelProcess"},
                {"there is no actor class \"spinoff.examples.example1.ExampelProcess\"",
                 "(similar: spinoff.examples.example1.ExampleProcess", "--list", "--library"});
  check_refused({"--actor", ""}, {"there is no actor class \"\"", "--list"});
  check_refused({"--actor", "two\nlines"}, {"there is no actor class \"two\\nlines\""});
}

BOOST_AUTO_TEST_CASE(N04_a_bad_parameter_is_told_with_actor_name_type_and_value) {
  const std::string actor = std::string("actor ") + kExample2 + ": ";
  const auto check = [&](const std::string& params, std::string_view told) {
    // With remoting, since nothing but the error may be written by a node that runs already.
    check_refused({"--actor", kExample2, "--remoting", "127.0.0.1:0", "--params", params},
                  {actor, told});
  };
  check("", "parameter 'other_actor' is missing: expected an actor, '/path' or 'host:port/path'");
  check("other_actor=3",
        "parameter 'other_actor': expected an actor, '/path' or 'host:port/path', "
        "was given 3");
  check("other_actor='/x'", "parameter 'other_actor': there is no actor '/x' on this node");
  check("other_actor='h:x/y'", "parameter 'other_actor': expected an actor");
  check("other='h:1/y'", "parameter 'other' is not known here; there is 'other_actor'");
  check("other_actor='h:1/y', more=1", "parameter 'more' is not known here");
}

BOOST_AUTO_TEST_CASE(N04_parameters_that_cannot_be_read_are_told) {
  check_refused({"--actor", kExample2, "--params", "other_actor=127.0.0.1:9700/other"},
                {"parameter 'other_actor': cannot read", "with each text in quotes"});
}

BOOST_AUTO_TEST_CASE(R11_a_bad_node_id_is_told_with_the_reason) {
  check_refused({"--remoting", "nonsense"},
                {"remoting: invalid node id \"nonsense\"", "write host:port"});
  check_refused({"--remoting", "127.0.0.1:99999"}, {"remoting: invalid node id", "99999"});
  check_refused({"--remoting", "a b:1"}, {"remoting: invalid node id \"a b:1\""});
  check_refused({"--remoting", "host.invalid:9700"}, {"host.invalid:9700"});
}

BOOST_AUTO_TEST_CASE(N04_a_port_in_use_is_told) {
  ChildProcess first(startnode({"--remoting", "127.0.0.1:0"}));
  const std::string address = address_of(first);
  check_refused({"--remoting", address}, {address, "the port is in use", "choose another port"});
  first.signal(SIGTERM);
  BOOST_TEST(first.wait() == 0);
}

BOOST_AUTO_TEST_CASE(N04_a_bad_name_is_told_with_the_rule) {
  check_refused({"--actor", kExample2, "--name", "a/b", "--params", "other_actor='h:1/x'"},
                {"'a/b'", "'/'"});
  check_refused({"--actor", kExample2, "--name", "$a", "--params", "other_actor='h:1/x'"},
                {"'$a'", "'$'"});
}

BOOST_AUTO_TEST_CASE(N04_a_bad_number_of_workers_is_told_with_the_limits) {
  for (const char* const workers : {"4095", "-1", "x", "2x", "99999999999999999999"}) {
    check_refused({"--remoting", "127.0.0.1:0", std::string("--workers=") + workers},
                  {"workers", "1 to 4094"});
  }
}

BOOST_AUTO_TEST_CASE(N04_a_bad_log_level_is_told_with_those_that_there_are) {
  check_refused({"--remoting", "127.0.0.1:0", "--log-level", "loud"},
                {"--log-level: expected debug, info, warning, error or off", "\"loud\""});
}

BOOST_AUTO_TEST_CASE(N04_a_library_that_cannot_be_loaded_is_told_with_the_reason) {
  const Folder folder;
  check_refused({"--library", folder.file("none.so"), "--list"},
                {"cannot load the library", "none.so", "No such file"});
  check_refused({"--library", folder.write("text.so", "text"), "--list"},
                {"cannot load the library", "text.so", "give the path of a shared object"});
  check_refused({"--library", "", "--remoting", "127.0.0.1:0"}, {"library"});
}

BOOST_AUTO_TEST_CASE(N04_two_libraries_with_a_class_of_one_name_are_told) {
  check_refused(
      {"--library", RUNNER_ACTORS, "--library", RUNNER_TWIN, "--remoting", "127.0.0.1:0"},
      {"the actor class runner_test.Echo is registered twice", RUNNER_ACTORS, RUNNER_TWIN});
}

BOOST_AUTO_TEST_CASE(N04_a_pidfile_of_a_live_process_is_told_and_stays) {
  const Folder folder;
  const std::string id = std::to_string(getpid());
  check_refused({"--remoting", "127.0.0.1:0", "--pidfile", folder.write("live", id + "\n")},
                {"live", "it belongs to process " + id, "stop that one, or name another file"});
  BOOST_TEST(folder.read("live") == id + "\n");
  BOOST_TEST(folder.names() == Arguments{"live"});
}

BOOST_AUTO_TEST_CASE(N04_a_pidfile_that_is_something_else_is_told_and_stays) {
  const Folder folder;
  for (const char* const text : {"", "dear diary", "12 34", "-5", "99999999999999999999"}) {
    check_refused({"--remoting", "127.0.0.1:0", "--pidfile", folder.write("notes", text)},
                  {"notes", "holds no process id"});
    BOOST_TEST(folder.read("notes") == text);
  }
  check_refused({"--remoting", "127.0.0.1:0", "--pidfile", folder.file("no/such/folder")},
                {"cannot take the pidfile", "No such file or directory"});
  BOOST_TEST(folder.names() == Arguments{"notes"});
}

// On a file system of four kilobytes, of which this process sees nothing.
BOOST_AUTO_TEST_CASE(N04_a_pidfile_on_a_full_disk_is_told_and_nothing_is_left,
                     *boost::unit_test::precondition(can_fill_disks)) {
  const Folder folder;
  const std::string on_a_full_disk =
      "cd \"$0\" && mount -t tmpfs -o size=4k none . && cd \"$PWD\" && "
      "head -c 4096 /dev/zero > other && \"$@\"; echo \"status $?\"; ls";
  Arguments command{"unshare", "--mount", "sh", "-c", on_a_full_disk, folder.file("")};
  for (const std::string& word : startnode({"--remoting", "127.0.0.1:0", "--pidfile", "pid"})) {
    command.push_back(word);
  }
  const Ended ended = run(command);
  BOOST_TEST(
      ended.output ==
      "startnode: cannot take the pidfile \"pid\": No space left on device\nstatus 2\nother\n");
}

BOOST_AUTO_TEST_CASE(N04_a_bad_config_file_is_told_with_the_line) {
  check_config_refused("\nactor = 'x\n", {"c.toml:2: "});
  check_config_refused("insecure = f\002x\n", {"c.toml:1: ", "expected 'false', saw 'f?"});
  check_config_refused("actor = 'x'\n\nnmae = 'y'\n",
                       {"c.toml:3: there is no option \"nmae\"", "(similar: name)"});
  check_config_refused("actor = 3\n", {"c.toml:1: actor: expected a text in quotes"});
  check_config_refused("keep-running = 'yes'\n",
                       {"c.toml:1: keep-running: expected true or false"});
  check_config_refused("allow-remote-spawn = 1\n",
                       {"c.toml:1: allow-remote-spawn: expected true or false"});
  check_config_refused("allow-relay = 1\n", {"c.toml:1: allow-relay: expected true or false"});
  check_config_refused("workers = 'x'\n", {"c.toml:1: workers: expected a number from 1 to 4094"});
  check_config_refused("log-level = 'x'\n", {"c.toml:1: log-level: expected debug, info"});
  check_config_refused("library = [1]\n", {"c.toml:1: library: expected a text in quotes"});
  check_config_refused("[actor]\nname = 'x'\n", {"c.toml:1: actor: expected a text in quotes"});
  check_refused({"--config", "/no/such/file"},
                {"cannot read the configuration \"/no/such/file\": No such file"});
  check_refused({"--config", "/"}, {"cannot read the configuration \"/\": Is a directory"});
}

BOOST_AUTO_TEST_CASE(N04_options_that_make_no_sense_are_told) {
  check_refused({}, {"nothing to run", "--actor", "--remoting", "--list", "--help"});
  check_refused({"--frobnicate"}, {"--frobnicate", "--help"});
  check_refused({"word"}, {"word", "--help"});
  check_refused({"--actor"}, {"--actor", "--help"});
  check_refused({"--actor", "a", "--actor", "b"}, {"--actor", "--help"});
  check_refused({"--remoting", "127.0.0.1:0", "--name", "x"}, {"--name is for an actor"});
  check_refused({"--remoting", "127.0.0.1:0", "--params", "x=1"}, {"--params is for an actor"});
  check_refused({"--remoting", "127.0.0.1:0", "--message", "x"}, {"--message is for an actor"});
  check_refused({"--remoting", "127.0.0.1:0", "--keep-running"},
                {"--keep-running is for an actor"});
  check_refused({"--actor", "a", "--allow-remote-spawn"},
                {"--allow-remote-spawn is for a node that others reach", "--remoting"});
  const std::string example = "spinoff.examples.example1.ExampleProcess";
  check_refused({"--actor", example, "--relays", "127.0.0.1:9700"},
                {"--relays is for a node that others can reach", "--remoting"});
  check_refused({"--actor", example, "--allow-relay"},
                {"--allow-relay is for a node that others can reach", "--remoting"});
  check_refused({"--remoting", "127.0.0.1:0", "--relays", "127.0.0.1:9700,nonsense"},
                {"relays: invalid node id \"nonsense\""});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace runner_test
