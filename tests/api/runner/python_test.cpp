/// The node in Python of examples/python, with one in C++: both as processes.
#include <csignal>

#include <boost/test/unit_test.hpp>

#include "fixture.hpp"
#include "support/ports.hpp"

namespace runner_test {
namespace {

std::string free_address() {
  return "127.0.0.1:" + std::to_string(spinoff::testing::free_port());
}

ChildProcess host(const std::string& address = "127.0.0.1:0") {
  return ChildProcess(startnode(
      {"--remoting", address, "--name", "host", "--actor", "spinoff.examples.python.Host"}));
}

ChildProcess python(Arguments command) {
  const std::string interpreter = PYTHON;
  command.insert(command.begin(), interpreter);
  return ChildProcess(std::move(command),
                      {{"PYTHONPATH", PYTHON_EXAMPLE}, {"PYTHONDONTWRITEBYTECODE", "1"}});
}

ChildProcess python_peer(const std::string& here, const std::string& there,
                         const std::string& what) {
  return python({PYTHON_PEER, here, there, what});
}

void check_stop(ChildProcess& node) {
  node.signal(SIGTERM);
  BOOST_TEST(node.wait() == 0, node.output());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(python_nodes)

BOOST_AUTO_TEST_CASE(R14_a_node_in_python_asks_is_asked_watches_and_is_watched) {
  ChildProcess node = host();
  const std::string there = address_of(node);
  const std::string here = free_address();
  ChildProcess demo = python({PYTHON_EXAMPLE "/demo.py", here, there});
  const std::string oracle = "<" + here + "/oracle>";

  // It asks, of a path that has no actor: a question's own.
  node.wait_for_match("/host: <" + here + "/.*> asks: What is six times seven\\?");
  demo.wait_for_line("the answer is forty-two");
  // It is asked.
  demo.wait_for_line("the host asks: How late is it?");
  node.wait_for_line("/host: " + oracle + " answers: It is late.");
  // It watches: the other node lives on.
  demo.wait_for_line("the oracle hears: Terminated ['" + there + "/host/guest'] None");
  // It is watched: see also the next one.
  node.wait_for_line("/host: " + oracle + " has gone");

  BOOST_TEST(demo.wait() == 0, demo.output());
  check_stop(node);
  // At any time between the lines above: the guest does not wait for the host.
  BOOST_TEST(contains(node.output(), "/host/guest: good bye"), node.output());
}

BOOST_AUTO_TEST_CASE(R14_who_watches_an_actor_in_python_hears_of_its_end_while_its_node_goes_on) {
  ChildProcess node = host();
  const std::string here = free_address();
  ChildProcess peer = python_peer(here, address_of(node), "leave");
  node.wait_for_line("/host: <" + here + "/oracle> has gone");
  BOOST_TEST(!contains(node.output(), "the node " + here + " is down"), node.output());
  check_stop(node);
}

BOOST_AUTO_TEST_CASE(R14_python_hears_of_the_end_of_a_node_and_talks_with_its_successor) {
  const std::string there = free_address();
  const std::string here = free_address();
  ChildProcess peer = python_peer(here, there, "stay");
  for (const int last : {SIGKILL, SIGTERM, SIGKILL}) {
    ChildProcess node = host(there);
    peer.wait_for_line("answer: forty-two");
    node.wait_for_line("/host: <" + here + "/oracle> answers: It is late.");
    node.signal(last);
    BOOST_TEST(node.wait() == (last == SIGKILL ? -SIGKILL : 0));
    // After a SIGTERM at once, by the bye; else when the silence is over.
    peer.wait_for_line("Terminated " + there + "/host");
  }
}

BOOST_AUTO_TEST_CASE(R14_a_node_restarted_within_the_silence_is_another_one_for_python) {
  const std::string there = free_address();
  const std::string here = free_address();
  ChildProcess peer = python_peer(here, there, "stay");
  {
    ChildProcess node = host(there);
    node.wait_for_line("answers: It is late.");
    node.signal(SIGKILL);
    node.wait();
  }
  ChildProcess node = host(there);
  peer.wait_for_line("answer: forty-two");
  peer.wait_for_line("Terminated " + there + "/host");
  peer.wait_for_line("answer: forty-two");
  node.wait_for_line("/host: <" + here + "/oracle> answers: It is late.");
  check_stop(node);
}

BOOST_AUTO_TEST_CASE(R14_the_silence_of_a_killed_node_in_python_ends_what_is_watched_there) {
  ChildProcess node = host();
  const std::string here = free_address();
  ChildProcess peer = python_peer(here, address_of(node), "stay");
  node.wait_for_line("/host: <" + here + "/oracle> answers: It is late.");
  peer.signal(SIGKILL);
  node.wait_for_line("/host: <" + here + "/oracle> has gone");
  check_stop(node);
}

BOOST_AUTO_TEST_CASE(R14_a_node_in_python_that_has_nothing_to_say_says_that_it_is_there) {
  ChildProcess node = host();
  ChildProcess peer = python_peer(free_address(), address_of(node), "idle");
  peer.wait_for_line("the session lasts");
  BOOST_TEST(peer.wait() == 0, peer.output());
  check_stop(node);
}

BOOST_AUTO_TEST_CASE(R14_who_asks_from_python_hears_when_nobody_takes_the_question) {
  ChildProcess node = host();
  const std::string there = address_of(node);
  ChildProcess peer = python_peer(free_address(), there, "ask_nobody");
  for (const std::string path : {"/nobody", "/host/guest"}) {
    peer.wait_for_line(there + path + " does not answer: ");
  }
  BOOST_TEST(peer.wait() == 0, peer.output());
  check_stop(node);
}

BOOST_AUTO_TEST_CASE(R14_malformed_frames_and_items_hurt_neither_the_session_nor_python) {
  ChildProcess node = host();
  ChildProcess peer = python_peer(free_address(), address_of(node), "misbehave");
  peer.wait_for_line("answer: forty-two");
  peer.wait_for_line("answer: forty-two");
  peer.wait_for_line("the session lasts");
  peer.wait_for_line("the session lasts");
  BOOST_TEST(peer.wait() == 0, peer.output());
  check_stop(node);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace runner_test
