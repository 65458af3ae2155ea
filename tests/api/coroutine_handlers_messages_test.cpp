/// Rule C08: messages that are handled by coroutines are messages like any others.
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

#include "coroutine_world.hpp"
#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

BOOST_AUTO_TEST_SUITE(coroutine_handlers_messages)

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
  auto reply = refuses.ask<int>(Verdict{.waits = true}, 1h);
  BOOST_TEST(contains(failure(reply), "has no handler for"));
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
