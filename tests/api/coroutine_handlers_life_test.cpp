/// Rule C08: what becomes of a handler that waits when its actor is stopped, killed, restarted or
/// held.
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "coroutine_world.hpp"
#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

BOOST_AUTO_TEST_SUITE(coroutine_handlers_life)

BOOST_AUTO_TEST_CASE(L01_stop_waits_for_a_handler_that_waits) {
  World world;
  const auto dead = listen<DeadLetter>(world.node);
  auto reply = world.worker.ask<int>(Slow{"slow"}, 1h);
  expect(world.log, {"slow begins"});
  world.worker << Quick{"before"};
  world.worker.stop();
  world.worker.stop();
  world.worker << Quick{"after"};
  world.settle();
  BOOST_TEST(world.log.empty());
  world.held.let_go();
  BOOST_TEST(reply.get() == 1);
  expect(world.log, {"slow ends", "frame of slow gone", "post_stop"});
  BOOST_TEST(dead.next().message.get_if<Quick>()->name == "before");
  BOOST_TEST(dead.next().message.get_if<Quick>()->name == "after");
}

class Sleeps : public Actor {
 public:
  using Receives = Messages<int>;
  Task<> on(const int& number) {
    stop();
    self().stop();
    co_await sleep(20ms);
    sender() << number;
  }
};

BOOST_AUTO_TEST_CASE(L01_stop_waits_for_a_handler_that_sleeps) {
  Node node(quiet());
  const auto ended = listen<Terminated>(node);
  const auto sleeps = node.spawn<Sleeps>();
  BOOST_TEST(sleeps.ask<int>(5).get() == 5);
  BOOST_TEST(ended.next().actor == sleeps);
}

BOOST_AUTO_TEST_CASE(L01_a_handler_that_fails_after_a_stop_ends_the_actor) {
  World world(Decision::Restart);
  const auto ignored = listen<ErrorIgnored>(world.node);
  world.worker << FailsLater{"two"};
  expect(world.log, {"two"});
  world.worker.stop();
  world.settle();
  world.held.let_go();
  BOOST_TEST(describe(ignored.next().error) == "two has failed");
  expect(world.log, {"post_stop"});
  world.node.stop();
  BOOST_TEST(world.log.empty());
}

BOOST_AUTO_TEST_CASE(L02_kill_drops_a_handler_where_it_waits_and_whoever_asked_hears_of_it) {
  World world;
  auto reply = world.worker.ask<int>(Slow{"slow"}, 1h);
  expect(world.log, {"slow begins"});
  world.worker.kill();
  expect(world.log, {"frame of slow gone", "post_stop"});
  BOOST_TEST(contains(failure(reply), "</worker> was stopped or restarted before"));
}

BOOST_AUTO_TEST_CASE(L02_kill_after_stop_does_not_wait_for_a_handler_any_more) {
  World world;
  world.begin();
  world.worker.stop();
  world.settle();
  BOOST_TEST(world.log.empty());
  world.worker.kill();
  expect(world.log, {"frame of slow gone", "post_stop"});
}

BOOST_AUTO_TEST_CASE(L09_poison_waits_its_turn_behind_a_handler_that_waits) {
  World world;
  world.begin();
  world.worker << Quick{"before"};
  world.worker.poison();
  world.worker << Quick{"after"};
  world.held.let_go();
  expect(world.log, {"slow ends", "frame of slow gone", "before", "post_stop"});
}

BOOST_AUTO_TEST_CASE(M11_a_watcher_is_noted_and_children_are_decided_about_while_a_handler_waits) {
  World world(Decision::Resume);
  const auto errors = listen<Error>(world.node);
  const auto child =
      call(world.worker, [&](Puppet& me) { return me.spawn<Puppet>({.name = "child"}); });
  auto reply = world.worker.ask<int>(Slow{"slow"}, 1h);
  expect(world.log, {"slow begins"});
  child << Do{[](Puppet&) { throw std::runtime_error("broken"); }};
  expect(world.log, {"supervise"});
  // The child's error becomes its parent's own, and is not about the message that waits there.
  BOOST_TEST(errors.next().actor == child);
  const Error escalated = errors.next();
  BOOST_TEST(escalated.actor == world.worker);
  BOOST_TEST(!escalated.message);
  world.held.let_go();
  expect(world.log, {"slow ends", "frame of slow gone"});
  BOOST_TEST(reply.get() == 1);
  const Collector<Ref> ends("a Terminated");
  const auto watcher = world.node.spawn<Watcher>(ends);
  Held again(world.oracle);
  world.begin();
  call(watcher, [&](Puppet& me) { me.watch(world.worker); });
  world.worker.kill();
  BOOST_TEST(ends.next() == world.worker);
}

BOOST_AUTO_TEST_CASE(S09_an_error_of_a_child_does_not_end_a_handler_that_a_stop_waits_for) {
  World world(Decision::Restart);
  const auto ignored = listen<ErrorIgnored>(world.node);
  const auto child = call(world.worker, [&](Puppet& me) { return me.spawn<Puppet>(); });
  world.begin();
  world.worker.stop();
  world.settle();
  child << Do{[](Puppet&) { throw std::runtime_error("broken"); }};
  expect(world.log, {"supervise"});
  BOOST_TEST(ignored.next().actor == world.worker);
  world.settle();
  BOOST_TEST(world.log.empty());
  world.held.let_go();
  expect(world.log, {"slow ends", "frame of slow gone", "post_stop"});
}

BOOST_AUTO_TEST_CASE(L06_a_restart_drops_a_handler_where_it_waits_and_keeps_the_mailbox) {
  World world(Decision::Restart);
  const auto child = call(world.worker, [&](Puppet& me) { return me.spawn<Puppet>(); });
  auto reply = world.worker.ask<int>(Slow{"slow"}, 1h);
  world.worker << Quick{"quick"};
  expect(world.log, {"slow begins"});
  child << Do{[](Puppet&) { throw std::runtime_error("broken"); }};
  expect(world.log, {"supervise", "frame of slow gone", "post_stop", "pre_start", "quick"});
  BOOST_TEST(contains(failure(reply), "before it had replied"));
}

/// Restarts all its children when one of them fails.
class Boss : public Puppet {
 public:
  Decision supervise(const ChildError& /*error*/) override {
    return all_for_one(Decision::Restart);
  }
};

BOOST_AUTO_TEST_CASE(S07_a_restart_of_all_drops_a_handler_where_it_waits) {
  World world;
  const auto boss = world.node.spawn<Boss>();
  const auto [one, other] = call(boss, [&](Puppet& me) {
    return std::pair(me.spawn<Worker>({.name = "one"}, world.log, Ref(world.oracle)),
                     me.spawn<Puppet>());
  });
  expect(world.log, {"pre_start"});
  auto reply = one.ask<int>(Slow{"slow"}, 1h);
  expect(world.log, {"slow begins"});
  other << Do{[](Puppet&) { throw std::runtime_error("broken"); }};
  expect(world.log, {"frame of slow gone", "post_stop", "pre_start"});
  BOOST_TEST(contains(failure(reply), "broken"));
}

BOOST_AUTO_TEST_CASE(L08_a_handler_of_a_suspended_actor_does_not_move_on) {
  World world;
  Gate failed("the boss to have failed");
  Gate decide("the test to let the boss be resumed");
  class Waits : public Puppet {
   public:
    Waits(Gate* failed, Gate* decide) : failed_(failed), decide_(decide) {}
    Decision supervise(const ChildError& /*error*/) override {
      failed_->open();
      decide_->wait();
      return Decision::Resume;
    }

   private:
    Gate* failed_;
    Gate* decide_;
  };
  const auto top = world.node.spawn<Waits>(&failed, &decide);
  const auto boss = call(top, [](Puppet& me) { return me.spawn<Puppet>(); });
  const auto worker =
      call(boss, [&](Puppet& me) { return me.spawn<Worker>(world.log, Ref(world.oracle)); });
  expect(world.log, {"pre_start"});
  worker << Slow{"slow"};
  expect(world.log, {"slow begins"});
  boss << Do{[](Puppet&) { throw std::runtime_error("broken"); }};
  failed.wait();
  world.settle();  // by now the worker is held
  world.held.let_go();
  drain(world.oracle);
  world.settle();
  BOOST_TEST(world.log.empty());
  decide.open();
  expect(world.log, {"slow ends", "frame of slow gone"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
