/// Rules L01, L03 to L05, L09, L10 and L12: how actors and nodes end.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

/// Notes what it handles, and its end.
class Mortal : public Puppet {
 public:
  using Receives = Messages<Do, int>;
  Mortal(Log log, std::string name) : log_(std::move(log)), name_(std::move(name)) {}
  using Puppet::on;
  void on(const int& number) { log_.add(name_ + " handled " + std::to_string(number)); }
  void post_stop() override { log_.add(name_ + " stopped"); }

 private:
  Log log_;
  std::string name_;
};

BOOST_AUTO_TEST_SUITE(life_cycle)

BOOST_AUTO_TEST_CASE(L01_stop_lets_the_handler_finish_and_the_rest_becomes_dead_letters_in_order) {
  const Log log("a step");
  Gate finish("the test to let the handler finish");
  Gate inside("the handler to begin");
  Node node(quiet());
  const auto dead = listen<DeadLetter>(node);
  const auto actor = node.spawn<Mortal>(log, "a");
  actor << Do{[&](Puppet& me) {
    inside.open();
    finish.wait();
    me.self() << 4;
    log.add("handler finished");
  }};
  inside.wait();
  actor << 1 << 2;
  actor.stop();
  actor << 3;
  finish.open();
  BOOST_TEST(log.next() == "handler finished");
  for (int number = 1; number <= 4; ++number) {
    const DeadLetter letter = dead.next();
    BOOST_TEST(letter.target == actor);
    BOOST_TEST(*letter.message.get_if<int>() == number);
  }
  node.stop();
  BOOST_TEST(log.next() == "a stopped");
  BOOST_TEST(log.empty());
}

BOOST_AUTO_TEST_CASE(L01_an_actor_that_stops_itself_handles_nothing_more) {
  const Log log("a step");
  Node node(quiet());
  const auto actor = node.spawn<Mortal>(log, "a");
  {
    Held held(actor);
    actor << Do{[](Puppet& me) { me.stop(); }} << 1;
    held.let_go();
    BOOST_TEST(log.next() == "a stopped");
  }
  node.stop();
  BOOST_TEST(log.empty());
}

BOOST_AUTO_TEST_CASE(L03_children_stop_first_then_the_actor_then_its_watchers_hear_of_it) {
  const Log log("a step");
  const Collector<Ref> ends("a Terminated");
  Node node(quiet());
  const auto parent = node.spawn<Mortal>(log, "parent");
  const auto child = call(parent, [&](Puppet& me) { return me.spawn<Mortal>(log, "child"); });
  for (const char* const name : {"grandchild one", "grandchild two"}) {
    // What has not started has nothing to stop.
    drain(call(child, [&](Puppet& me) { return me.spawn<Mortal>(log, name); }));
  }
  const auto watcher = node.spawn<Watcher>(ends);
  call(watcher, [&](Puppet& me) { me.watch(parent); });
  parent.stop();
  ends.next();
  const auto steps = log.rest();
  BOOST_TEST_REQUIRE(steps.size() == 4U);
  BOOST_TEST(steps[0].starts_with("grandchild"));
  BOOST_TEST(steps[1].starts_with("grandchild"));
  BOOST_TEST(steps[2] == "child stopped");
  BOOST_TEST(steps[3] == "parent stopped");
}

BOOST_AUTO_TEST_CASE(L03_an_actor_is_stopped_only_when_all_its_children_are) {
  const Log log("a step");
  Node node(quiet());
  const auto parent = node.spawn<Mortal>(log, "parent");
  const auto quick = call(parent, [&](Puppet& me) { return me.spawn<Mortal>(log, "quick"); });
  const auto slow = call(parent, [&](Puppet& me) { return me.spawn<Mortal>(log, "slow"); });
  drain(quick);
  Held held(slow);
  parent.stop();
  BOOST_TEST(log.next() == "quick stopped");
  // Were the parent not to wait, it would be gone by the end of this.
  drain(node.spawn<Puppet>());
  BOOST_TEST(log.empty());
  held.let_go();
  BOOST_TEST(log.next() == "slow stopped");
  BOOST_TEST(log.next() == "parent stopped");
}

BOOST_AUTO_TEST_CASE(L04_stop_twice_is_silent) {
  const Log log("a step");
  Node node(quiet());
  const auto dead = listen<DeadLetter>(node);
  const auto errors = listen<Error>(node);
  const auto actor = node.spawn<Mortal>(log, "a");
  {
    Held held(actor);
    actor.stop();
    actor.stop();
    held.let_go();
    BOOST_TEST(log.next() == "a stopped");
  }
  actor.stop();
  node.stop();
  BOOST_TEST(log.empty());
  BOOST_TEST(dead.empty());
  BOOST_TEST(errors.empty());
}

/// Its end takes a while: it asks someone else, then waits for a gate.
class SlowEnd : public Puppet {
 public:
  SlowEnd(Log log, Ref notary) : log_(std::move(log)), notary_(std::move(notary)) {}
  void post_stop() override { log_.add("post_stop"); }
  Task<> post_stop_async() override {
    log_.add("asking");
    log_.add(co_await notary_.ask<std::string>(1));
    if (fails_) {
      throw std::runtime_error("cannot end");
    }
  }

 protected:
  bool fails_ = false;

 private:
  Log log_;
  Ref notary_;
};
class FailsSlowly : public SlowEnd {
 public:
  FailsSlowly(Log log, Ref notary) : SlowEnd(std::move(log), std::move(notary)) { fails_ = true; }
};

class Notary : public Puppet {
 public:
  using Receives = Messages<Do, int>;
  using Puppet::on;
  void on(const int&) { sender() << "noted"; }
};

BOOST_AUTO_TEST_CASE(L05_post_stop_may_be_a_coroutine_which_the_stop_waits_for) {
  const Log log("a step");
  const Collector<Ref> ends("a Terminated");
  Node node(quiet());
  const auto notary = node.spawn<Notary>();
  const auto watcher = node.spawn<Watcher>(ends);
  const auto actor = node.spawn<SlowEnd>(log, notary);
  drain(actor);
  call(watcher, [&](Puppet& me) { me.watch(actor); });
  Held held(notary);
  actor.stop();
  BOOST_TEST(log.next() == "post_stop");
  BOOST_TEST(log.next() == "asking");
  drain(watcher);
  BOOST_TEST(ends.empty());
  held.let_go();
  BOOST_TEST(ends.next() == actor);
  BOOST_TEST(log.next() == "noted");
  BOOST_TEST(log.empty());
}

class BadEnd : public Actor {
 public:
  void post_stop() override { throw std::runtime_error("cannot end"); }
};

template <class A, class... Args>
void check_bad_end(Node& node, const Args&... args) {
  const Collector<Ref> ends("a Terminated");
  const auto errors = listen<Error>(node);
  const auto started = listen<Started>(node);
  const auto watcher = node.spawn<Watcher>(ends);
  const auto bad = node.spawn<A>(args...);
  while (started.next().actor != bad) {
  }
  call(watcher, [&](Puppet& me) { me.watch(bad); });
  bad.stop();
  BOOST_TEST(ends.next() == bad);
  const Error error = errors.next();
  BOOST_TEST(error.actor == bad);
  BOOST_TEST(describe(error.error) == "cannot end");
}

class FailsAtOnce : public Actor {
 public:
  using Receives = Messages<int>;
  void on(const int& /*n*/) {}
  // No coroutine, so it throws where it is called.
  Task<> post_stop_async() override { throw std::runtime_error("cannot end"); }
};

BOOST_AUTO_TEST_CASE(L05_a_failure_in_post_stop_is_published_and_changes_nothing_else) {
  Node node(quiet());
  check_bad_end<BadEnd>(node);
  check_bad_end<FailsAtOnce>(node);
  check_bad_end<FailsSlowly>(node, Log("a step"), Ref(node.spawn<Notary>()));
}

BOOST_AUTO_TEST_CASE(L05_an_actor_that_never_started_has_no_post_stop) {
  const Log log("a step");
  Node node({.workers = 1, .log_events = false});
  Held held(node.spawn<Puppet>());  // the only worker: nothing starts
  const auto actor = node.spawn<Mortal>(log, "a");
  actor << 1;
  actor.stop();
  held.let_go();
  node.stop();
  BOOST_TEST(log.empty());
}

BOOST_AUTO_TEST_CASE(L09_poison_stops_the_actor_behind_everything_that_was_sent_before) {
  const Log log("a step");
  Node node(quiet());
  const auto dead = listen<DeadLetter>(node);
  const auto actor = node.spawn<Mortal>(log, "a");
  {
    Held held(actor);
    actor << 1 << 2;
    actor.poison();
    actor << 3;
    held.let_go();
    BOOST_TEST(log.next() == "a handled 1");
    BOOST_TEST(log.next() == "a handled 2");
    BOOST_TEST(log.next() == "a stopped");
  }
  BOOST_TEST(*dead.next().message.get_if<int>() == 3);
  node.stop();
  BOOST_TEST(log.empty());
}

BOOST_AUTO_TEST_CASE(L12_a_stopped_actors_state_is_destroyed_although_refs_to_it_live_on) {
  const auto argument = std::make_shared<int>(1);
  class Owner : public Actor {
   public:
    explicit Owner(std::shared_ptr<int> argument) : owned_(std::move(argument)) {}
    std::shared_ptr<int> owned_;
  };
  Node node(quiet());
  const Ref ref = node.spawn<Owner>(argument);
  const std::vector<Ref> copies(10, ref);
  drain(node.spawn<Puppet>());
  BOOST_TEST(argument.use_count() > 1);
  stop_and_wait(node, ref);
  node.stop();
  // Neither the instance nor the arguments that were kept for restarts.
  BOOST_TEST(argument.use_count() == 1);
  BOOST_TEST(copies.back().uri().path() == "/$Owner-1");
}

BOOST_AUTO_TEST_CASE(L12_state_and_arguments_go_while_the_node_and_refs_live_on) {
  class Owner : public Puppet {
   public:
    explicit Owner(std::shared_ptr<void> owned) : owned_(std::move(owned)) {}

   private:
    std::shared_ptr<void> owned_;
  };
  Gate gone("the state and the arguments to be destroyed");
  Node node(quiet());
  const auto actor =
      node.spawn<Owner>(std::shared_ptr<void>(nullptr, [&](void* /*none*/) { gone.open(); }));
  drain(actor);
  BOOST_TEST(!gone.is_open());
  actor.stop();
  gone.wait();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
