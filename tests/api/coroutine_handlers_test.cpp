/// Rule C08: handlers that are coroutines, and the rules of messages and of the life of an actor
/// while one of them waits.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

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

/// Waits for an answer of `oracle`, and says so before and after.
struct Slow {
  std::string name;
};
struct Quick {
  std::string name;
};
/// The same as Slow, but ends badly.
struct Fails {
  std::string name;
};
struct FailsLater {
  std::string name;
};

/// Answers what it is asked with the same number, unless it is held.
class Oracle : public Puppet {
 public:
  using Receives = Messages<Do, int>;
  using Puppet::on;
  void on(const int& question) { sender() << question; }
};

class Worker : public Puppet {
 public:
  using Receives = Messages<Do, Slow, Quick, Fails, FailsLater, Terminated>;
  Worker(Log log, Ref oracle) : log_(std::move(log)), oracle_(std::move(oracle)) {}
  void pre_start() override { log_.add("pre_start"); }
  void post_stop() override { log_.add("post_stop"); }
  Decision supervise(const ChildError& /*error*/) override {
    log_.add("supervise");
    return Decision::Escalate;
  }

  using Puppet::on;
  Task<> on(const Slow& slow) {
    const Guard guard(log_, "frame of " + slow.name);
    log_.add(slow.name + " begins");
    const int answer = co_await oracle_.ask<int>(1, 1h);
    log_.add(slow.name + " ends");
    sender() << answer;
  }
  void on(const Quick& quick) { log_.add(quick.name); }
  Task<> on(const Fails& fails) {
    log_.add(fails.name);
    throw std::runtime_error(fails.name + " has failed");
    co_return;
  }
  Task<> on(const FailsLater& fails) {
    log_.add(fails.name);
    co_await oracle_.ask<int>(1, 1h);
    throw std::runtime_error(fails.name + " has failed");
  }
  void on(const Terminated& end) { log_.add("end of " + std::string(end.actor.uri().name())); }

 private:
  Log log_;
  Ref oracle_;
};

void expect(const Log& log, std::initializer_list<const char*> steps) {
  for (const char* step : steps) {
    BOOST_TEST_REQUIRE(log.next() == step);
  }
}

/// A worker that gets no answer before the oracle is let go.
struct World {
  explicit World(Decision on_failure = Decision::Stop) : node(options(on_failure)) {
    expect(log, {"pre_start"});
  }
  static NodeOptions options(Decision on_failure) {
    NodeOptions options = quiet();
    options.on_failure = on_failure;
    return options;
  }
  void begin() const {
    worker << Slow{"slow"};
    expect(log, {"slow begins"});
  }
  /// Returns when what was sent to the worker before has reached it, if it takes messages at all.
  void settle() {
    for (int i = 0; i < 100; ++i) {
      drain(node.spawn<Puppet>());
    }
  }

  const Log log{"a step"};
  Node node;
  const TypedRef<Oracle> oracle = node.spawn<Oracle>();
  Held held{oracle};
  const TypedRef<Worker> worker = node.spawn<Worker>({.name = "worker"}, log, Ref(oracle));
};

std::string failure(Future<int> reply) {
  try {
    return std::to_string(reply.get());
  } catch (const AskFailed& error) {
    return error.what();
  }
}

bool contains(const std::string& text, const std::string& part) {
  BOOST_TEST_INFO(text);
  return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(coroutine_handlers)

BOOST_AUTO_TEST_CASE(C08_while_a_handler_waits_no_other_message_is_handled) {
  World world;
  world.begin();
  world.worker << Quick{"first"} << Slow{"second"} << Quick{"third"};
  world.settle();
  BOOST_TEST(world.log.empty());
  world.held.let_go();
  expect(world.log, {"slow ends", "frame of slow gone", "first", "second begins", "second ends",
                     "frame of second gone", "third"});
}

BOOST_AUTO_TEST_CASE(C08_other_actors_run_meanwhile) {
  World world;
  world.begin();
  const auto other = world.node.spawn<Worker>({.name = "other"}, world.log, Ref(world.oracle));
  other << Quick{"quick"};
  expect(world.log, {"pre_start", "quick"});
}

BOOST_AUTO_TEST_CASE(C08_after_a_wait_the_sender_is_that_of_the_message) {
  World world;
  auto first = world.worker.ask<int>(Slow{"first"}, 1h);
  auto second = world.worker.ask<int>(Slow{"second"}, 1h);
  world.worker << Quick{"third"};
  world.held.let_go();
  BOOST_TEST(first.get() == 1);
  BOOST_TEST(second.get() == 1);
}

/// Takes its messages in every way that there is, and looks at them after a wait.
class Takes : public Actor {
 public:
  using Receives = Messages<std::string, std::unique_ptr<int>, std::vector<std::string>>;
  explicit Takes(Log log) : log_(std::move(log)) {}
  Task<> on(const std::string& text) {
    co_await sleep(1ms);
    log_.add(text);
  }
  Task<> on(std::unique_ptr<int> number) {
    co_await sleep(1ms);
    log_.add(std::to_string(*number));
  }
  Task<> on(std::vector<std::string>&& words) {
    co_await sleep(1ms);
    log_.add(words.back());
  }

 private:
  Log log_;
};

BOOST_AUTO_TEST_CASE(C08_the_message_lives_until_its_handler_is_done) {
  const Log log("what was in a message");
  Node node(quiet());
  const auto takes = node.spawn<Takes>(log);
  const std::string text = "a text that does not fit into the string object itself";
  takes << text << std::make_unique<int>(7) << std::vector{text, text};
  BOOST_TEST(log.next() == text);
  BOOST_TEST(log.next() == "7");
  BOOST_TEST(log.next() == text);
}

class Maybe : public Puppet {
 public:
  using Receives = Messages<Do, int, char>;
  explicit Maybe(Log log) : log_(std::move(log)) {}
  using Puppet::on;
  Task<> on(const int& number) {
    log_.add(std::to_string(number));
    co_return;
  }
  Task<> on(const char& letter) {  // no coroutine, but it gives a Task
    log_.add(std::string(1, letter));
    return {};
  }

 private:
  Log log_;
};

BOOST_AUTO_TEST_CASE(C08_a_handler_that_need_not_wait_after_all_is_done_at_once) {
  const Log log("a message");
  Node node(quiet());
  const auto maybe = node.spawn<Maybe>(log);
  maybe << 1 << 'a' << 2;
  expect(log, {"1", "a", "2"});
}

/// Replies with the size of whatever it gets.
class Many : public Actor {
 public:
  using Receives = Messages<char, short, int, long, float, double, bool, std::string, unsigned>;
  template <class T>
  Task<> on(const T& value) {
    co_await sleep(0ms);
    sender() << static_cast<int>(sizeof(value));
  }
};

BOOST_AUTO_TEST_CASE(C08_many_types_of_messages_may_have_such_handlers) {
  Node node(quiet());
  const auto many = node.spawn<Many>();
  BOOST_TEST(many.ask<int>('a').get() == 1);
  BOOST_TEST(many.ask<int>(1.0).get() == int{sizeof(double)});
}

BOOST_AUTO_TEST_CASE(C08_an_error_before_and_after_a_wait_is_the_actors_with_that_message) {
  World world(Decision::Resume);
  const auto errors = listen<Error>(world.node);
  world.worker << Fails{"one"};
  Error error = errors.next();
  BOOST_TEST(describe(error.error) == "one has failed");
  BOOST_TEST(error.message.get_if<Fails>()->name == "one");
  auto reply = world.worker.ask<int>(FailsLater{"two"}, 1h);
  world.worker << Quick{"three"};
  world.held.let_go();
  error = errors.next();
  BOOST_TEST(error.actor == world.worker);
  BOOST_TEST(describe(error.error) == "two has failed");
  BOOST_TEST(error.message.get_if<FailsLater>()->name == "two");
  BOOST_TEST(contains(failure(std::move(reply)), "two has failed"));
  expect(world.log, {"one", "two", "three"});  // it went on with the next message
}

BOOST_AUTO_TEST_CASE(C08_an_error_after_a_wait_restarts_the_actor_and_the_message_is_not_kept) {
  World world(Decision::Restart);
  world.worker << FailsLater{"two"} << Quick{"three"};
  world.held.let_go();
  expect(world.log, {"two", "post_stop", "pre_start", "three"});
}

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
  BOOST_TEST(contains(failure(std::move(reply)), "</worker> was stopped or restarted before"));
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
  BOOST_TEST(contains(failure(std::move(reply)), "before it had replied"));
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
  BOOST_TEST(contains(failure(std::move(reply)), "broken"));
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

/// Says of its message what it is told to, after a wait if that is wanted.
struct Verdict {
  bool waits = false;
  bool waits_again = false;
};
class Refuses : public Puppet {
 public:
  using Receives = Messages<Do, Verdict, int>;
  explicit Refuses(Log log) : log_(std::move(log)) {}
  using Puppet::on;
  Task<> on(const Verdict& verdict) {
    if (verdict.waits) {
      co_await sleep(1ms);
    }
    unhandled();
    if (verdict.waits_again) {
      co_await sleep(1ms);
      log_.add(verdict.waits ? "still there" : "there");
    }
  }
  Task<> on(int number) {
    co_await sleep(1ms);
    if (number > 0) {
      forward(*deputy);
    }
  }
  Ref* deputy = nullptr;

 private:
  Log log_;
};

BOOST_AUTO_TEST_CASE(M10_a_handler_that_waits_may_say_before_or_after_that_it_is_unhandled) {
  const Log log("a step");
  Node node(quiet());
  const auto unhandled = listen<UnhandledMessage>(node);
  const auto refuses = node.spawn<Refuses>(log);
  for (const bool waits : {false, true}) {
    for (const bool again : {false, true}) {
      refuses << Verdict{.waits = waits, .waits_again = again};
      const UnhandledMessage event = unhandled.next();
      BOOST_TEST(event.message.get_if<Verdict>()->waits == waits);
      BOOST_TEST(event.message.get_if<Verdict>()->waits_again == again);
      if (again) {  // the message stays until the handler is done with it
        BOOST_TEST(log.next() == (waits ? "still there" : "there"));
      }
    }
  }
  BOOST_TEST(contains(failure(refuses.ask<int>(Verdict{.waits = true}, 1h)), "has no handler for"));
}

class Deputy : public Actor {
 public:
  using Receives = Messages<int>;
  void on(const int& number) { sender() << 10 * number; }
};

BOOST_AUTO_TEST_CASE(M07_a_handler_that_has_waited_may_pass_its_message_on) {
  const Log log("a step");
  Node node(quiet());
  Ref deputy = node.spawn<Deputy>();
  const auto refuses = node.spawn<Refuses>(log);
  call(refuses, [&](Puppet& me) { static_cast<Refuses&>(me).deputy = &deputy; });
  BOOST_TEST(refuses.ask<int>(4).get() == 40);
}

BOOST_AUTO_TEST_CASE(M08_a_message_of_a_timer_is_handled_by_a_coroutine_as_any_other) {
  World world;
  static_cast<void>(world.worker.send_later(1ms, Slow{"timed"}));
  expect(world.log, {"timed begins"});
  auto cancelled = world.worker.send_later(1ms, Quick{"cancelled"});
  Timer periodic = send_every(1ms, world.worker, Slow{"again"});
  world.settle();
  cancelled.cancel();  // it may be due, and lie in the mailbox
  world.held.let_go();
  expect(world.log, {"timed ends", "frame of timed gone", "again begins", "again ends",
                     "frame of again gone", "again begins"});
  periodic.cancel();
}

BOOST_AUTO_TEST_CASE(T03_a_message_counts_for_its_router_until_the_coroutine_that_handles_it_ends) {
  World world;
  const auto idle = world.node.spawn<Worker>({.name = "idle"}, world.log, Ref(world.oracle));
  expect(world.log, {"pre_start"});
  const Router router(SmallestMailbox{}, std::vector{Ref(world.worker), Ref(idle)});
  router << Slow{"slow"};  // to the first
  expect(world.log, {"slow begins"});
  for (int i = 0; i < 3; ++i) {
    router << Quick{"quick"};  // were `slow` not counted, every second would go there
    expect(world.log, {"quick"});
    drain(idle);
  }
  world.held.let_go();
  expect(world.log, {"slow ends", "frame of slow gone"});
  drain(world.worker);
  Held busy(idle);
  router << Quick{"to the first"};
  expect(world.log, {"to the first"});
}

class Mourns : public Puppet {
 public:
  using Receives = Messages<Do, Terminated>;
  explicit Mourns(Log log) : log_(std::move(log)) {}
  using Puppet::on;
  Task<> on(const Terminated& end) {
    co_await sleep(1ms);
    log_.add(std::string(end.actor.uri().name()));
  }

 private:
  Log log_;
};

BOOST_AUTO_TEST_CASE(W01_a_terminated_may_be_handled_by_a_coroutine) {
  const Log log("an end");
  Node node(quiet());
  const auto mourns = node.spawn<Mourns>(log);
  const auto child =
      call(mourns, [](Puppet& me) { return me.watch(me.spawn<Puppet>({.name = "child"})); });
  child.stop();
  BOOST_TEST(log.next() == "child");
}

class Runs : public Puppet {
 public:
  using Receives = Messages<Do, int>;
  using Puppet::on;
  Task<> on(const int& number) { co_await run(number); }
  Task<> run(int number) {
    co_await sleep(1ms);
    sender() << number;
  }
  Task<> run() { co_return; }
};

BOOST_AUTO_TEST_CASE(C08_a_run_of_an_actor_that_is_no_process_is_a_function_like_any_other) {
  Node node(quiet());
  const auto runs = node.spawn<Runs>();
  drain(runs);
  BOOST_TEST(runs.ask<int>(3).get() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
