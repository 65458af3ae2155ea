/// Nodes in processes of their own, which can be killed, halted and started again.
#include <csignal>
#include <optional>

#include "fixture.hpp"
#include "peer_process.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;
using testing::ChildProcess;

/// Known at this process only.
struct NeverHeardOf {
  int number = 0;
  MSGPACK_DEFINE(number)
};

struct ProcessFixture {
  TestNode here;
  Hearings heard = hearings();
  Ref probe = here.probe("probe", heard);

  void check_echo(const Ref& echo, const std::string& text) {
    call(probe, [&](Puppet&) { echo << Text{text}; });
    const Heard back = heard.next();
    BOOST_TEST(back.text == text);
    BOOST_TEST(back.ref == echo);
  }
  /// Watches the actor, and returns when its node knows.
  void watch(const Ref& actor, const Ref& echo) {
    call(probe, [&](Puppet& me) { me.watch(actor); });
    check_echo(echo, "watched");
  }
  void check_terminated(const Ref& actor) {
    const Heard terminated = heard.next();
    BOOST_TEST(terminated.text == "terminated");
    BOOST_TEST(terminated.ref == actor);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(remoting_processes, ProcessFixture)

BOOST_AUTO_TEST_CASE(R01_the_same_actors_work_in_two_processes) {
  PeerProcess server;
  PeerProcess client("127.0.0.1:0", {"greet", server.address() + "/greeter"});
  BOOST_TEST(client->wait_for_line("heard") == "heard welcome, Ann, says /greeter");
  BOOST_TEST(client->wait_for_line("heard") == "heard welcome, Ann again");
  client.check_orderly_stop();
  server->wait_for_line("down " + client.address() + " it was stopped");
  server.check_orderly_stop();
}

BOOST_AUTO_TEST_CASE(C07_asks_between_processes_are_answered_or_fail_with_the_reason) {
  PeerProcess server;
  const Ref greeter = here->lookup(server.address() + "/greeter");
  BOOST_TEST(greeter.ask<Welcome>(Hello{"test"}, 1h).get().text == "welcome, test");
  std::string error = error_of<AskFailed>([&] { greeter.ask<Welcome>(NeverHeardOf{}, 1h).get(); });
  BOOST_TEST(contains(error, R"(NeverHeardOf" to "/greeter" from )" + here.address() +
                                 ": no actor in this program receives that type"),
             error);
  error = error_of<AskFailed>([&] { greeter.ask<Welcome>(Fail{"out of paper"}, 1h).get(); });
  BOOST_TEST(contains(error, "out of paper"), error);
  error = error_of<AskFailed>([&] { greeter.ask<Welcome>(Hello{"late"}, 1h).get(); });
  BOOST_TEST(contains(error, "there is no actor <" + server.address() + "/greeter>"), error);
  server.check_orderly_stop();
}

BOOST_AUTO_TEST_CASE(R06_a_process_that_is_asked_to_stop_says_so_to_its_peers) {
  PeerProcess server;
  const Ref echo = here->lookup(server.address() + "/echo");
  watch(echo, echo);
  server.check_orderly_stop();
  check_terminated(echo);
  const NodeDown down = here.down.next();
  BOOST_TEST(down.node.to_string() == server.address());
  BOOST_TEST(down.reason == "it was stopped");
}

BOOST_AUTO_TEST_CASE(W07_the_actors_of_a_process_that_was_killed_are_terminated) {
  PeerProcess server;
  const Ref echo = here->lookup(server.address() + "/echo");
  const Ref greeter = here->lookup(server.address() + "/greeter");
  watch(greeter, echo);
  server->signal(SIGKILL);
  BOOST_TEST(server->wait() == -SIGKILL);
  check_terminated(greeter);
  BOOST_TEST(contains(here.down.next().reason, "nothing was heard of it"));
}

BOOST_AUTO_TEST_CASE(R04_a_process_that_was_killed_and_started_again_is_down_then_up) {
  std::optional<PeerProcess> server(std::in_place);
  const std::string address = server->address();
  const Ref echo = here->lookup(address + "/echo");
  watch(echo, echo);
  BOOST_TEST(here.up.next().node.to_string() == address);
  (*server)->signal(SIGKILL);
  BOOST_TEST((*server)->wait() == -SIGKILL);
  server.emplace(address);
  check_terminated(echo);
  BOOST_TEST(here.down.next().node.to_string() == address);
  check_echo(echo, "another start");
  BOOST_TEST(here.up.next().node.to_string() == address);
  server->check_orderly_stop();
  BOOST_TEST(here.down.next().reason == "it was stopped");
}

BOOST_AUTO_TEST_CASE(R05_a_process_that_was_halted_for_long_is_talked_to_again) {
  PeerProcess server;
  const Ref echo = here->lookup(server.address() + "/echo");
  watch(echo, echo);
  here.up.next();
  server->signal(SIGSTOP);
  check_terminated(echo);
  BOOST_TEST(contains(here.down.next().reason, "nothing was heard of it"));
  server->signal(SIGCONT);
  check_echo(echo, "back again");
  here.up.next();
  server.check_orderly_stop();
}

BOOST_AUTO_TEST_CASE(R08_a_message_to_a_path_that_a_process_does_not_have_is_a_dead_letter_there) {
  PeerProcess server;
  here->lookup(server.address() + "/nobody") << Text{"hello?"};
  server->wait_for_line("dead letter to " + server.address() + "/nobody");
  BOOST_TEST(here.dead_letters.empty());
}

BOOST_AUTO_TEST_CASE(R10_a_process_that_is_halted_holds_up_no_other) {
  PeerProcess halted;
  PeerProcess other;
  const Ref echo = here->lookup(other.address() + "/echo");
  const Ref sink = here->lookup(halted.address() + "/printer");
  check_echo(here->lookup(halted.address() + "/echo"), "before");
  halted->signal(SIGSTOP);
  for (int i = 0; i < 100; ++i) {
    for (int n = 0; n < 10; ++n) {
      sink << Text{std::string(10'000, 'x')};  // more in all than connections hold
    }
    check_echo(echo, std::to_string(i));
  }
  halted->signal(SIGKILL);
  other.check_orderly_stop();
}

BOOST_AUTO_TEST_CASE(U08_a_ref_in_a_message_works_in_other_processes_and_comes_home) {
  PeerProcess first;
  PeerProcess second;
  const Ref caller = here->lookup(first.address() + "/caller");
  const Ref echo = here->lookup(second.address() + "/echo");
  call(probe, [&](Puppet&) { caller << Introduce{probe} << Introduce{echo}; });
  const Heard hello = heard.next();
  BOOST_TEST(hello.text == "hello from /caller");
  BOOST_TEST(hello.ref == caller);
  const Heard home = heard.next();
  BOOST_TEST(home.text == "introduced");
  BOOST_TEST(home.ref == probe);
  BOOST_TEST(heard.next().ref == echo);
  first->wait_for_line("answered hello from /caller");
}

BOOST_AUTO_TEST_CASE(R11_a_process_with_a_port_in_use_says_so_and_ends) {
  ChildProcess second({SPINOFF_PEER_NODE, here.address()});
  second.wait_for_line("cannot listen at " + here.address() + ": the port is in use");
  BOOST_TEST(second.wait() == 2);
  ChildProcess bad({SPINOFF_PEER_NODE, "127.0.0.1:70000"});
  bad.wait_for_line("port \"70000\" is greater than 65535");
  BOOST_TEST(bad.wait() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
