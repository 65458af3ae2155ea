/// Rules S01 to S03, S05, S06 and what they need of L06 to L08: what becomes of errors.
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Fail {
  std::string why;
};
struct FailLogic {};
struct FailOddly {};

/// Counts what it has handled, fails when told to, and notes its hooks.
class Fragile : public Puppet {
 public:
  using Receives = Messages<Do, int, Fail, FailLogic, FailOddly>;
  explicit Fragile(Log log) : log_(std::move(log)) { log_.add("constructor"); }
  ~Fragile() override { log_.add("destructor"); }
  void pre_start() override { log_.add("pre_start"); }
  void post_stop() override { log_.add("post_stop"); }
  void pre_restart(const std::exception_ptr& reason) override {
    log_.add("pre_restart " + describe(reason));
    Puppet::pre_restart(reason);
  }
  void post_restart(const std::exception_ptr& reason) override {
    log_.add("post_restart " + describe(reason));
    Puppet::post_restart(reason);
  }
  using Puppet::on;
  void on(const int& number) {
    sum_ += number;
    log_.add("sum " + std::to_string(sum_));
  }
  void on(const Fail& fail) { throw std::runtime_error(fail.why); }
  void on(const FailLogic&) { throw std::logic_error("a failed assertion"); }
  void on(const FailOddly&) { throw 42; }

 private:
  Log log_;
  int sum_ = 0;
};

/// Answers each error as told, when it may; `Default` is what an actor without `supervise` answers.
class Boss : public Puppet {
 public:
  Boss(Collector<ChildError> errors, Decision decision, Gate* decide = nullptr)
      : errors_(std::move(errors)), decision_(decision), decide_(decide) {}
  Decision supervise(const ChildError& error) override {
    errors_.add(error);
    if (decide_ != nullptr) {
      decide_->wait();
    }
    return decision_;
  }

 private:
  Collector<ChildError> errors_;
  Decision decision_;
  Gate* decide_;
};

struct World {
  const Collector<ChildError> supervised{"an error at the supervisor"};
  const Log log{"a step"};
  Node node{quiet()};
  const Collector<Error> errors = listen<Error>(node);
  TypedRef<Boss> boss;
  TypedRef<Fragile> child;

  explicit World(Decision decision, Gate* decide = nullptr)
      : boss(node.spawn<Boss>(supervised, decision, decide)),
        child(call(boss, [this](Puppet& me) { return me.spawn<Fragile>(log); })) {
    drain(child);
    BOOST_TEST(log.next() == "constructor");
    BOOST_TEST(log.next() == "pre_start");
  }
  void expect(std::initializer_list<const char*> steps) const {
    for (const char* step : steps) {
      BOOST_TEST_REQUIRE(log.next() == step);
    }
  }
};

constexpr std::initializer_list<const char*> kRestart = {"pre_restart broken",  "post_stop",
                                                         "destructor",          "constructor",
                                                         "post_restart broken", "pre_start"};

BOOST_AUTO_TEST_SUITE(supervision)

BOOST_AUTO_TEST_CASE(S01_an_error_goes_to_the_parent_and_suspends_the_child_meanwhile) {
  Gate decide("the test to let the boss decide");
  World world(Decision::Resume, &decide);
  world.child << Fail{"broken"} << 1;
  const ChildError error = world.supervised.next();
  BOOST_TEST(error.child == world.child);
  BOOST_TEST(describe(error.error) == "broken");
  drain(world.node.spawn<Puppet>());
  BOOST_TEST(world.log.empty());
  decide.open();
  world.expect({"sum 1"});
}

BOOST_AUTO_TEST_CASE(S01_the_childs_subtree_is_suspended_with_it) {
  Gate decide("the test to let the boss decide");
  World world(Decision::Resume, &decide);
  const Log below("a step of a grandchild");
  const auto grandchild = call(world.child, [&](Puppet& me) { return me.spawn<Fragile>(below); });
  drain(grandchild);
  below.rest();
  world.child << Fail{"broken"};
  world.supervised.next();
  grandchild << 1;
  for (int i = 0; i < 100; ++i) {
    drain(world.node.spawn<Puppet>());
  }
  BOOST_TEST(below.empty());
  decide.open();
  BOOST_TEST(below.next() == "sum 1");
}

BOOST_AUTO_TEST_CASE(S01_the_answer_stop_stops_the_child) {
  World world(Decision::Stop);
  const auto stopped = listen<Terminated>(world.node);
  world.child << Fail{"broken"} << 1;
  world.expect({"post_stop", "destructor"});
  BOOST_TEST(stopped.next().actor == world.child);
  BOOST_TEST(world.log.empty());
}

BOOST_AUTO_TEST_CASE(S01_the_answer_restart_restarts_it) {
  World world(Decision::Restart);
  world.child << 5 << Fail{"broken"} << 1;
  world.expect({"sum 5"});
  world.expect(kRestart);
  world.expect({"sum 1"});
}

BOOST_AUTO_TEST_CASE(S02_by_default_an_exception_restarts_the_child) {
  World world(Decision::Default);
  world.child << 5 << Fail{"broken"} << 1;
  world.expect({"sum 5"});
  world.expect(kRestart);
  world.expect({"sum 1"});
}

class BadStart : public Actor {
 public:
  void pre_start() override { throw std::runtime_error("no start"); }
};

BOOST_AUTO_TEST_CASE(S02_by_default_create_failed_stops_the_child) {
  World world(Decision::Default);
  const auto stopped = listen<Terminated>(world.node);
  const Ref bad = call(world.boss, [](Puppet& me) { return me.spawn<BadStart>(); });
  BOOST_TEST(stopped.next().actor == bad);
}

template <class M>
void check_escalates_by_default() {
  World world(Decision::Default);
  const auto stopped = listen<Terminated>(world.node);
  world.child << M{};
  world.supervised.next();
  BOOST_TEST(world.errors.next().actor == world.child);
  BOOST_TEST(world.errors.next().actor == world.boss);
  // The guardian stops whom it hears of, and the child stops with its parent.
  BOOST_TEST(stopped.next().actor == world.child);
  BOOST_TEST(stopped.next().actor == world.boss);
}

BOOST_AUTO_TEST_CASE(S02_by_default_a_failed_assertion_escalates) {
  check_escalates_by_default<FailLogic>();
}

BOOST_AUTO_TEST_CASE(S02_by_default_something_thrown_that_is_no_exception_escalates) {
  check_escalates_by_default<FailOddly>();
}

BOOST_AUTO_TEST_CASE(S03_resume_keeps_the_instance_and_goes_on_with_the_next_message) {
  World world(Decision::Resume);
  world.child << 5 << Fail{"broken"} << 1;
  world.expect({"sum 5", "sum 6"});
}

BOOST_AUTO_TEST_CASE(S05_escalate_makes_it_the_parents_own_error) {
  World world(Decision::Escalate);
  const Collector<ChildError> above("an error two levels up");
  const auto top = world.node.spawn<Boss>(above, Decision::Stop);
  const auto boss =
      call(top, [&](Puppet& me) { return me.spawn<Boss>(world.supervised, Decision::Escalate); });
  const auto child = call(boss, [&](Puppet& me) { return me.spawn<Fragile>(world.log); });
  child << Fail{"broken"};
  BOOST_TEST(world.supervised.next().child == child);
  const ChildError error = above.next();
  BOOST_TEST(error.child == boss);
  BOOST_TEST(describe(error.error) == "broken");
}

class BadBoss : public Puppet {
 public:
  Decision supervise(const ChildError& /*error*/) override {
    throw std::runtime_error("cannot decide");
  }
};

BOOST_AUTO_TEST_CASE(S05_a_supervise_that_throws_makes_it_the_parents_own_error) {
  World world(Decision::Stop);
  const auto boss = call(world.boss, [](Puppet& me) { return Ref(me.spawn<BadBoss>()); });
  const auto child = call(boss, [&](Puppet& me) { return me.spawn<Fragile>(world.log); });
  child << Fail{"broken"};
  const ChildError error = world.supervised.next();
  BOOST_TEST(error.child == boss);
  BOOST_TEST(describe(error.error) == "broken");  // the child's: its own is only published
  for (const char* const published : {"broken", "cannot decide", "broken"}) {
    BOOST_TEST(describe(world.errors.next().error) == published);
  }
}

BOOST_AUTO_TEST_CASE(S05_an_actor_that_escalated_goes_on_when_its_parent_is_resumed) {
  World world(Decision::Resume);
  const Collector<ChildError> between("an error in between");
  const Log log("a step");
  const auto middle =
      call(world.boss, [&](Puppet& me) { return me.spawn<Boss>(between, Decision::Escalate); });
  const auto child = call(middle, [&](Puppet& me) { return me.spawn<Fragile>(log); });
  drain(child);
  log.rest();
  child << 5 << Fail{"broken"} << 1;
  BOOST_TEST(log.next() == "sum 5");
  BOOST_TEST(between.next().child == child);
  BOOST_TEST(world.supervised.next().child == middle);
  BOOST_TEST(log.next() == "sum 6");
}

class StartsAtTheSecondTry : public Actor {
 public:
  StartsAtTheSecondTry(std::shared_ptr<std::atomic<int>> tries, Log log) : log_(std::move(log)) {
    if (tries->fetch_add(1) == 0) {
      throw std::runtime_error("not yet");
    }
  }
  void pre_start() override { log_.add("pre_start"); }
  void post_restart(const std::exception_ptr& reason) override {
    log_.add("post_restart " + describe(reason));
  }

 private:
  Log log_;
};

BOOST_AUTO_TEST_CASE(S06_resuming_an_actor_that_never_started_restarts_it_with_a_warning) {
  World world(Decision::Resume);
  const auto warnings = listen<RestartedInstead>(world.node);
  const Log log("a step");
  const Ref late = call(world.boss, [&](Puppet& me) {
    return Ref(me.spawn<StartsAtTheSecondTry>(std::make_shared<std::atomic<int>>(0), log));
  });
  BOOST_TEST(log.next() == "pre_start");
  BOOST_TEST(warnings.next().actor == late);
}

BOOST_AUTO_TEST_CASE(S06_resuming_one_that_has_started_is_no_reason_to_warn) {
  World world(Decision::Resume);
  const auto warnings = listen<RestartedInstead>(world.node);
  world.child << Fail{"broken"} << 1;
  world.expect({"sum 1"});
  BOOST_TEST(warnings.empty());
}

BOOST_AUTO_TEST_CASE(S05_resume_lets_a_process_go_on_whose_child_has_failed) {
  class Parent : public Process {
   public:
    explicit Parent(Log log) : log_(std::move(log)) {}
    Decision supervise(const ChildError& /*error*/) override { return Decision::Escalate; }
    Task<> run() {
      log_.add("run");
      const auto child = spawn<Fragile>(log_);
      child << Fail{"broken"} << 1;
      co_await get<int>();
      log_.add("goes on");
    }

   private:
    Log log_;
  };
  NodeOptions options = quiet();
  options.on_failure = Decision::Resume;
  const Log log("a step");
  Node node(options);
  const auto parent = node.spawn<Parent>(log);
  for (const char* step : {"run", "constructor", "pre_start", "sum 1"}) {
    BOOST_TEST(log.next() == step);
  }
  parent << 1;
  BOOST_TEST(log.next() == "goes on");
}

BOOST_AUTO_TEST_CASE(S03_resume_begins_a_run_anew_that_has_thrown_also_an_overloaded_one) {
  class Overloaded : public Process {
   public:
    Task<> run(Log log) {
      log.add("run");
      co_await get<Fail>();
      throw std::runtime_error("broken");
    }
    Task<> run(Log log, int /*other*/) { return run(std::move(log)); }
  };
  NodeOptions options = quiet();
  options.on_failure = Decision::Resume;
  const Log log("a step");
  Node node(options);
  const auto process = node.spawn<Overloaded>(log);
  BOOST_TEST(log.next() == "run");
  process << Fail{};
  BOOST_TEST(log.next() == "run");
}

BOOST_AUTO_TEST_CASE(S06_the_warning_is_logged) {
  const Log warnings("a warning");
  set_log_sink([warnings](LogLevel level, std::string_view source, std::string_view text) {
    if (level == LogLevel::warning) {
      warnings.add(std::string(source) + " " + std::string(text));
    }
  });
  NodeOptions options;
  options.workers = 1;
  options.on_failure = Decision::Resume;
  {
    Node node(options);
    node.spawn<StartsAtTheSecondTry>({.name = "late"}, std::make_shared<std::atomic<int>>(0),
                                     Log("a step"));
    BOOST_TEST(warnings.next().starts_with("/late is restarted instead of resumed"));
  }
  set_log_sink({});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
