/// Rules T07 and T08: routers that spawn their routees.
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

#include "engine/manual_node.hpp"
#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Fail {};
struct FailLogic {};

class Worker : public Puppet {
 public:
  using Receives = Messages<Do, int, Fail, FailLogic>;
  Worker(Log log, std::string what) : log_(std::move(log)), what_(std::move(what)) {}
  using Puppet::on;
  void on(const int& number) { log_.add(what_ + " " + std::to_string(number)); }
  void on(const Fail&) { throw std::runtime_error("failed"); }
  void on(const FailLogic&) { throw std::logic_error("failed badly"); }

 private:
  Log log_;
  std::string what_;
};

/// Decides on what a pool could not.
class Boss : public Puppet {
 public:
  explicit Boss(Restart how = {}) : how_(how) {}
  Decision supervise(const ChildError& /*error*/) override { return how_; }
  using Puppet::spawn_pool;

 private:
  Restart how_;
};

struct World {
  const Log log{"a line of a worker"};
  Node node{quiet()};
  const Collector<Restarted> restarted = listen<Restarted>(node);
  const Collector<Terminated> terminated = listen<Terminated>(node);
  const Collector<DeadLetter> dead = listen<DeadLetter>(node);

  auto pool(PoolOptions options) {
    return node.spawn_pool<Worker>(RoundRobin{}, std::move(options), log, "did");
  }
  void wait_for_end_of(const Ref& actor) const {
    while (terminated.next().actor != actor) {
    }
  }
};

BOOST_AUTO_TEST_SUITE(pools)

BOOST_AUTO_TEST_CASE(T07_a_pool_spawns_its_routees_as_children_of_its_actor) {
  World world;
  const auto workers = world.pool({.name = "workers", .size = 3});
  BOOST_TEST(workers.pool() == world.node.lookup("/workers"));
  BOOST_TEST(workers.routees().size() == 3);
  for (const Ref& routee : workers.routees()) {
    BOOST_TEST(call(routee, [](Puppet& me) { return me.parent(); }) == workers.pool());
  }
  workers << 1 << 2 << 3;
  const std::vector<std::string> lines = world.log.next(3);
  BOOST_TEST(std::set<std::string>(lines.begin(), lines.end()) ==
                 (std::set<std::string>{"did 1", "did 2", "did 3"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(T07_an_actor_has_pools_of_its_own_also_by_props) {
  World world;
  const Ref boss = world.node.spawn<Boss>();
  const auto workers = call(boss, [&](Puppet& me) {
    return static_cast<Boss&>(me).spawn_pool(SmallestMailbox{}, {.size = 2},
                                             props<Worker>(world.log, "made"));
  });
  BOOST_TEST(workers.pool().uri().path().starts_with(boss.uri().path() + "/$Pool-"));
  workers << 4;
  BOOST_TEST(world.log.next() == "made 4");
}

BOOST_AUTO_TEST_CASE(T07_a_pool_is_used_at_once) {
  World world;
  const Ref boss = world.node.spawn<Boss>();
  // Nobody else has had a turn when the message is sent.
  call(boss, [&](Puppet& me) {
    static_cast<Boss&>(me).spawn_pool<Worker>(RoundRobin{}, {.size = 1}, world.log, "did") << 1;
  });
  BOOST_TEST(world.log.next() == "did 1");
}

// By hand, since nothing tells when the pool has heard of the end.
BOOST_AUTO_TEST_CASE(T07_a_routee_that_stops_leaves_the_pool) {
  const Log log("a line of a worker");
  const ManualNode node;
  int dead = 0;
  node.core().events().subscribe(detail::kMessageType<DeadLetter>, [&](const void*) { ++dead; });
  const Ref boss = node.spawn(detail::kActorType<Boss>, detail::make_factory<Boss>());
  std::optional<Router<RoundRobin, TypedRef<Worker>>> workers;
  boss << Do{[&](Puppet& me) {
    workers = static_cast<Boss&>(me).spawn_pool<Worker>(RoundRobin{}, {.size = 2}, log, "did");
  }};
  node.run();
  const std::vector<TypedRef<Worker>> all = workers->routees();
  all[0].stop();
  node.run();
  BOOST_TEST_REQUIRE(workers->routees().size() == 1U);
  BOOST_TEST(workers->routees().front() == all[1]);
  *workers << 1 << 2;
  node.run();
  BOOST_TEST(log.next() == "did 1");
  BOOST_TEST(log.next() == "did 2");
  BOOST_TEST(dead == 0);
}

BOOST_AUTO_TEST_CASE(T07_when_the_last_has_stopped_so_does_the_pool) {
  World world;
  const auto workers = world.pool({.size = 2});
  for (const Ref& routee : workers.routees()) {
    routee.stop();
  }
  world.wait_for_end_of(workers.pool());
  BOOST_TEST(workers.routees().empty());
}

BOOST_AUTO_TEST_CASE(T07_a_pool_that_stops_stops_its_routees) {
  World world;
  const auto workers = world.pool({.size = 2});
  const std::vector<TypedRef<Worker>> all = workers.routees();
  workers.pool().stop();
  std::set<std::string> ended;
  for (int i = 0; i < 3; ++i) {
    ended.insert(world.terminated.next().actor.to_string());
  }
  BOOST_TEST(ended.contains(all[0].to_string()));
  BOOST_TEST(ended.contains(all[1].to_string()));
  BOOST_TEST(ended.contains(workers.pool().to_string()));
  BOOST_TEST(workers.routees().empty());
}

BOOST_AUTO_TEST_CASE(T07_what_fails_is_supervised_as_S02_says_unless_told_otherwise) {
  World world;
  const auto workers = world.pool({.size = 1});
  const Ref routee = workers.routees().front();
  workers << Fail{};
  BOOST_TEST(world.restarted.next().actor == routee);
  workers << 1;
  BOOST_TEST(world.log.next() == "did 1");

  const auto fragile = world.pool({.size = 1, .on_failure = Decision::Stop});
  fragile << Fail{};
  world.wait_for_end_of(fragile.pool());
  BOOST_TEST(fragile.routees().empty());
}

BOOST_AUTO_TEST_CASE(T07_a_pool_that_is_restarted_has_other_routees) {
  World world;
  const Ref boss = world.node.spawn<Boss>();
  const auto workers = call(boss, [&](Puppet& me) {
    return static_cast<Boss&>(me).spawn_pool<Worker>(RoundRobin{}, {.size = 2}, world.log, "did");
  });
  const std::vector<TypedRef<Worker>> before = workers.routees();
  workers << FailLogic{};  // escalates
  BOOST_TEST(world.restarted.next().actor == workers.pool());
  const std::vector<TypedRef<Worker>> after = workers.routees();
  BOOST_TEST(after.size() == 2);
  for (const Ref& routee : after) {
    BOOST_TEST((routee != before[0] && routee != before[1]));
  }
  workers << 1;
  BOOST_TEST(world.log.next() == "did 1");
}

BOOST_AUTO_TEST_CASE(T07_a_pool_whose_restart_keeps_children_keeps_its_routees) {
  World world;
  const Ref boss = world.node.spawn<Boss>(Restart{.keep_children = true});
  const auto workers = call(boss, [&](Puppet& me) {
    return static_cast<Boss&>(me).spawn_pool<Worker>(RoundRobin{}, {.size = 2}, world.log, "did");
  });
  const std::vector<TypedRef<Worker>> before = workers.routees();
  workers << FailLogic{};  // escalates
  BOOST_TEST(world.restarted.next().actor == workers.pool());
  const std::vector<TypedRef<Worker>> after = workers.routees();
  BOOST_TEST(after.size() == 2);
  BOOST_TEST((after == before));
  workers << 1 << 2;
  const std::set<std::string> done{world.log.next(), world.log.next()};
  BOOST_TEST((done == std::set<std::string>{"did 1", "did 2"}));
  for (const Ref& routee : after) {
    routee.stop();
  }
  world.wait_for_end_of(workers.pool());  // it still watches them
}

BOOST_AUTO_TEST_CASE(T07_one_that_was_removed_lives_on) {
  World world;
  const auto workers = world.pool({.size = 2});
  const TypedRef<Worker> removed = workers.routees().front();
  workers.remove(removed);
  BOOST_TEST(workers.routees().size() == 1);
  removed << 1;
  BOOST_TEST(world.log.next() == "did 1");
  removed.poison();
  world.wait_for_end_of(removed);
  workers << 2;
  BOOST_TEST(world.log.next() == "did 2");
}

BOOST_AUTO_TEST_CASE(T07_a_pool_without_routees_is_an_error_that_says_what_to_do) {
  World world;
  BOOST_CHECK_EXCEPTION(world.pool({}), std::invalid_argument, [](const auto& error) {
    return std::string(error.what()).find("give PoolOptions::size") != std::string::npos;
  });
  BOOST_CHECK_THROW(world.pool({.name = "a/b", .size = 1}), InvalidName);
}

BOOST_AUTO_TEST_CASE(T08_messages_to_a_pool_that_has_stopped_are_its_dead_letters) {
  World world;
  const auto workers = world.pool({.size = 1});
  workers.pool().stop();
  world.wait_for_end_of(workers.pool());
  workers << 1;
  BOOST_TEST(world.dead.next().target == workers.pool());
  BOOST_CHECK_THROW(workers.ask<int>(1, 1h).get(), AskFailed);
}

BOOST_AUTO_TEST_CASE(T08_a_message_to_a_pool_whose_node_has_ended_is_a_dead_letter_at_the_senders) {
  Node elsewhere(quiet());
  const auto workers =
      elsewhere.spawn_pool<Worker>(RoundRobin{}, {.size = 1}, Log("a line"), "did");
  elsewhere.stop();
  Node node(quiet());
  const auto dead = listen<DeadLetter>(node);
  const auto sender = node.spawn<Puppet>();
  call(sender, [&](Puppet& /*me*/) { workers << 1; });
  const DeadLetter letter = dead.next();
  BOOST_TEST(letter.target == workers.pool());
  BOOST_TEST(letter.sender == sender);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
