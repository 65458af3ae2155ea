/// Death watch across nodes.
#include <array>
#include <optional>
#include <thread>

#include "fixture.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;

/// A watcher at one node, and an actor to be watched at another.
struct WatchFixture {
  TestNode a;
  std::optional<TestNode> b{std::in_place};
  Hearings heard_a = hearings();
  Hearings heard_b = hearings();
  Ref watcher = a.probe("watcher", heard_a);
  Ref watched = b->probe("watched", heard_b);
  Ref remote = a.remote(*b, "/watched");

  void watch(const Ref& actor) {
    call(watcher, [actor](Puppet& me) { me.watch(actor); });
  }
  /// Returns when the other node has dealt with all that the watcher said to it.
  void settle() {
    call(watcher, [this](Puppet& me) { remote << Introduce{me.self()}; });
    BOOST_TEST(heard_b.next().text == "introduced");
  }
  void check_terminated(const Ref& actor) {
    const Heard heard = heard_a.next();
    BOOST_TEST(heard.text == "terminated");
    BOOST_TEST(heard.ref == actor);
  }
  /// What `remote` says is the next that the watcher hears.
  void check_quiet(const Ref& actor_there) {
    const Ref back = b->remote(a, "/watcher");
    call(actor_there, [back](Puppet&) { back << Text{"nothing happened"}; });
    BOOST_TEST(heard_a.next().text == "nothing happened");
  }
};

/// Restarts what fails below it.
class Parent : public Puppet {
 public:
  using Receives = Messages<Do>;
  Decision supervise(const ChildError&) override { return Decision::Restart; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(remoting_watch, WatchFixture)

BOOST_AUTO_TEST_CASE(W07_the_end_of_a_remote_actor_is_heard_of) {
  watch(remote);
  settle();
  watched.stop();
  check_terminated(remote);
}

BOOST_AUTO_TEST_CASE(W07_terminated_comes_behind_all_that_the_remote_actor_had_sent) {
  watch(remote);
  settle();
  const Ref back = b->remote(a, "/watcher");
  call(watched, [back](Puppet& me) {
    for (int i = 0; i < 1000; ++i) {
      back << Text{std::to_string(i)};
    }
    me.stop();
    back << Text{"last words"};
  });
  for (int i = 0; i < 1000; ++i) {
    BOOST_TEST_REQUIRE(heard_a.next().text == std::to_string(i));
  }
  BOOST_TEST(heard_a.next().text == "last words");
  check_terminated(remote);
}

BOOST_AUTO_TEST_CASE(W07_a_remote_actor_that_is_dead_or_never_was_is_terminated_at_once) {
  const Ref never = a.remote(*b, "/never/was");
  watch(never);
  check_terminated(never);
  testing::stop_and_wait(**b, watched);
  watch(remote);
  check_terminated(remote);
  // Each watch is answered, also a second one of the same name.
  watch(remote);
  check_terminated(remote);
}

BOOST_AUTO_TEST_CASE(W08_the_end_of_a_remote_actor_can_be_joined) {
  class Joins : public Process {
   public:
    Task<> run(Ref whom, testing::Log log) {
      try {
        co_await whom.join(10ms);
      } catch (const Timeout&) {
        log.add("timeout");
      }
      watch(whom);
      co_await whom.join();
      const Terminated end = co_await get<Terminated>();
      log.add(end.actor == whom ? "told" : "told of another");
    }
  };
  const testing::Log log("a step");
  const auto joins = a->spawn<Joins>(remote, log);
  BOOST_TEST(log.next() == "timeout");
  Join join = remote.join();
  settle();
  BOOST_TEST(!join.ready());
  watched.stop();
  join.wait();
  BOOST_TEST(log.next() == "told");
  remote.join().wait();
  a.remote(*b, "/never/was").join().wait();
}

BOOST_AUTO_TEST_CASE(W08_a_join_is_over_when_the_other_node_or_the_own_one_ends) {
  Join join = remote.join();
  settle();
  (*b)->stop();
  join.wait();
  Join other = a->lookup(free_address() + "/nobody").join();
  BOOST_TEST(!other.ready());
  a->stop();
  other.wait();
}

BOOST_AUTO_TEST_CASE(W07_a_clean_stop_of_the_node_ends_what_was_watched_there) {
  const Ref guardian = a.remote(*b, "");
  watch(remote);
  watch(guardian);
  settle();
  (*b)->stop();
  const auto heard = heard_a.next(2);
  BOOST_TEST((texts(heard) == std::vector<std::string>{"terminated", "terminated"}));
  BOOST_TEST(heard[0].ref == remote);
  BOOST_TEST(heard[1].ref == guardian);
}

BOOST_AUTO_TEST_CASE(W07_watching_at_a_node_that_is_down_ends_when_it_is_given_up) {
  NodeOptions impatient = options_at("127.0.0.1:0");
  impatient.unreachable_after = 100ms;
  TestNode c(impatient);
  const Ref hopeful = c.probe("hopeful", heard_a);
  const Ref absent = c->lookup(free_address() + "/absent");
  call(hopeful, [absent](Puppet& me) { me.watch(absent); });
  check_terminated(absent);
  BOOST_TEST(c.down.next().node.to_string() + "/absent" == absent.uri().to_string());
}

BOOST_AUTO_TEST_CASE(W07_another_start_of_the_node_does_not_have_the_actors_that_were_watched) {
  watch(remote);
  settle();
  const std::string address = b->address();
  b.reset();
  check_terminated(remote);
  b.emplace(address);
  watched = b->probe("watched", heard_b);
  watch(remote);
  settle();
  watched.stop();
  check_terminated(remote);
}

BOOST_AUTO_TEST_CASE(W07_unwatch_keeps_terminated_away) {
  watch(remote);
  settle();
  call(watcher, [this](Puppet& me) { me.unwatch(remote); });
  settle();
  const Ref other = b->probe("other", heard_b);
  testing::stop_and_wait(**b, watched);
  check_quiet(other);
}

BOOST_AUTO_TEST_CASE(W07_unwatch_keeps_a_terminated_away_that_is_on_its_way) {
  const Ref never = a.remote(*b, "/never");
  call(watcher, [never](Puppet& me) {
    me.watch(never);
    me.unwatch(never);
  });
  check_quiet(watched);
  // In the mailbox already: the watcher is busy until it has come.
  Gate busy("the watcher to be busy");
  Gate release("the test to go on");
  watcher << Do{[&](Puppet& me) {
    me.watch(remote);
    busy.open();
    release.wait();
    me.unwatch(remote);
  }};
  busy.wait();
  const auto other_heard = hearings();
  const Ref other = a.probe("other", other_heard);
  call(other, [this](Puppet& me) { me.watch(remote); });
  call(other, [this](Puppet& me) { remote << Introduce{me.self()}; });
  heard_b.next();
  watched.stop();
  BOOST_TEST(other_heard.next().text == "terminated");  // it was told behind the watcher
  release.open();
  const Ref successor = b->probe("successor", heard_b);
  check_quiet(successor);
}

BOOST_AUTO_TEST_CASE(W07_watching_twice_is_watching_once) {
  watch(remote);
  watch(a.remote(*b, "/watched"));
  settle();
  const Ref other = b->probe("other", heard_b);
  testing::stop_and_wait(**b, watched);
  check_terminated(remote);
  check_quiet(other);
}

BOOST_AUTO_TEST_CASE(W07_a_watch_after_an_unwatch_counts) {
  call(watcher, [this](Puppet& me) {
    me.watch(remote);
    me.unwatch(remote);
    me.watch(remote);
  });
  settle();
  watched.stop();
  check_terminated(remote);
}

BOOST_AUTO_TEST_CASE(W07_several_watchers_at_several_nodes_all_hear_of_it) {
  TestNode c;
  const auto heard_c = hearings();
  const Ref second = a.probe("second", heard_c);
  const Ref third = c.probe("third", heard_c);
  watch(remote);
  call(second, [this](Puppet& me) { me.watch(remote); });
  call(third, [this, &c](Puppet& me) { me.watch(c.remote(*b, "/watched")); });
  call(third, [this, &c](Puppet& me) { c.remote(*b, "/watched") << Introduce{me.self()}; });
  BOOST_TEST(heard_b.next().text == "introduced");
  settle();
  watched.stop();
  check_terminated(remote);
  for (const Heard& heard : heard_c.next(2)) {
    BOOST_TEST(heard.text == "terminated");
    BOOST_TEST(heard.ref == remote);
  }
}

BOOST_AUTO_TEST_CASE(W07_two_actors_that_watch_each_other_across_nodes) {
  watch(remote);
  settle();
  const Ref back = b->remote(a, "/watcher");
  call(watched, [back](Puppet& me) { me.watch(back); });
  call(watched, [back](Puppet&) { back << Text{"I watch you"}; });
  BOOST_TEST(heard_a.next().text == "I watch you");
  testing::stop_and_wait(*a, watcher);
  const Heard heard = heard_b.next();
  BOOST_TEST(heard.text == "terminated");
  BOOST_TEST(heard.ref == back);
  // The watcher is gone: nobody is told of this one.
  testing::stop_and_wait(**b, watched);
  BOOST_TEST(a.dead_letters.empty());
}

BOOST_AUTO_TEST_CASE(W04_a_remote_terminated_that_is_not_handled_is_a_failure) {
  const Ref plain = a->spawn<Puppet>({.name = "plain"});
  call(plain, [this](Puppet& me) { me.watch(me.lookup(remote.uri().to_string())); });
  watched.stop();
  const Error error = a.errors.next();
  BOOST_TEST(error.actor == plain);
  BOOST_CHECK_THROW(std::rethrow_exception(error.error), UnhandledTermination);
}

BOOST_AUTO_TEST_CASE(W06_a_restart_at_the_other_node_is_no_termination) {
  const Ref parent = (*b)->spawn<Parent>({.name = "parent"});
  const Ref child = call(
      parent, [this](Puppet& me) -> Ref { return me.spawn<Probe>({.name = "child"}, heard_b); });
  const Ref far_child = a.remote(*b, "/parent/child");
  watch(far_child);
  settle();
  child << Fail{"start again"};
  check_quiet(child);
  BOOST_TEST(contains(describe(b->errors.next().error), "start again"));
  child.stop();
  check_terminated(far_child);
}

// However the stop of the node and the watches fall together, each watch is answered once.
BOOST_AUTO_TEST_CASE(W07_no_terminated_is_lost_or_doubled_while_the_node_stops) {
  constexpr std::size_t kRounds = 10;
  constexpr std::size_t kWatchers = 20;
  constexpr std::size_t kActors = 5;
  NodeOptions impatient = options_at("127.0.0.1:0");
  impatient.unreachable_after = 200ms;
  for (std::size_t round = 0; round < kRounds; ++round) {
    TestNode here(impatient);
    std::optional<TestNode> there(std::in_place);
    const auto heard = hearings();
    std::vector<Ref> actors;
    for (std::size_t i = 0; i < kActors; ++i) {
      there->probe(fmt::format("actor-{}", i), heard_b);
      actors.push_back(here.remote(*there, fmt::format("/actor-{}", i)));
    }
    std::vector<Ref> watchers;
    for (std::size_t i = 0; i < kWatchers; ++i) {
      watchers.push_back(here.probe(fmt::format("watcher-{}", i), heard));
    }
    here.remote(*there, "/actor-0") << Text{"come up"};
    here.up.next();
    std::thread stopping([&] { there.reset(); });
    for (const Ref& one : watchers) {
      one << Do{[actors](Puppet& me) {
        for (const Ref& actor : actors) {
          me.watch(actor);
        }
      }};
    }
    for (const Heard& one : heard.next(kWatchers * kActors)) {
      BOOST_TEST_REQUIRE(one.text == "terminated");
    }
    stopping.join();
    for (const Ref& one : watchers) {
      drain(one);
    }
    BOOST_TEST(heard.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
