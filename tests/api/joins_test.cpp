/// Rule W08: waiting for the end of an actor, and spawning one that is watched.
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

void expect(const Log& log, std::initializer_list<const char*> steps) {
  for (const char* step : steps) {
    BOOST_TEST_REQUIRE(log.next() == step);
  }
}

/// Joins what it is spawned with, and says how that ended.
class Joins : public Process {
 public:
  Task<> run(Ref whom, std::chrono::nanoseconds limit, Log log) {
    log.add("waits");
    try {
      co_await whom.join(limit);
      log.add("ended");
    } catch (const Timeout& timeout) {
      log.add(timeout.what());
    }
  }
};

constexpr auto kNoLimit = std::chrono::nanoseconds::max();

struct World {
  const Log log{"a step"};
  Node node{quiet()};
  const TypedRef<Puppet> other = node.spawn<Puppet>({.name = "other"});

  /// Returns when what was caused before has been dealt with.
  void settle() {
    for (int i = 0; i < 100; ++i) {
      drain(node.spawn<Puppet>());
    }
  }
};

BOOST_AUTO_TEST_SUITE(joins)

BOOST_AUTO_TEST_CASE(W08_a_process_waits_for_the_end_of_an_actor) {
  World world;
  world.node.spawn<Joins>(Ref(world.other), kNoLimit, world.log);
  expect(world.log, {"waits"});
  world.settle();
  BOOST_TEST(world.log.empty());
  world.other.stop();
  expect(world.log, {"ended"});
}

BOOST_AUTO_TEST_CASE(W08_joining_an_actor_that_is_dead_or_never_was_is_over_at_once) {
  World world;
  Ref forgotten = world.node.spawn<Puppet>();
  const Ref gone = detail::RefAccess::borrow(detail::RefAccess::target(forgotten),
                                             detail::RefAccess::generation(forgotten));
  forget(world.node, std::move(forgotten));
  const Ref dead(world.other);
  stop_and_wait(world.node, dead);
  for (const Ref& whom : {dead, gone, Ref()}) {
    world.node.spawn<Joins>(whom, kNoLimit, world.log);
    expect(world.log, {"waits", "ended"});
    whom.join().wait();
  }
  NodeOptions options = quiet();
  options.remoting = "127.0.0.1:0";
  Node named(options);
  named.lookup(named.id()->to_string() + "/nobody").join().wait();
}

class LastWords : public Process {
 public:
  Task<> run(Log log) {
    const auto child = spawn<Puppet>();
    child << Do{[me = Ref(self())](Puppet& one) {
      for (int i = 0; i < 100; ++i) {
        me << i;
      }
      one.stop();
      me << 100;
    }};
    co_await child.join();
    int heard = 0;
    while (get_nowait<int>() == heard) {
      ++heard;
    }
    log.add(std::to_string(heard));
  }
};

BOOST_AUTO_TEST_CASE(W08_all_that_the_actor_had_sent_has_come_before) {
  World world;
  for (int round = 0; round < 100; ++round) {
    world.node.spawn<LastWords>(world.log);
    expect(world.log, {"101"});
  }
}

BOOST_AUTO_TEST_CASE(W08_a_limit_may_be_put_on_it_and_it_may_be_joined_again) {
  class Impatient : public Process {
   public:
    Task<> run(Ref whom, Log log) {
      try {
        co_await with_timeout(1ms, whom.join());
      } catch (const Timeout&) {
        log.add("with_timeout");
      }
      co_await whom.join();
      log.add("ended");
    }
  };
  World world;
  world.node.spawn<Joins>(Ref(world.other), 1ms, world.log);
  expect(world.log, {"waits", "the actor </other> has not stopped within the time limit"});
  world.node.spawn<Impatient>(Ref(world.other), world.log);
  expect(world.log, {"with_timeout"});
  world.other.stop();
  expect(world.log, {"ended"});
}

class JoinsAndWatches : public Process {
 public:
  Task<> run(Log log) {
    const auto first = watch<Puppet>();
    first.stop();
    co_await first.join();
    log.add("joined");
    const Terminated end = co_await get<Terminated>();
    log.add(end.actor == first ? "told" : "told of another");

    const auto second = watch<Puppet>();
    Join join = second.join();
    unwatch(second);
    second.stop();
    co_await join;
    log.add("joined");
    co_await sleep(1ms);
    log.add(get_nowait<Terminated>() ? "told" : "not told");

    const auto third = watch<Puppet>();
    try {
      co_await third.join(1ms);
    } catch (const Timeout&) {
      log.add("timeout");
    }
    third.stop();
    const Terminated last = co_await get<Terminated>();
    log.add(last.actor == third ? "told" : "told of another");
  }
};

BOOST_AUTO_TEST_CASE(W08_a_join_and_a_watch_of_one_actor_do_not_disturb_each_other) {
  World world;
  world.node.spawn<JoinsAndWatches>(world.log);
  expect(world.log, {"joined", "told", "joined", "not told", "timeout", "told"});
}

BOOST_AUTO_TEST_CASE(W08_several_may_be_joined_at_once) {
  class JoinsTwo : public Process {
   public:
    Task<> run(Ref one, Ref two, Log log) {
      Join first = one.join();
      Join second = two.join();
      log.add("waits");
      co_await first;
      log.add(second.ready() ? "both" : "one");
      co_await second;
      log.add("both");
    }
  };
  World world;
  const auto second = world.node.spawn<Puppet>();
  world.node.spawn<JoinsTwo>(Ref(world.other), Ref(second), world.log);
  expect(world.log, {"waits"});
  world.other.stop();
  expect(world.log, {"one"});
  second.stop();
  expect(world.log, {"both"});
}

class JoinsInHandler : public Puppet {
 public:
  using Receives = Messages<Do, Ref>;
  using Puppet::on;
  Task<> on(const Ref& whom) {
    co_await whom.join();
    sender() << 1;
  }
};

BOOST_AUTO_TEST_CASE(W08_a_handler_that_is_a_coroutine_may_join) {
  World world;
  const auto joins = world.node.spawn<JoinsInHandler>();
  auto reply = joins.ask<int>(Ref(world.other), 1h);
  world.settle();
  BOOST_TEST(!reply.ready());
  world.other.stop();
  BOOST_TEST(reply.get() == 1);
}

BOOST_AUTO_TEST_CASE(W08_outside_of_actors_a_thread_waits) {
  World world;
  BOOST_CHECK_THROW(world.other.join(1ms).wait(), Timeout);
  Join join = world.other.join();
  BOOST_TEST(!join.ready());
  std::jthread thread([&] { join.wait(); });
  world.other.stop();
  thread.join();
  BOOST_TEST(join.ready());
  join.wait();
  BOOST_CHECK_THROW(call(world.node.spawn<Puppet>(), [&](Puppet&) { world.other.join().wait(); }),
                    std::logic_error);
}

BOOST_AUTO_TEST_CASE(W08_a_join_is_over_when_the_node_ends) {
  World world;
  Ref other;
  {
    Node second(quiet());
    other = second.spawn<Puppet>({.name = "elsewhere"});
    world.node.spawn<Joins>(other, kNoLimit, world.log);
    expect(world.log, {"waits"});
  }
  expect(world.log, {"ended"});
  other.join().wait();
  world.node.spawn<Joins>(other, kNoLimit, world.log);
  expect(world.log, {"waits", "ended"});
}

BOOST_AUTO_TEST_CASE(W08_an_actor_that_joins_itself_gets_an_error) {
  World world;
  BOOST_CHECK_THROW(call(world.other,
                         [](Puppet& me) {
                           const Join join = me.self().join();
                           return join.ready();
                         }),
                    std::logic_error);
}

BOOST_AUTO_TEST_CASE(W06_a_restart_is_no_end_for_those_who_join) {
  NodeOptions options = quiet();
  options.on_failure = Decision::Restart;
  Node node(options);
  const auto restarted = listen<Restarted>(node);
  const auto actor = node.spawn<Puppet>();
  Join join = actor.join();
  actor << Do{[](Puppet&) { throw std::runtime_error("broken"); }};
  restarted.next();
  drain(actor);
  BOOST_TEST(!join.ready());
  actor.stop();
  join.wait();
}

BOOST_AUTO_TEST_CASE(L02_a_process_that_joins_is_stopped_as_one_that_sleeps) {
  class JoinsThen : public Process {
   public:
    Task<> run(Ref whom, bool handles, Log log) {
      if (handles) {
        co_await get<int>();
      }
      log.add("waits");
      co_await whom.join();
      log.add("ended");
    }
  };
  World world;
  const auto idle = world.node.spawn<JoinsThen>(Ref(world.other), false, world.log);
  expect(world.log, {"waits"});
  stop_and_wait(world.node, idle);
  const auto handling = world.node.spawn<JoinsThen>(Ref(world.other), true, world.log);
  handling << 1;
  expect(world.log, {"waits"});
  handling.stop();
  world.settle();
  BOOST_TEST(world.log.empty());
  world.other.stop();
  expect(world.log, {"ended"});
  handling.join().wait();
}

/// Ends at once if it is told to.
class Child : public Puppet {
 public:
  Child(Log log, int number) : log_(std::move(log)), number_(number) {}
  void pre_start() override { log_.add("child " + std::to_string(number_)); }

 private:
  Log log_;
  int number_;
};

class Mother : public Puppet {
 public:
  using Receives = Messages<Do, Terminated>;
  explicit Mother(Log log) : log_(std::move(log)) {}
  using Puppet::on;
  void on(const Terminated& end) { log_.add("end of " + end.actor.to_string()); }

 private:
  Log log_;
};

BOOST_AUTO_TEST_CASE(W08_watch_spawns_and_watches_in_all_the_ways_in_which_spawn_spawns) {
  World world;
  const Log& log = world.log;
  const auto mother = world.node.spawn<Mother>({.name = "mother"}, log);
  for (const auto& [number, way] :
       std::initializer_list<std::pair<const char*, std::function<TypedRef<Child>(Puppet&)>>>{
           {"$Child-1", [&](Puppet& me) { return me.watch<Child>(log, 1); }},
           {"two", [&](Puppet& me) { return me.watch<Child>({.name = "two"}, log, 2); }},
           {"$Child-2", [&](Puppet& me) { return me.watch(props<Child>(log, 3)); }},
           {"four",
            [&](Puppet& me) { return me.watch(props<Child>(log).bind(4), {.name = "four"}); }}}) {
    const auto child = call(mother, way);
    BOOST_TEST(log.next().starts_with("child "));
    child.stop();
    BOOST_TEST(log.next() == "end of </mother/" + std::string(number) + ">");
  }
  BOOST_CHECK_THROW(call(mother, [&](Puppet& me) { me.watch<Child>({.name = "a/b"}, log, 5); }),
                    InvalidName);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
