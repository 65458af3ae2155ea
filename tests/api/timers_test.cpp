/// Rule M08: messages that come later.
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

class Listener : public Puppet {
 public:
  using Receives = Messages<Do, int>;
  explicit Listener(Collector<int> heard) : heard_(std::move(heard)) {}
  using Puppet::on;
  void on(const int& number) { heard_.add(number); }

 private:
  Collector<int> heard_;
};

struct World {
  const Collector<int> heard{"a timer's message"};
  Node node{quiet()};
  const TypedRef<Listener> listener = node.spawn<Listener>(heard);

  /// Returns when all timers are in their mailboxes that were started before with a delay of at
  /// most `delay`: those that are due at the same time fire in the order in which they were
  /// started.
  void let_time_pass(std::chrono::milliseconds delay = 0ms) {
    const Collector<int> due("a timer that was started last");
    node.spawn<Listener>(due).send_later(delay, 0);
    due.next();
  }
};

BOOST_AUTO_TEST_SUITE(timers)

BOOST_AUTO_TEST_CASE(M08_a_message_comes_after_its_delay_and_not_before) {
  World world;
  const auto before = std::chrono::steady_clock::now();
  static_cast<void>(world.listener.send_later(20ms, 1));
  BOOST_TEST(world.heard.next() == 1);
  BOOST_TEST((std::chrono::steady_clock::now() - before >= 20ms));
}

BOOST_AUTO_TEST_CASE(M08_messages_with_the_same_delay_come_in_the_order_sent) {
  World world;
  for (int i = 0; i < 100; ++i) {
    static_cast<void>(world.listener.send_later(1ms, i));
  }
  for (int i = 0; i < 100; ++i) {
    BOOST_TEST_REQUIRE(world.heard.next() == i);
  }
}

BOOST_AUTO_TEST_CASE(M08_a_message_that_comes_later_has_its_sender) {
  Node node(quiet());
  const auto from = node.spawn<Puppet>();
  const auto to = node.spawn<Puppet>();
  const Collector<Ref> senders("a sender");
  call(from,
       [&](Puppet&) { to.send_later(0ms, Do{[&](Puppet& me) { senders.add(me.sender()); }}); });
  BOOST_TEST(senders.next() == from);
}

BOOST_AUTO_TEST_CASE(M08_a_cancelled_message_is_never_delivered) {
  World world;
  Timer timer = world.listener.send_later(5ms, 1);
  timer.cancel();
  timer.cancel();
  world.let_time_pass(5ms);
  drain(world.listener);
  BOOST_TEST(world.heard.empty());
}

BOOST_AUTO_TEST_CASE(M08_a_cancelled_message_is_not_delivered_although_it_was_due) {
  World world;
  call(world.listener, [&](Puppet& me) {
    Timer timer = me.send_later(0ms, 1);
    world.let_time_pass();
    timer.cancel();
  });
  drain(world.listener);
  BOOST_TEST(world.heard.empty());
}

BOOST_AUTO_TEST_CASE(M08_to_drop_the_handle_is_not_to_cancel) {
  World world;
  static_cast<void>(world.listener.send_later(0ms, 1));
  BOOST_TEST(world.heard.next() == 1);
}

BOOST_AUTO_TEST_CASE(M08_a_message_that_was_handled_can_be_cancelled_without_harm) {
  World world;
  Timer timer = world.listener.send_later(0ms, 1);
  BOOST_TEST(world.heard.next() == 1);
  timer.cancel();
  Timer none;
  none.cancel();
}

BOOST_AUTO_TEST_CASE(M08_a_periodic_message_comes_until_it_is_cancelled) {
  World world;
  Timer timer = send_every(1ms, world.listener, 7);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(world.heard.next() == 7);
  }
  call(world.listener, [&](Puppet&) {
    world.let_time_pass(2ms);  // some are due now
    timer.cancel();
    world.heard.rest();
  });
  world.let_time_pass(3ms);
  drain(world.listener);
  BOOST_TEST(world.heard.empty());
}

BOOST_AUTO_TEST_CASE(M08_a_keyed_timer_replaces_the_earlier_one_of_that_key) {
  World world;
  call(world.listener, [&](Puppet& me) {
    me.start_timer("key", 0ms, 1);
    me.start_timer("other", 0ms, 2);
    world.let_time_pass();  // both are due
    me.start_timer("key", 0ms, 3);
  });
  BOOST_TEST(world.heard.next() == 2);
  BOOST_TEST(world.heard.next() == 3);
  world.let_time_pass();
  drain(world.listener);
  BOOST_TEST(world.heard.empty());
}

BOOST_AUTO_TEST_CASE(M08_a_keyed_timer_can_be_cancelled_by_its_key) {
  World world;
  call(world.listener, [&](Puppet& me) {
    me.start_timer("once", 0ms, 1);
    me.start_timer_at_fixed_rate("often", 1ms, 2);
    world.let_time_pass(2ms);
    me.cancel_timer("once");
    me.cancel_timer("often");
    me.cancel_timer("never started");
  });
  world.let_time_pass(3ms);
  drain(world.listener);
  BOOST_TEST(world.heard.empty());
}

BOOST_AUTO_TEST_CASE(M08_a_cancel_holds_for_what_a_process_has_taken_aside) {
  class Impatient : public Process {
   public:
    Task<> run(Log log) {
      start_timer("cancelled", 0ms, 1);
      start_timer("kept", 0ms, 2);
      start_timer_at_fixed_rate("often", 1ms, 'c');
      start_timer("last", 5ms, 0.5);
      co_await get<double>();  // so the others are due
      cancel_timer("cancelled");
      cancel_timer("often");
      log.add("got " + std::to_string(co_await get<int>()));
      log.add(get_nowait<int>().has_value() ? "an int" : "no int");
      log.add(get_nowait<char>().has_value() ? "a char" : "no char");
    }
  };
  const Log log("what the process got");
  Node node(quiet());
  node.spawn<Impatient>(log);
  BOOST_TEST(log.next() == "got 2");
  BOOST_TEST(log.next() == "no int");
  BOOST_TEST(log.next() == "no char");
}

BOOST_AUTO_TEST_CASE(M08_keyed_timers_end_with_their_actor) {
  World world;
  const auto dead = listen<DeadLetter>(world.node);
  const auto mortal = world.node.spawn<Listener>(world.heard);
  call(mortal, [](Puppet& me) { me.start_timer_at_fixed_rate("often", 1ms, 2); });
  BOOST_TEST(world.heard.next() == 2);
  stop_and_wait(world.node, mortal);
  world.heard.rest();
  dead.rest();
  world.let_time_pass(3ms);
  BOOST_TEST(world.heard.empty());
  BOOST_TEST(dead.empty());
}

BOOST_AUTO_TEST_CASE(M08_a_message_that_comes_later_to_a_stopped_actor_is_a_dead_letter) {
  World world;
  const auto dead = listen<DeadLetter>(world.node);
  world.listener.send_later(3ms, 5);
  stop_and_wait(world.node, world.listener);
  const DeadLetter letter = dead.next();
  BOOST_TEST(*letter.message.get_if<int>() == 5);
  BOOST_TEST(letter.target == world.listener);
}

BOOST_AUTO_TEST_CASE(M08_a_delay_without_end_does_not_come_at_once) {
  World world;
  static_cast<void>(world.listener.send_later(std::chrono::nanoseconds::max(), 1));
  static_cast<void>(send_every(std::chrono::nanoseconds::max(), world.listener, 2));
  static_cast<void>(world.listener.send_later(std::chrono::hours(24) * 365 * 250, 3));
  world.let_time_pass(2ms);
  drain(world.listener);
  BOOST_TEST(world.heard.empty());
  BOOST_CHECK_THROW(static_cast<void>(world.listener.send_later(-1ms, 1)), std::invalid_argument);
}

/// A message whose copy fails: what a timer sends again and again is copied for each time.
struct CopiesBadly {
  CopiesBadly() = default;
  CopiesBadly(CopiesBadly&&) = default;
  CopiesBadly(const CopiesBadly&) { throw std::runtime_error("no copy"); }
};

BOOST_AUTO_TEST_CASE(M08_a_periodic_message_that_cannot_be_copied_is_an_error_event) {
  World world;
  const auto errors = listen<Error>(world.node);
  Timer timer = send_every(1ms, world.listener, CopiesBadly());
  const Error error = errors.next();
  BOOST_TEST(describe(error.error) == "no copy");
  BOOST_TEST(error.actor == world.listener);
  timer.cancel();
  drain(world.listener);
}

BOOST_AUTO_TEST_CASE(M08_a_message_to_a_sender_that_is_gone_does_not_end_the_timers) {
  Gate forgotten("the sender to be forgotten");
  World world;
  const auto dead = listen<DeadLetter>(world.node);
  const auto asked = world.node.spawn<Puppet>();
  Ref sender = world.node.spawn<Puppet>();
  sender << Do{[&](Puppet&) {
    asked << Do{[&](Puppet& me) {
      forgotten.wait();
      static_cast<void>(me.sender().send_later(0ms, 1));
    }};
  }};
  forget(world.node, std::move(sender));
  forgotten.open();
  BOOST_TEST(*dead.next().message.get_if<int>() == 1);
  drain(asked);
  world.let_time_pass();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
