/// Rule L08: suspension, with children and processes in all their states.
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Fail {};

/// Fails when told to; begins, and begins again, with a line in the log.
class Fragile : public Puppet {
 public:
  using Receives = Messages<Do, Fail, int>;
  explicit Fragile(Log log) : log_(std::move(log)) {}
  void pre_start() override { log_.add("begin"); }
  void post_stop() override { log_.add("end"); }
  using Puppet::on;
  void on(const Fail&) { throw std::runtime_error("broken"); }
  void on(const int& number) { log_.add(std::to_string(number)); }

 private:
  Log log_;
};

/// A node whose top-level actors are restarted, or whatever else, when they fail.
NodeOptions when_failed(Decision decision) {
  NodeOptions options = quiet();
  options.on_failure = decision;
  return options;
}

BOOST_AUTO_TEST_SUITE(suspension)

template <class T>
concept CanBeSuspended =
    requires(T actor) { actor.suspend(); } || requires(T actor) { actor.resume(); };

BOOST_AUTO_TEST_CASE(L08_nobody_but_a_supervisor_suspends_and_resumes) {
  BOOST_TEST(!CanBeSuspended<Ref>);
  BOOST_TEST(!CanBeSuspended<TypedRef<Fragile>>);
  BOOST_TEST(!CanBeSuspended<Fragile>);
  BOOST_TEST(!CanBeSuspended<Node>);
}

/// Waits for something that is not a message, and would do so for ever; it ends when it is asked.
class Busy : public Process {
 public:
  Task<> run(Ref whom, Gate* asking) {
    asking->open();
    co_await whom.ask<int>(1, 1h);
    co_await get<int>();
  }
};

/// Answers when the gate opens.
class Slow : public Actor {
 public:
  using Receives = Messages<int>;
  explicit Slow(Gate* answer) : answer_(answer) {}
  void on(const int& question) {
    answer_->wait();
    sender() << question;
  }

 private:
  Gate* answer_;
};

void check_busy_child_ends(Decision decision) {
  const Log log("a step");
  Gate answer("the test to let the answer come");
  Gate asking("the process to ask");
  Node node(when_failed(decision));
  const auto actor = node.spawn<Fragile>(log);
  const Ref slow = node.spawn<Slow>(&answer);
  call(actor, [&](Puppet& me) { me.spawn<Busy>(slow, &asking); });
  asking.wait();
  const auto errors = listen<Error>(node);
  actor << Fail{};
  errors.next();
  drain(node.spawn<Puppet>());
  answer.open();
  BOOST_TEST(log.next() == "begin");
  BOOST_TEST(log.next() == "end");
}

BOOST_AUTO_TEST_CASE(L08_a_suspended_process_in_the_middle_of_something_can_still_be_stopped) {
  check_busy_child_ends(Decision::Stop);
  check_busy_child_ends(Decision::Restart);
}

class SlowEnd : public Puppet {
 public:
  explicit SlowEnd(Ref whom) : whom_(std::move(whom)) {}
  Task<> post_stop_async() override { co_await whom_.ask<int>(1, 1h); }

 private:
  Ref whom_;
};

BOOST_AUTO_TEST_CASE(L08_a_suspended_actor_can_still_take_its_time_to_end) {
  const Log log("a step");
  Gate answer("the test to let the answer come");
  Node node(when_failed(Decision::Stop));
  const auto actor = node.spawn<Fragile>(log);
  const Ref slow = node.spawn<Slow>(&answer);
  drain(call(actor, [&](Puppet& me) { return me.spawn<SlowEnd>(slow); }));
  const auto errors = listen<Error>(node);
  actor << Fail{};
  errors.next();
  answer.open();
  BOOST_TEST(log.next(2).back() == "end");
}

class Asks : public Process {
 public:
  Task<> run(Log log, Ref whom, Gate* asking) {
    asking->open();
    co_await whom.ask<int>(1, 1h);
    log.add("answered");
  }
};

/// Thinks before it lets a child go on.
class Hesitant : public Puppet {
 public:
  Hesitant(Log log, Gate* decide) : log_(std::move(log)), decide_(decide) {}
  Decision supervise(const ChildError& /*error*/) override {
    log_.add("deciding");
    decide_->wait();
    log_.add("decided");
    return Decision::Resume;
  }

 private:
  Log log_;
  Gate* decide_;
};

BOOST_AUTO_TEST_CASE(L08_a_process_that_is_suspended_does_not_move_on) {
  const Log log("a step");
  Gate answer("the test to let the answer come");
  Gate asking("the process to ask");
  Gate decide("the test to let the boss decide");
  Node node(quiet());
  const auto boss = node.spawn<Hesitant>(log, &decide);
  const auto actor = call(boss, [&](Puppet& me) { return me.spawn<Fragile>(log); });
  const Ref slow = node.spawn<Slow>(&answer);
  const Ref process = call(actor, [&](Puppet& me) { return me.spawn<Asks>(log, slow, &asking); });
  asking.wait();
  BOOST_TEST(log.next() == "begin");
  actor << Fail{};
  BOOST_TEST(log.next() == "deciding");
  answer.open();
  for (int i = 0; i < 100; ++i) {
    drain(node.spawn<Puppet>());
  }
  decide.open();
  BOOST_TEST(log.next() == "decided");
  BOOST_TEST(log.next() == "answered");
}

/// Fails in the middle of a handler, and lets its own children go on when they fail.
class Forgiving : public Puppet {
 public:
  explicit Forgiving(Collector<Ref> forgiven) : forgiven_(std::move(forgiven)) {}
  Decision supervise(const ChildError& error) override {
    forgiven_.add(error.child);
    return Decision::Resume;
  }

 private:
  Collector<Ref> forgiven_;
};

BOOST_AUTO_TEST_CASE(L08_resuming_one_level_does_not_release_what_a_level_above_holds) {
  const Log log("a step");
  const Collector<Ref> forgiven("a child that is let go on");
  Gate decide("the test to let the boss decide");
  Gate handling("the parent to be in its handler");
  Gate fail("the test to let the parent fail");
  Node node(quiet());
  const auto boss = node.spawn<Hesitant>(log, &decide);
  const auto middle = call(boss, [&](Puppet& me) { return me.spawn<Forgiving>(forgiven); });
  const auto parent = call(middle, [&](Puppet& me) { return me.spawn<Fragile>(Log("a step")); });
  const auto child = call(parent, [&](Puppet& me) { return me.spawn<Fragile>(log); });
  drain(child);
  BOOST_TEST(log.next() == "begin");
  parent << Do{[&](Puppet&) {
    handling.open();
    fail.wait();
    throw std::runtime_error("broken");
  }};
  handling.wait();
  middle << Do{[](Puppet&) { throw std::runtime_error("broken, too"); }};
  BOOST_TEST(log.next() == "deciding");
  fail.open();
  BOOST_TEST(forgiven.next() == parent);
  // The parent is resumed, but the one above it is not: so the child has to wait.
  child << 1;
  for (int i = 0; i < 100; ++i) {
    drain(node.spawn<Puppet>());
  }
  decide.open();
  BOOST_TEST(log.next() == "decided");
  BOOST_TEST(log.next() == "1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
