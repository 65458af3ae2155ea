/// Nodes that are known by name.
#include "fixture.hpp"
#include "remoting/running_mapper.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;
using remoting::testing::RunningMapper;

struct NamesFixture {
  /// Of a mapper that may not run yet.
  const std::uint16_t port = testing::free_port();
  std::optional<RunningMapper> mapper{std::in_place, port};

  [[nodiscard]] NodeOptions options(std::string name = {},
                                    std::string address = "127.0.0.1:0") const {
    NodeOptions options = options_at(std::move(address));
    options.name = std::move(name);
    options.mapper_port = port;
    return options;
  }
  static std::string greeting(const Ref& greeter) {
    return greeter.ask<Welcome>(Hello{"you"}, 1h).get().text;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(remoting_names, NamesFixture)

BOOST_AUTO_TEST_CASE(U10_an_actor_is_found_by_the_name_of_its_node) {
  TestNode a(options());
  TestNode b(options("worker"));
  b->spawn<Greeter>({.name = "greeter"});
  const Ref greeter = a->lookup("worker@127.0.0.1/greeter");
  BOOST_TEST(greeter.to_string() == "<worker@127.0.0.1/greeter>");
  BOOST_TEST(greeting(greeter) == "welcome, you");
  BOOST_TEST((a.up.next().node == b.id()));
  // The same actor, and not the same name.
  BOOST_TEST((greeter != a.remote(b, "/greeter")));
  BOOST_TEST(greeting(a.remote(b, "/greeter")) == "welcome, you");
}

BOOST_AUTO_TEST_CASE(U10_what_is_sent_to_a_name_arrives_in_order) {
  TestNode a(options());
  TestNode b(options("worker"));
  const Hearings heard = hearings();
  b.probe("probe", heard);
  const Ref probe = a->lookup("worker@127.0.0.1/probe");
  constexpr int kMessages = 2'000;
  for (int i = 0; i < kMessages; ++i) {
    probe << Text{std::to_string(i)};
  }
  for (int i = 0; i < kMessages; ++i) {
    BOOST_REQUIRE_EQUAL(heard.next().text, std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(U10_the_own_name_is_the_own_node) {
  TestNode a(options("me"));
  const Ref greeter = a->spawn<Greeter>({.name = "greeter"});
  BOOST_TEST((a->lookup("me@127.0.0.1/greeter") == greeter));
}

BOOST_AUTO_TEST_CASE(U10_a_ref_by_name_works_at_the_node_that_it_is_sent_to) {
  TestNode a(options());
  TestNode b(options("worker"));
  TestNode c(options());
  b->spawn<Greeter>({.name = "greeter"});
  const Hearings heard = hearings();
  c.probe("probe", heard);
  a.remote(c, "/probe") << Introduce{a->lookup("worker@127.0.0.1/greeter")};
  const Heard introduced = heard.next();
  BOOST_TEST(introduced.ref.to_string() == "<worker@127.0.0.1/greeter>");
  BOOST_TEST(greeting(introduced.ref) == "welcome, you");
}

BOOST_AUTO_TEST_CASE(U10_a_watch_by_name_is_answered_when_the_actor_or_its_node_ends) {
  TestNode a(options());
  std::optional<TestNode> b(options("worker"));
  (*b)->spawn<Greeter>({.name = "one"});
  (*b)->spawn<Greeter>({.name = "two"});
  const Ref one = a->lookup("worker@127.0.0.1/one");
  const Ref two = a->lookup("worker@127.0.0.1/two");
  const Hearings heard = hearings();
  const auto probe = a.probe("probe", heard);
  call(probe, [&](Puppet& me) {
    me.watch(one);
    me.watch(two);
  });
  BOOST_TEST(greeting(one) == "welcome, you");
  (*b)->lookup("/one").stop();
  const Heard first = heard.next();
  BOOST_TEST(first.text == "terminated");
  BOOST_TEST((first.ref == one));
  b.reset();
  const Heard second = heard.next();
  BOOST_TEST(second.text == "terminated");
  BOOST_TEST((second.ref == two));
}

BOOST_AUTO_TEST_CASE(U10_who_watches_an_actor_by_both_of_its_names_hears_of_both) {
  TestNode a(options());
  TestNode b(options("worker"));
  b->spawn<Greeter>({.name = "one"});
  b->spawn<Greeter>({.name = "two"});
  const Hearings heard = hearings();
  const auto probe = a.probe("probe", heard);
  const Ref by_name = a->lookup("worker@127.0.0.1/one");
  const Ref by_id = a.remote(b, "/one");
  call(probe, [&](Puppet& me) {
    me.watch(by_name);
    me.watch(by_id);
    me.watch(a->lookup("worker@127.0.0.1/two"));
    me.watch(a.remote(b, "/two"));
  });
  BOOST_TEST(greeting(by_name) == "welcome, you");
  BOOST_TEST(greeting(by_id) == "welcome, you");
  b->lookup("/one").stop();
  const Ref first = heard.next().ref;
  const Ref second = heard.next().ref;
  BOOST_TEST(((first == by_name && second == by_id) || (first == by_id && second == by_name)));
  // One of two watches is given up; the other one stays.
  call(probe, [&](Puppet& me) { me.unwatch(a->lookup("worker@127.0.0.1/two")); });
  BOOST_TEST(greeting(a.remote(b, "/two")) == "welcome, you");
  b->lookup("/two").stop();
  BOOST_TEST((heard.next().ref == a.remote(b, "/two")));
}

BOOST_AUTO_TEST_CASE(U10_a_mapper_may_come_late_and_go) {
  mapper.reset();
  TestNode a(options());
  TestNode b(options("worker"));
  const auto claimed = testing::listen<NameClaimed>(*b);
  b->spawn<Greeter>({.name = "greeter"});
  const Ref greeter = a->lookup("worker@127.0.0.1/greeter");
  auto answer = greeter.ask<Welcome>(Hello{"you"}, 1h);
  mapper.emplace(port);
  BOOST_TEST((claimed.next().name == NodeId::named("worker", "127.0.0.1")));
  BOOST_TEST(answer.get().text == "welcome, you");
  mapper.reset();
  // Who is known stays so.
  BOOST_TEST(greeting(greeter) == "welcome, you");
  // Another one has to be told anew.
  mapper.emplace(port);
  TestNode c(options());
  BOOST_TEST(greeting(c->lookup("worker@127.0.0.1/greeter")) == "welcome, you");
}

BOOST_AUTO_TEST_CASE(U10_a_node_may_come_back_at_another_port) {
  TestNode a(options());
  std::optional<TestNode> b(options("worker"));
  (*b)->spawn<Greeter>({.name = "greeter"});
  const Ref greeter = a->lookup("worker@127.0.0.1/greeter");
  BOOST_TEST(greeting(greeter) == "welcome, you");
  const NodeId before = b->id();
  b.reset();
  BOOST_TEST((a.down.next().node == before));
  b.emplace(options("worker"));
  BOOST_TEST((b->id() != before));
  (*b)->spawn<Greeter>({.name = "greeter"});
  BOOST_TEST(greeting(greeter) == "welcome, you");
}

BOOST_AUTO_TEST_CASE(U10_a_name_that_is_not_found_in_time_is_like_a_node_that_is_not_reached) {
  for (const bool runs : {true, false}) {
    if (!runs) {
      mapper.reset();
    }
    NodeOptions impatient = options();
    impatient.unreachable_after = 300ms;
    TestNode a(impatient);
    const Ref nobody = a->lookup("nobody@127.0.0.1/x");
    const Hearings heard = hearings();
    const auto probe = a.probe("probe", heard);
    call(probe, [&](Puppet& me) { me.watch(nobody); });
    nobody << Text{"lost"};
    const std::string error =
        error_of<AskFailed>([&] { nobody.ask<Welcome>(Hello{"you"}, 1h).get(); });
    BOOST_TEST(contains(error, "nobody@127.0.0.1 was not found"), error);
    BOOST_TEST(contains(error, runs ? "knows no node nobody: is it up?"
                                    : "no mapper answers at 127.0.0.1:"),
               error);
    const DeadLetter lost = a.dead_letters.next();
    BOOST_TEST(text_of(lost.message) == "lost");
    BOOST_TEST((lost.target == nobody));
    BOOST_TEST((heard.next().ref == nobody));
    BOOST_TEST((a.down.next().node == NodeId::named("nobody", "127.0.0.1")));
  }
}

BOOST_AUTO_TEST_CASE(U10_what_waits_for_a_name_when_the_node_stops_is_a_dead_letter) {
  mapper.reset();
  TestNode a(options());
  a->lookup("nobody@127.0.0.1/x") << Text{"lost"};
  a->stop();
  BOOST_TEST(text_of(a.dead_letters.next().message) == "lost");
}

BOOST_AUTO_TEST_CASE(U10_a_name_of_a_node_that_is_alive_is_an_error_at_the_start) {
  std::optional<TestNode> first(options("worker"));
  const std::string error =
      error_of<NodeStartFailed>([&] { const Node second(options("worker")); });
  BOOST_TEST(contains(error, "cannot be called worker@127.0.0.1"), error);
  BOOST_TEST(contains(error, first->address() + " has that name and is alive"), error);
  // A node that stops gives its name up.
  first.reset();
  const Node second(options("worker"));
}

BOOST_AUTO_TEST_CASE(U10_a_bad_name_is_an_error_at_the_start) {
  BOOST_CHECK_THROW(Node{options("no name")}, InvalidUri);
  NodeOptions local = testing::quiet();
  local.name = "worker";
  const std::string error = error_of<NodeStartFailed>([&] { const Node node(local); });
  BOOST_TEST(contains(error, "give `remoting`"), error);
}

BOOST_AUTO_TEST_SUITE_END()
