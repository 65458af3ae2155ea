/// Rules C05 and C06, and L01, L02, L06 and L09 where they are about processes: how they fail, are
/// restarted and end.
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Fail {};

/// Says when it goes.
class Guard {
 public:
  Guard(Log log, std::string name) : log_(std::move(log)), name_(std::move(name)) {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() { log_.add(name_ + " gone"); }

 private:
  Log log_;
  std::string name_;
};

/// Notes numbers, and fails when told to.
class Fragile : public Process {
 public:
  explicit Fragile(Log log) : log_(std::move(log)) {}
  Task<> run() {
    const Guard guard(log_, "frame");
    log_.add("run");
    for (;;) {
      const auto message = co_await get<int, Fail>();
      if (message.index() == 1) {
        throw std::runtime_error("broken");
      }
      log_.add(std::to_string(std::get<int>(message)));
    }
  }

 private:
  Log log_;
};

NodeOptions restarting() {
  NodeOptions options = quiet();
  options.on_failure = Decision::Restart;
  return options;
}

void expect(const Log& log, std::initializer_list<const char*> steps) {
  for (const char* step : steps) {
    BOOST_TEST_REQUIRE(log.next() == step);
  }
}

/// In the middle of something: it waits for an answer, and then for the next message.
class Asks : public Process {
 public:
  Task<> run(Log log, Ref whom) {
    const Guard guard(log, "frame");
    log.add("asking");
    co_await whom.ask<int>(1, 1h);
    log.add("answered");
    log.add(std::to_string(co_await get<int>()));
    log.add(std::to_string(co_await get<int>()));
  }
};

class Answers : public Puppet {
 public:
  using Receives = Messages<Do, int>;
  using Puppet::on;
  void on(const int& question) { sender() << question; }
};

struct World {
  const Log log{"a step"};
  Node node{quiet()};
  const Collector<DeadLetter> dead = listen<DeadLetter>(node);
  const TypedRef<Answers> other = node.spawn<Answers>();
  Held held{other};
  const TypedRef<Asks> process = node.spawn<Asks>(log, Ref(other));
  World() { expect(log, {"asking"}); }
};

BOOST_AUTO_TEST_SUITE(process_life)

BOOST_AUTO_TEST_CASE(C05_an_error_in_run_is_an_error_like_that_of_a_handler) {
  const Log log("a step");
  Node node(quiet());
  const auto errors = listen<Error>(node);
  const auto stopped = listen<Terminated>(node);
  const Ref process = node.spawn<Fragile>(log);
  process << Fail{};
  const Error error = errors.next();
  BOOST_TEST(error.actor == process);
  BOOST_TEST(describe(error.error) == "broken");
  BOOST_TEST(stopped.next().actor == process);  // the guardian's answer
}

BOOST_AUTO_TEST_CASE(C05_a_restart_runs_run_anew_and_the_mailbox_is_kept) {
  const Log log("a step");
  Node node(restarting());
  const Ref process = node.spawn<Fragile>(log);
  expect(log, {"run"});
  process << 1 << Fail{} << 2;
  expect(log, {"1", "frame gone", "run", "2"});
}

BOOST_AUTO_TEST_CASE(L06_the_new_instance_of_a_process_does_not_hear_of_the_end_of_an_old_child) {
  class Parent : public Process {
   public:
    Task<> run(Log log) {
      if (!restarted_) {
        const Ref child = watch(spawn<Puppet>({.name = "child"}));
        child.stop();
        co_await get<int>();  // the child's end comes before, and is kept
        throw std::runtime_error("broken");
      }
      co_await get<int>();
      log.add(get_nowait<Terminated>() ? "an end" : "no end");
    }
    void post_restart(const std::exception_ptr& /*reason*/) override { restarted_ = true; }

   private:
    bool restarted_ = false;
  };
  const Log log("a step");
  Node node(restarting());
  const auto stopped = listen<Terminated>(node);
  const auto parent = node.spawn<Parent>(log);
  const Ref child = stopped.next().actor;
  const Collector<Ref> ends("a Terminated");
  const auto last = node.spawn<Watcher>(ends);
  call(last, [&](Puppet& me) { me.watch(child); });
  ends.next();  // by now the parent has been told, too
  parent << 1 << 2;
  BOOST_TEST(log.next() == "no end");
}

BOOST_AUTO_TEST_CASE(C05_messages_that_were_kept_for_later_are_kept_over_a_restart) {
  class Sorts : public Process {
   public:
    explicit Sorts(Log log) : log_(std::move(log)) {}
    Task<> run() {
      log_.add(std::to_string(co_await get<int>()));
      co_await get<Fail>();
      throw std::runtime_error("broken");
    }

   private:
    Log log_;
  };
  const Log log("a step");
  Node node(restarting());
  const Ref process = node.spawn<Sorts>(log);
  process << 1 << 2 << 3 << Fail{} << 4;
  expect(log, {"1", "2"});
  process << Fail{};
  expect(log, {"3"});
  process << Fail{};
  expect(log, {"4"});
}

class Throws {
 public:
  Throws() = default;
  Throws(const Throws& other) : copies_(other.copies_ + 1) {
    if (copies_ > 1) {
      throw std::runtime_error("no copy");
    }
  }

 private:
  int copies_ = 0;
};

BOOST_AUTO_TEST_CASE(C05_an_argument_that_cannot_be_given_to_run_is_an_error_like_any_other) {
  class Takes : public Process {
   public:
    Task<> run(Throws /*argument*/, int /*other*/) { co_return; }
  };
  Node node(quiet());
  const auto errors = listen<Error>(node);
  const auto stopped = listen<Terminated>(node);
  const Ref process = node.spawn<Takes>(Throws(), 1);
  BOOST_TEST(describe(errors.next().error).ends_with("no copy"));
  BOOST_TEST(stopped.next().actor == process);
}

BOOST_AUTO_TEST_CASE(C06_a_stop_destroys_the_coroutine_where_it_waits_and_its_destructors_run) {
  class Nested : public Process {
   public:
    Task<> run(Log log) {
      const Guard guard(log, "outer");
      co_await inner(log);
    }

   private:
    Task<> inner(Log log) {
      const Guard guard(log, "inner");
      log.add("waiting");
      co_await with_timeout(1h, get<int>());
    }
  };
  const Log log("a step");
  Node node(quiet());
  const auto process = node.spawn<Nested>(log);
  expect(log, {"waiting"});
  process.stop();
  expect(log, {"inner gone", "outer gone"});
}

BOOST_AUTO_TEST_CASE(C06_the_coroutine_is_gone_before_post_stop_and_before_children_stop) {
  class Parent : public Process {
   public:
    explicit Parent(Log log) : log_(std::move(log)) {}
    Task<> run() {
      const Guard guard(log_, "frame");
      spawn<Fragile>(log_);
      co_await get<int>();
    }
    void post_stop() override { log_.add("post_stop"); }

   private:
    Log log_;
  };
  const Log log("a step");
  Node node(quiet());
  const auto process = node.spawn<Parent>(log);
  expect(log, {"run"});
  process.stop();
  expect(log, {"frame gone", "frame gone", "post_stop"});
}

BOOST_AUTO_TEST_CASE(L01_stop_waits_for_a_process_that_is_in_the_middle_of_handling) {
  World world;
  world.process << 1;
  world.process.stop();
  world.process << 2;
  for (int i = 0; i < 100; ++i) {
    drain(world.node.spawn<Puppet>());
  }
  BOOST_TEST(world.log.empty());
  world.held.let_go();
  // It has got nothing from before or after the stop: both are dead letters, in order.
  expect(world.log, {"answered", "frame gone"});
  BOOST_TEST(*world.dead.next().message.get_if<int>() == 1);
  BOOST_TEST(*world.dead.next().message.get_if<int>() == 2);
  BOOST_TEST(world.log.empty());
}

BOOST_AUTO_TEST_CASE(L01_what_a_process_had_kept_becomes_dead_letters_in_the_order_sent) {
  const Log log("a step");
  Node node(quiet());
  const auto dead = listen<DeadLetter>(node);
  const Ref process = node.spawn<Fragile>(log);
  expect(log, {"run"});
  process << 'a' << 1.5 << 1 << 'b' << 2;
  expect(log, {"1", "2"});
  process.stop();
  BOOST_TEST(*dead.next().message.get_if<char>() == 'a');
  BOOST_TEST(*dead.next().message.get_if<double>() == 1.5);
  BOOST_TEST(*dead.next().message.get_if<char>() == 'b');
}

BOOST_AUTO_TEST_CASE(L02_kill_drops_a_process_where_it_waits) {
  World world;
  world.process.kill();
  expect(world.log, {"frame gone"});
}

BOOST_AUTO_TEST_CASE(L02_kill_after_stop_does_not_wait_any_more) {
  World world;
  world.process.stop();
  drain(world.node.spawn<Puppet>());
  BOOST_TEST(world.log.empty());
  world.process.kill();
  expect(world.log, {"frame gone"});
}

BOOST_AUTO_TEST_CASE(L02_a_process_that_fails_in_the_middle_of_handling_after_a_stop_stops) {
  class FailsThen : public Process {
   public:
    Task<> run(Log log, Ref whom) {
      log.add("asking");
      co_await whom.ask<int>(1, 1h);
      throw std::runtime_error("broken");
    }
  };
  const Log log("a step");
  Node node(restarting());
  const auto other = node.spawn<Answers>();
  const auto stopped = listen<Terminated>(node);
  Held held(other);
  const Ref process = node.spawn<FailsThen>(log, Ref(other));
  expect(log, {"asking"});
  process.stop();
  for (int i = 0; i < 100; ++i) {
    drain(node.spawn<Puppet>());
  }
  stopped.rest();
  held.let_go();
  BOOST_TEST(stopped.next().actor == process);
  BOOST_TEST(log.empty());  // not restarted before it stopped
}

BOOST_AUTO_TEST_CASE(L09_poison_lets_a_process_handle_what_was_sent_before_and_nothing_after) {
  World world;
  world.process << 1;
  world.process.poison();
  world.process << 2;
  world.held.let_go();
  expect(world.log, {"answered", "1", "frame gone"});
  BOOST_TEST(*world.dead.next().message.get_if<int>() == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
