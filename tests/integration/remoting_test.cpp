/// Nodes of one process that come, talk over loopback, and go.
#include <atomic>
#include <latch>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;

NodeOptions impatient() {
  NodeOptions options = options_at("127.0.0.1:0");
  options.unreachable_after = 100ms;
  return options;
}

/// What a guest at `guests` hears from the greeter of that address.
std::vector<std::string> visit(TestNode& guests, const std::string& greeter_uri) {
  const auto heard = hearings();
  const Ref report = guests.probe("report", heard);
  guests->spawn<Guest>({.name = "guest"}, std::string("Ann"), greeter_uri, report);
  return texts(heard.next(2));
}

std::vector<std::string> welcome_of(const std::string& greeter_uri) {
  return {"welcome, Ann, says " + greeter_uri.substr(greeter_uri.find('/')), "welcome, Ann again"};
}

/// Why a node cannot start there.
template <class E>
std::string start_error(const std::string& address) {
  return error_of<E>([&] { Node node(options_at(address)); });
}

bool has_ipv6_loopback() {
  const int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  const bool bound =
      probe >= 0 && bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(probe);
  return bound;
}

struct Ball {
  MSGPACK_DEFINE()
};

struct Serve {
  Ref partner;
  std::size_t balls = 0;
};

/// Throws each ball back, for ever.
class Juggler : public Actor {
 public:
  using Receives = Messages<Serve, Ball>;
  explicit Juggler(Gate* flying) : flying_(flying) {}
  void on(const Serve& serve) {
    for (std::size_t i = 0; i < serve.balls; ++i) {
      serve.partner << Ball{};
    }
  }
  void on(const Ball& ball) {
    flying_->arrive();
    sender() << ball;
  }

 private:
  Gate* flying_;
};

/// Has several pairs of jugglers throw balls between the nodes; returns when many have flown.
void juggle(TestNode& a, TestNode& b, Gate& flying) {
  for (int i = 0; i < 4; ++i) {
    const std::string name = fmt::format("juggler-{}", i);
    const Ref one = a->spawn<Juggler>({.name = name}, &flying);
    const Ref other = b->spawn<Juggler>({.name = name}, &flying);
    one << Serve{a.remote(b, "/" + name), 20};
    other << Serve{b.remote(a, "/" + name), 20};
  }
  flying.wait();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(remoting)

BOOST_AUTO_TEST_CASE(R01_the_same_actors_work_inside_one_node) {
  TestNode node;
  node->spawn<Greeter>({.name = "greeter"});
  BOOST_TEST((visit(node, "/greeter") == welcome_of("/greeter")));
  NodeOptions alone = testing::quiet();
  TestNode without_remoting(alone);
  without_remoting->spawn<Greeter>({.name = "greeter"});
  BOOST_TEST((visit(without_remoting, "/greeter") == welcome_of("/greeter")));
}

BOOST_AUTO_TEST_CASE(R01_the_same_actors_work_in_two_nodes_of_one_process) {
  TestNode here;
  TestNode there;
  there->spawn<Greeter>({.name = "greeter"});
  const std::string uri = there.address() + "/greeter";
  BOOST_TEST((visit(here, uri) == welcome_of(uri)));
  BOOST_TEST(here.up.next().node == there.id());
  BOOST_TEST(there.up.next().node == here.id());
}

BOOST_AUTO_TEST_CASE(R01_many_nodes_of_one_process_talk_in_a_ring) {
  constexpr std::size_t kNodes = 6;
  const auto heard = hearings();
  std::vector<std::unique_ptr<TestNode>> nodes;
  for (std::size_t i = 0; i < kNodes; ++i) {
    nodes.push_back(std::make_unique<TestNode>());
    nodes.back()->probe("probe", heard);
  }
  for (std::size_t i = 0; i < kNodes; ++i) {
    nodes[i]->remote(*nodes[(i + 1) % kNodes], "/probe") << Text{"round we go"};
  }
  BOOST_TEST(heard.next(kNodes).size() == kNodes);
}

BOOST_AUTO_TEST_CASE(R02_what_is_sent_before_the_other_node_is_up_arrives_in_order) {
  TestNode a;
  TestNode b;
  const auto heard_a = hearings();
  const auto heard_b = hearings();
  const Ref probe = a.probe("probe", heard_a);
  b.probe("probe", heard_b);
  b->spawn<Greeter>({.name = "greeter"});
  const Ref remote = a.remote(b, "/probe");
  const Ref nobody = a.remote(b, "/nobody");
  BOOST_TEST(a.up.empty());
  auto answer = call(probe, [&](Puppet& me) {
    for (int i = 0; i < 1000; ++i) {
      remote << Text{std::to_string(i)};
    }
    me.watch(nobody);
    return a.remote(b, "/greeter").ask<Welcome>(Hello{"early bird"}, 1h);
  });
  for (int i = 0; i < 1000; ++i) {
    BOOST_TEST_REQUIRE(heard_b.next().text == std::to_string(i));
  }
  BOOST_TEST(answer.get().text == "welcome, early bird");
  BOOST_TEST(heard_a.next().ref == nobody);
  BOOST_TEST(a.dead_letters.empty());
}

// What comes before the actor is spawned there is a dead letter there; behind that there is no gap.
BOOST_AUTO_TEST_CASE(R02_messages_wait_for_a_node_that_starts_later) {
  const std::string address = free_address();
  TestNode early;
  const Ref remote = early->lookup(address + "/probe");
  constexpr int kTexts = 100;
  for (int i = 0; i < kTexts; ++i) {
    remote << Text{std::to_string(i)};
  }
  TestNode late(address);
  const auto heard = hearings();
  late.probe("probe", heard);
  early.up.next();
  remote << Text{std::to_string(kTexts)};
  for (int last = std::stoi(heard.next().text); last < kTexts; ++last) {
    BOOST_TEST_REQUIRE(heard.next().text == std::to_string(last + 1));
  }
  BOOST_TEST(early.dead_letters.empty());
}

BOOST_AUTO_TEST_CASE(R02_what_was_sent_to_a_node_that_does_not_come_are_dead_letters_in_order) {
  TestNode a(impatient());
  const auto heard = hearings();
  const Ref probe = a.probe("probe", heard);
  const std::string address = free_address();
  const Ref absent = a->lookup(address + "/absent");
  call(probe, [&](Puppet& me) {
    for (int i = 0; i < 100; ++i) {
      absent << Text{std::to_string(i)};
    }
    me.watch(absent);
  });
  auto answer = absent.ask<Welcome>(Hello{"anybody"}, 1h);
  for (int i = 0; i < 100; ++i) {
    const DeadLetter lost = a.dead_letters.next();
    BOOST_TEST_REQUIRE(text_of(lost.message) == std::to_string(i));
    BOOST_TEST_REQUIRE(lost.target == absent);
    BOOST_TEST_REQUIRE(lost.sender == probe);
  }
  const std::string error = error_of<AskFailed>([&] { answer.get(); });
  BOOST_TEST(contains(error, address + " is down: it was not reached in 0.1 s"), error);
  const Heard terminated = heard.next();
  BOOST_TEST(terminated.text == "terminated");
  BOOST_TEST(terminated.ref == absent);
  const NodeDown down = a.down.next();
  BOOST_TEST(down.node.to_string() == address);
  BOOST_TEST(contains(down.reason, "it was not reached in 0.1 s"), down.reason);
  BOOST_TEST(a.up.empty());
}

BOOST_AUTO_TEST_CASE(R02_what_still_waits_when_the_own_node_stops_are_dead_letters) {
  TestNode a;
  const Ref absent = a->lookup(free_address() + "/absent");
  absent << Text{"one"} << Text{"two"};
  auto answer = absent.ask<Welcome>(Hello{"anybody"}, 1h);
  a->stop();
  BOOST_TEST(text_of(a.dead_letters.next().message) == "one");
  BOOST_TEST(text_of(a.dead_letters.next().message) == "two");
  BOOST_CHECK_THROW(answer.get(), AskFailed);
}

BOOST_AUTO_TEST_CASE(R05_a_node_that_was_given_up_is_reached_when_it_comes) {
  TestNode a(impatient());
  const std::string address = free_address();
  const Ref remote = a->lookup(address + "/probe");
  remote << Text{"in vain"};
  BOOST_TEST(a.down.next().node.to_string() == address);
  TestNode b(address);
  const auto heard = hearings();
  b.probe("probe", heard);
  // It may be given up once more while both make contact.
  b.remote(a, "") << Text{"I am here"};
  BOOST_TEST(a.up.next().node == b.id());
  remote << Text{"at last"};
  BOOST_TEST(heard.next().text == "at last");
}

BOOST_AUTO_TEST_CASE(R04_a_node_that_starts_anew_under_its_address_is_down_then_up) {
  TestNode a;
  std::optional<TestNode> b(std::in_place);
  const NodeId id = b->id();
  const auto heard_a = hearings();
  a.probe("probe", heard_a);
  for (int start = 0; start < 3; ++start) {
    const auto heard_b = hearings();
    b->probe("probe", heard_b);
    const Ref remote = a.remote(*b, "/probe");
    const Ref back = b->remote(a, "/probe");
    back << Text{"from b"};
    BOOST_TEST(heard_a.next().text == "from b");
    BOOST_TEST(a.up.next().node == id);
    remote << Text{"from a"};
    BOOST_TEST(heard_b.next().text == "from a");
    b.reset();
    const NodeDown down = a.down.next();
    BOOST_TEST(down.node == id);
    BOOST_TEST(down.reason == "it was stopped");
    b.emplace(id.to_string());
  }
}

BOOST_AUTO_TEST_CASE(R06_a_clean_stop_is_told_to_all_peers_at_once) {
  TestNode a;
  TestNode b;
  TestNode c;
  const auto heard = hearings();
  const Ref watcher = a.probe("watcher", heard);
  b.probe("probe", heard);
  const Ref remote = a.remote(b, "/probe");
  call(watcher, [&](Puppet& me) { me.watch(remote); });
  remote << Text{"hello from a"};
  c.remote(b, "/probe") << Text{"hello from c"};
  heard.next(2);
  b->stop();
  for (const TestNode* const peer : {&a, &c}) {
    const NodeDown down = peer->down.next();
    BOOST_TEST(down.node == b.id());
    BOOST_TEST(down.reason == "it was stopped");
  }
  const Heard terminated = heard.next();
  BOOST_TEST(terminated.text == "terminated");
  BOOST_TEST(terminated.ref == remote);
}

BOOST_AUTO_TEST_CASE(R06_the_last_messages_of_a_node_that_stops_still_arrive) {
  TestNode a;
  std::optional<TestNode> b(std::in_place);
  const auto heard = hearings();
  a.probe("probe", heard);
  const Ref back = b->remote(a, "/probe");
  back << Text{"first"};
  BOOST_TEST(heard.next().text == "first");
  for (int i = 0; i < 1000; ++i) {
    back << Text{std::to_string(i)};
  }
  b.reset();
  for (int i = 0; i < 1000; ++i) {
    BOOST_TEST_REQUIRE(heard.next().text == std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(R08_a_message_to_a_path_that_nobody_has_is_a_dead_letter_there) {
  TestNode a;
  TestNode b;
  const auto heard = hearings();
  const Ref probe = a.probe("probe", heard);
  b.probe("parent", heard);
  for (const char* const path : {"/nobody", "/parent/nobody", "/parent/no/body", "/$ask-17"}) {
    const Ref remote = a.remote(b, path);
    call(probe, [&](Puppet&) { remote << Text{path}; });
    const DeadLetter lost = b.dead_letters.next();
    BOOST_TEST(text_of(lost.message) == path);
    BOOST_TEST(lost.target.uri().to_string() == b.address() + path);
    BOOST_TEST(lost.target.is_local());
    BOOST_TEST(lost.sender == b.remote(a, "/probe"));
    const std::string error =
        error_of<AskFailed>([&] { remote.ask<Welcome>(Hello{"you"}, 1h).get(); });
    BOOST_TEST(contains(error, "there is no actor <" + b.address() + path + ">"), error);
    BOOST_TEST(b.dead_letters.next().message.is<Hello>());
  }
  BOOST_TEST(a.dead_letters.empty());
}

BOOST_AUTO_TEST_CASE(R08_a_message_to_an_actor_that_has_stopped_is_a_dead_letter_there) {
  TestNode a;
  TestNode b;
  const auto heard = hearings();
  const Ref stopped = b.probe("stopped", heard);
  const Ref remote = a.remote(b, "/stopped");
  remote << Text{"in time"};
  BOOST_TEST(heard.next().text == "in time");
  testing::stop_and_wait(*b, stopped);
  remote << Text{"too late"};
  BOOST_TEST(text_of(b.dead_letters.next().message) == "too late");
}

BOOST_AUTO_TEST_CASE(R09_a_message_over_the_limit_is_a_dead_letter_at_the_sender) {
  TestNode a;
  TestNode b;
  const auto heard = hearings();
  b.probe("probe", heard);
  const Ref remote = a.remote(b, "/probe");
  const std::string large(std::size_t{64} << 20U, 'x');
  remote << Text{large};
  BOOST_TEST(a.dead_letters.next().target == remote);
  const std::string error =
      error_of<AskFailed>([&] { remote.ask<Welcome>(Text{large}, 1h).get(); });
  BOOST_TEST(contains(error, "bytes encoded; at most"), error);
  remote << Text{large.substr(0, std::size_t{8} << 20U)};
  BOOST_TEST(heard.next().text.size() == std::size_t{8} << 20U);
}

BOOST_AUTO_TEST_CASE(R11_a_bad_node_id_is_an_error_at_the_start_that_says_why) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"", "has no port"},
      {"127.0.0.1", "has no port"},
      {"127.0.0.1:", "the port is empty"},
      {":9700", "the host is empty"},
      {"127.0.0.1:port", "is not a decimal number"},
      {"127.0.0.1:-1", "is not a decimal number"},
      {"127.0.0.1:65536", "is greater than 65535"},
      {"127.0.0.1:09700", "has a leading zero"},
      {"127.0.0:9700", "is not an IPv4 address"},
      {"127.0.0.256:9700", "is not an IPv4 address"},
      {"::1:9700", "more than one colon"},
      {"[::1:9700", "no closing bracket"},
      {"[::1]9700", "is not a port"},
      {"[127.0.0.1]:9700", "is not an IPv6 address"},
      {"a b:9700", "has a space"},
      {"a..b:9700", "an empty part"},
      {"-a:9700", "begins or ends with '-'"},
      {"a/b:9700", "does not belong to a node id"},
      {"127.0.0.1:9700/app", "does not belong to a node id"},
      {"udp://127.0.0.1:9700", "is not known"},
      {"other@127.0.0.1", "write host:port here"},
      {std::string(5000, 'a') + ":9700", "the limit is"},
  };
  for (const auto& [address, why] : bad) {
    const std::string error = start_error<InvalidUri>(address);
    BOOST_TEST(contains(error, why), "'" << address << "': " << error);
    BOOST_TEST(contains(error, "node id"), error);
  }
}

BOOST_AUTO_TEST_CASE(R11_a_node_cannot_listen_where_it_is_not) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"0.0.0.0:0", "other nodes cannot call a node by that address"},
      {"[::]:0", "other nodes cannot call a node by that address"},
      {"192.0.2.1:0", "it has no keys"},
      {"no-such-host.invalid:0", "the host name cannot be looked up"},
  };
  for (const auto& [address, why] : bad) {
    const std::string error = start_error<NodeStartFailed>(address);
    BOOST_TEST(contains(error, "cannot listen at " + address + ": "), error);
    BOOST_TEST(contains(error, why), error);
  }
}

BOOST_AUTO_TEST_CASE(R03_a_silence_that_is_no_longer_than_the_heartbeat_is_an_error) {
  for (const auto& [heartbeat, silence] : {std::pair{0s, 3s}, std::pair{1s, 1s}}) {
    NodeOptions options = options_at("127.0.0.1:0");
    options.heartbeat = heartbeat;
    options.silence = silence;
    const std::string error = error_of<NodeStartFailed>([&] { const Node node(options); });
    BOOST_TEST(contains(error, "its silence longer than its heartbeat"), error);
  }
}

BOOST_AUTO_TEST_CASE(R11_a_port_in_use_is_an_error_and_the_node_that_has_it_goes_on) {
  TestNode first;
  const std::string error = start_error<NodeStartFailed>(first.address());
  BOOST_TEST(contains(error, "cannot listen at " + first.address() + ": the port is in use"),
             error);
  TestNode other;
  const auto heard = hearings();
  first.probe("probe", heard);
  other.remote(first, "/probe") << Text{"still there?"};
  BOOST_TEST(heard.next().text == "still there?");
}

BOOST_AUTO_TEST_CASE(R11_a_port_is_free_again_when_the_node_has_stopped) {
  std::string address = "127.0.0.1:0";
  for (int i = 0; i < 5; ++i) {
    Node node(options_at(address));
    address = node.id()->to_string();
    node.stop();
    const Node again(options_at(address));
    BOOST_TEST(again.id()->to_string() == address);
  }
}

BOOST_AUTO_TEST_CASE(R11_port_0_takes_a_free_port_that_the_id_tells) {
  const Node a(options_at("127.0.0.1:0"));
  const Node b(options_at("tcp://127.0.0.1:0"));
  BOOST_TEST_REQUIRE(a.id().has_value());
  BOOST_TEST_REQUIRE(b.id().has_value());
  BOOST_TEST(a.id()->port() != 0);
  BOOST_TEST(a.id()->port() != b.id()->port());
  const Node silent(testing::quiet());
  BOOST_TEST(!silent.id().has_value());
}

BOOST_AUTO_TEST_CASE(R11_a_host_may_be_a_name) {
  TestNode a("localhost:0");
  TestNode b("LOCALHOST:0");
  BOOST_TEST(a.id().host() == "localhost");
  b->spawn<Greeter>({.name = "greeter"});
  const std::string uri = b.address() + "/greeter";
  BOOST_TEST(uri.starts_with("localhost:"));
  BOOST_TEST((visit(a, uri) == welcome_of(uri)));
}

BOOST_AUTO_TEST_CASE(R11_a_host_may_be_an_IPv6_address) {
  if (!has_ipv6_loopback()) {
    BOOST_TEST_MESSAGE("this machine has no [::1]");
    BOOST_TEST(contains(start_error<NodeStartFailed>("[::1]:0"), "cannot listen at [::1]:0"));
    return;
  }
  TestNode a("[::1]:0");
  TestNode b("[0:0:0::1]:0");
  TestNode c;
  b->spawn<Greeter>({.name = "greeter"});
  const std::string uri = b.address() + "/greeter";
  BOOST_TEST(uri.starts_with("[::1]:"));
  BOOST_TEST((visit(a, uri) == welcome_of(uri)));
  BOOST_TEST((visit(c, uri) == welcome_of(uri)));
}

BOOST_AUTO_TEST_CASE(R11_a_peer_whose_name_nobody_knows_is_down_with_the_reason) {
  TestNode a(impatient());
  const Ref remote = a->lookup("no-such-host.invalid:9700/probe");
  remote << Text{"anybody?"};
  BOOST_TEST(text_of(a.dead_letters.next().message) == "anybody?");
  BOOST_TEST(a.down.next().node.host() == "no-such-host.invalid");
}

BOOST_AUTO_TEST_CASE(R05_two_nodes_that_greet_each_other_at_the_same_time_both_get_through) {
  for (int round = 0; round < 20; ++round) {
    TestNode a;
    TestNode b;
    const auto heard_a = hearings();
    const auto heard_b = hearings();
    a.probe("probe", heard_a);
    b.probe("probe", heard_b);
    const Ref to_b = a.remote(b, "/probe");
    const Ref to_a = b.remote(a, "/probe");
    std::latch together(2);
    const auto greet = [&together](const Ref& whom) {
      together.arrive_and_wait();
      for (int i = 0; i < 10; ++i) {
        whom << Text{std::to_string(i)};
      }
    };
    std::thread other([&] { greet(to_a); });
    greet(to_b);
    other.join();
    for (int i = 0; i < 10; ++i) {
      BOOST_TEST_REQUIRE(heard_a.next().text == std::to_string(i));
      BOOST_TEST_REQUIRE(heard_b.next().text == std::to_string(i));
    }
    BOOST_TEST(a.up.next().node == b.id());
    BOOST_TEST(b.up.next().node == a.id());
    BOOST_TEST(a.down.empty());
    BOOST_TEST(b.down.empty());
  }
}

BOOST_AUTO_TEST_CASE(L10_a_node_stops_while_messages_fly_both_ways) {
  for (int round = 0; round < 3; ++round) {
    Gate flying("many balls to fly", 2000);
    TestNode a;
    TestNode b;
    juggle(a, b, flying);
    a->stop();
    BOOST_TEST(b.down.next().reason == "it was stopped");
    TestNode c;
    b->spawn<Greeter>({.name = "greeter"});
    const std::string uri = b.address() + "/greeter";
    BOOST_TEST((visit(c, uri) == welcome_of(uri)));
  }
}

BOOST_AUTO_TEST_CASE(L10_both_nodes_stop_at_once_while_messages_fly) {
  for (int round = 0; round < 3; ++round) {
    Gate flying("many balls to fly", 2000);
    std::optional<TestNode> a(std::in_place);
    std::optional<TestNode> b(std::in_place);
    juggle(*a, *b, flying);
    std::latch together(2);
    std::thread other([&] {
      together.arrive_and_wait();
      b.reset();
    });
    together.arrive_and_wait();
    a.reset();
    other.join();
    BOOST_TEST(flying.is_open());
  }
}

BOOST_AUTO_TEST_CASE(L10_a_stopped_node_can_be_stopped_again_and_its_refs_are_harmless) {
  TestNode a;
  TestNode b;
  const auto heard = hearings();
  b.probe("probe", heard);
  const Ref remote = a.remote(b, "/probe");
  remote << Text{"before"};
  BOOST_TEST(heard.next().text == "before");
  std::thread other([&] { a->stop(); });
  a->stop();
  other.join();
  a->stop();
  remote << Text{"behind"};
  BOOST_CHECK_THROW(remote.ask<Welcome>(Hello{"you"}, 1h).get(), AskFailed);
  BOOST_TEST(b.down.next().reason == "it was stopped");
  BOOST_TEST(heard.empty());
}

BOOST_AUTO_TEST_SUITE_END()
