/// The tests' own tools: a tool that waits for ever, or leaves processes behind, spoils all the
/// rest.
#include <chrono>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gate.hpp"
#include "ports.hpp"
#include "process.hpp"

namespace {

using spinoff::testing::ChildProcess;
using spinoff::testing::free_port;
using spinoff::testing::Gate;
using spinoff::testing::ProcessError;
using spinoff::testing::WaitedTooLong;
using namespace std::chrono_literals;

std::vector<std::string> shell(const std::string& script) {
  return {"sh", "-c", script};
}

template <class Error, class Function>
std::string error_of(Function function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

bool can_bind(std::uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool bound =
      bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(listener);
  return bound;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gate)

BOOST_AUTO_TEST_CASE(a_gate_opens_when_all_have_arrived_and_stays_open) {
  Gate gate("both", 2);
  gate.arrive();
  BOOST_TEST(!gate.is_open());
  std::thread other([&] { gate.arrive(); });
  gate.wait();
  other.join();
  BOOST_TEST(gate.is_open());
  gate.open();
  gate.wait(0s);
  BOOST_TEST(gate.arrivals() == 3U);
}

BOOST_AUTO_TEST_CASE(a_gate_without_arrivals_is_open) {
  Gate gate("nobody", 0);
  gate.wait(0s);
  BOOST_TEST(gate.is_open());
}

BOOST_AUTO_TEST_CASE(a_gate_that_stays_shut_tells_what_it_waited_for) {
  Gate gate("three actors to stop", 3);
  gate.arrive();
  BOOST_TEST(error_of<WaitedTooLong>([&] { gate.wait(1ms); }) ==
             "waited for three actors to stop: 1 of 3 happened in time");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(child_process)

BOOST_AUTO_TEST_CASE(lines_of_both_outputs_come_in_the_order_written) {
  ChildProcess child(shell("echo one; echo two >&2; echo three; printf 'no newline'"));
  BOOST_TEST(child.wait_for_line("one") == "one");
  BOOST_TEST(child.wait_for_line("t") == "two");
  BOOST_TEST(child.wait_for_line("t") == "three");
  BOOST_TEST(child.wait_for_line("no") == "no newline");
  BOOST_TEST(child.wait() == 0);
  BOOST_TEST(child.output() == "one\ntwo\nthree\nno newline\n");
}

BOOST_AUTO_TEST_CASE(a_line_is_found_by_a_regular_expression) {
  ChildProcess child(shell("echo 'port 12'; echo 'port 9700 is open'"));
  BOOST_TEST(child.wait_for_match("^port [0-9]{4} is") == "port 9700 is open");
}

BOOST_AUTO_TEST_CASE(a_line_that_was_found_is_not_found_again) {
  ChildProcess child(shell("echo hello 1; echo hello 2"));
  BOOST_TEST(child.wait_for_line("hello") == "hello 1");
  BOOST_TEST(child.wait_for_line("hello") == "hello 2");
  BOOST_CHECK_THROW(child.wait_for_line("hello"), ProcessError);
}

BOOST_AUTO_TEST_CASE(a_line_is_waited_for_while_the_child_runs) {
  ChildProcess child(
      shell("trap 'echo caught; exit 3' TERM; echo ready; tail -f /dev/null & wait"));
  child.wait_for_line("ready");
  BOOST_TEST(!child.has_ended());
  child.signal(SIGTERM);
  BOOST_TEST(child.wait_for_line("caught") == "caught");
  BOOST_TEST(child.wait() == 3);
  BOOST_TEST(child.has_ended());
  BOOST_TEST(child.wait() == 3);
  BOOST_CHECK_NO_THROW(child.signal(SIGTERM));
}

BOOST_AUTO_TEST_CASE(a_signal_that_kills_is_a_negative_status) {
  ChildProcess child({"tail", "-f", "/dev/null"});
  child.signal(SIGINT);
  BOOST_TEST(child.wait() == -SIGINT);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_child_ends_the_wait_for_a_line) {
  ChildProcess child(shell("echo something else; exit 2"));
  const std::string error = error_of<ProcessError>([&] { child.wait_for_line("ready"); });
  BOOST_TEST(contains(error, "its output ended without a line with \"ready\""), error);
  BOOST_TEST(contains(error, "something else"), error);
  BOOST_TEST(contains(error, "exit 2"), error);
}

BOOST_AUTO_TEST_CASE(what_takes_too_long_is_told_with_all_output) {
  ChildProcess child(shell("echo first; printf second; tail -f /dev/null"));
  child.wait_for_line("first");
  const std::string line = error_of<ProcessError>([&] { child.wait_for_line("ready", 1ms); });
  BOOST_TEST(contains(line, "(still running): waited too long for a line with \"ready\""), line);
  BOOST_TEST(contains(line, "first\n"), line);
  const std::string end = error_of<ProcessError>([&] { child.wait(1ms); });
  BOOST_TEST(contains(end, "waited too long for its end"), end);
}

BOOST_AUTO_TEST_CASE(the_child_gets_arguments_and_environment_as_given) {
  ChildProcess child({"sh", "-c", "echo \"<$1> <$NEW> <$HOME>\"; cat", "sh", "a 'b' \"c\" $d *"},
                     {{"NEW", "x=y z"}, {"HOME", "elsewhere"}});
  BOOST_TEST(child.wait_for_line("<") == "<a 'b' \"c\" $d *> <x=y z> <elsewhere>");
  // cat reads nothing.
  BOOST_TEST(child.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_is_an_error) {
  const std::string error =
      error_of<ProcessError>([] { ChildProcess child({"./no-such-program", "x"}); });
  BOOST_TEST(contains(error, "cannot start './no-such-program x': No such file"), error);
  BOOST_CHECK_THROW(ChildProcess({}), ProcessError);
}

BOOST_AUTO_TEST_CASE(the_destructor_leaves_no_process_behind) {
  pid_t id = 0;
  {
    ChildProcess child(shell("trap '' TERM INT; tail -f /dev/null & echo ready; wait"));
    child.wait_for_line("ready");
    id = child.id();
    BOOST_TEST(kill(-id, 0) == 0);
  }
  BOOST_TEST(kill(id, 0) != 0);
}

BOOST_AUTO_TEST_CASE(what_the_child_left_running_ends_with_it) {
  // Would keep the output open, so that wait() could not return.
  ChildProcess child(shell("tail -f /dev/null & echo $!"));
  BOOST_TEST(child.wait() == 0);
}

BOOST_AUTO_TEST_CASE(much_output_does_not_block_the_child) {
  ChildProcess child(shell("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i + 1)); done"));
  BOOST_TEST(child.wait() == 0);
  BOOST_TEST(child.wait_for_line("line 19999") == "line 19999");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ports)

BOOST_AUTO_TEST_CASE(a_free_port_can_be_bound) {
  for (int i = 0; i < 20; ++i) {
    const std::uint16_t port = free_port();
    BOOST_TEST(port > 0);
    BOOST_TEST(can_bind(port));
  }
}

BOOST_AUTO_TEST_SUITE_END()
