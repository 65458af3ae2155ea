/// Mailboxes that take only so many messages, and what becomes of the others.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

/// Tells which numbers it handled; answers a question with twice the number.
class Counts : public Puppet {
 public:
  using Receives = Messages<Do, int>;
  explicit Counts(Collector<int> seen) : seen_(std::move(seen)) {}
  using Puppet::on;
  void on(const int& number) {
    seen_.add(number);
    if (sender()) {
      sender() << number * 2;
    }
  }

 private:
  Collector<int> seen_;
};

struct Fixture {
  Node node{quiet()};
  Collector<int> seen{"the numbers that were handled"};
  Collector<DeadLetter> dead = listen<DeadLetter>(node);

  TypedRef<Counts> spawn(std::size_t capacity, Overflow overflow) {
    return node.spawn<Counts>({.mailbox = bounded(capacity, overflow)}, seen);
  }
  void check_dead(const Ref& actor, int number) const {
    const DeadLetter letter = dead.next();
    BOOST_TEST(letter.target == actor);
    BOOST_TEST_REQUIRE(letter.message.is<int>());
    BOOST_TEST(*letter.message.get_if<int>() == number);
  }
  void check_seen(const std::vector<int>& expected) const {
    BOOST_TEST(seen.next(expected.size()) == expected, boost::test_tools::per_element());
  }
};

/// Passes numbers on.
class PassesOn : public Actor {
 public:
  using Receives = Messages<int>;
  explicit PassesOn(Ref to) : to_(std::move(to)) {}
  void on(const int& /*number*/) { forward(to_); }

 private:
  Ref to_;
};

/// Passes texts on to whoever has room, the length first.
class Tries : public Actor {
 public:
  using Receives = Messages<std::string, int>;
  Tries(Ref full, Ref other) : full_(std::move(full)), other_(std::move(other)) {}
  void on(const std::string& text) {
    try {
      forward(full_);
    } catch (const MailboxFull&) {
      other_ << static_cast<int>(text.size());
      forward(other_);
    }
  }
  void on(const int& /*the answer to the length*/) {}

 private:
  Ref full_;
  Ref other_;
};

BOOST_FIXTURE_TEST_SUITE(bounded_mailboxes, Fixture)

BOOST_AUTO_TEST_CASE(M13_a_full_mailbox_that_drops_the_newest_makes_it_a_dead_letter) {
  const auto actor = spawn(2, Overflow::drop_newest);
  {
    const Held held(actor);
    actor << 1 << 2 << 3 << 4;
    check_dead(actor, 3);
    check_dead(actor, 4);
  }
  check_seen({1, 2});
  actor << 5;
  check_seen({5});
  BOOST_TEST(dead.empty());
}

BOOST_AUTO_TEST_CASE(M13_a_full_mailbox_that_drops_the_oldest_takes_the_new_one) {
  const auto actor = spawn(2, Overflow::drop_oldest);
  {
    const Held held(actor);
    actor << 1 << 2 << 3 << 4;
    check_dead(actor, 1);
    check_dead(actor, 2);
  }
  check_seen({3, 4});
  BOOST_TEST(dead.empty());
}

BOOST_AUTO_TEST_CASE(M13_a_full_mailbox_can_fail_its_sender) {
  const auto actor = spawn(1, Overflow::fail_sender);
  {
    const Held held(actor);
    actor << 1;
    BOOST_CHECK_EXCEPTION(actor << 2, MailboxFull, [&](const MailboxFull& error) {
      return error.what() == "the mailbox of " + actor.to_string() + " is full (1 message)";
    });
  }
  check_seen({1});
  BOOST_TEST(dead.empty());
}

BOOST_AUTO_TEST_CASE(M13_the_failure_is_an_error_of_the_actor_that_sends) {
  const auto errors = listen<Error>(node);
  const auto actor = spawn(1, Overflow::fail_sender);
  const Ref other = node.spawn<Puppet>();
  const Held held(actor);
  actor << 1;
  other << Do{[actor](Puppet&) { actor << 2; }};
  const Error error = errors.next();
  BOOST_TEST(error.actor == other);
  BOOST_CHECK_THROW(std::rethrow_exception(error.error), MailboxFull);
}

BOOST_AUTO_TEST_CASE(M13_what_comes_in_nobodys_turn_is_dropped_where_a_sender_would_fail) {
  const auto actor = spawn(1, Overflow::fail_sender);
  const Held held(actor);
  actor << 1;
  const Timer timer = actor.send_later(0s, 2);
  check_dead(actor, 2);
}

BOOST_AUTO_TEST_CASE(M13_a_question_that_finds_no_room_fails_at_once) {
  for (const Overflow overflow : {Overflow::drop_newest, Overflow::fail_sender}) {
    const auto actor = spawn(1, overflow);
    const Held held(actor);
    actor << 1;
    auto answer = actor.ask<int>(2);
    BOOST_CHECK_EXCEPTION(answer.get(), AskFailed, [&](const AskFailed& error) {
      return std::string(error.what()).find("is full (1 message)") != std::string::npos;
    });
    check_dead(actor, 2);
  }
}

BOOST_AUTO_TEST_CASE(M13_whoever_asked_is_told_when_a_question_that_is_passed_on_finds_no_room) {
  const auto actor = spawn(1, Overflow::fail_sender);
  const auto other = node.spawn<PassesOn>(actor);
  const Held held(actor);
  actor << 1;
  auto answer = other.ask<int>(2);
  BOOST_CHECK_EXCEPTION(answer.get(), AskFailed, [](const AskFailed& error) {
    return std::string(error.what()).find("is full") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(M13_a_question_that_has_to_make_room_fails) {
  const auto actor = spawn(1, Overflow::drop_oldest);
  const Held held(actor);
  auto answer = actor.ask<int>(1);
  actor << 2;
  BOOST_CHECK_THROW(answer.get(), AskFailed);
  check_dead(actor, 1);
}

BOOST_AUTO_TEST_CASE(M13_a_mailbox_without_any_room_is_an_error_at_the_call) {
  BOOST_CHECK_THROW(static_cast<void>(bounded(0, Overflow::drop_newest)), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(M13_what_the_actor_has_not_handled_when_it_stops_is_a_dead_letter) {
  const auto actor = spawn(3, Overflow::drop_oldest);
  {
    const Held held(actor);
    actor << 1 << 2 << 3 << 4;
    check_dead(actor, 1);
    actor.stop();
  }
  check_dead(actor, 2);
  check_dead(actor, 3);
  check_dead(actor, 4);
  BOOST_TEST(seen.empty());
  actor << 5;
  check_dead(actor, 5);
}

BOOST_AUTO_TEST_CASE(M13_a_poison_is_never_refused_and_keeps_its_place) {
  const auto stopped = listen<Terminated>(node);
  const auto actor = spawn(2, Overflow::drop_newest);
  {
    const Held held(actor);
    actor << 1 << 2;
    actor.poison();
    actor << 3;
    check_dead(actor, 3);
  }
  check_seen({1, 2});
  BOOST_TEST(stopped.next().actor == actor);
}

BOOST_AUTO_TEST_CASE(M13_the_mail_is_kept_over_a_restart) {
  const auto actor = node.spawn<Puppet>();
  const auto child = call(actor, [&](Puppet& me) {
    return me.spawn<Counts>({.mailbox = bounded(3, Overflow::fail_sender)}, seen);
  });
  {
    const Held held(child);
    child << Do{[](Puppet&) { throw std::runtime_error("on purpose"); }};
    child << 1 << 2;
    BOOST_CHECK_THROW(child << 3, MailboxFull);
  }
  check_seen({1, 2});
}

BOOST_AUTO_TEST_CASE(M13_a_thread_waits_for_room_as_well) {
  const auto actor = spawn(1, Overflow::suspend_sender);
  std::jthread thread;
  {
    const Held held(actor);
    actor << 1;
    thread = std::jthread([actor] {
      actor.send_when_room(2).get();
      actor.send_when_room(3).get();
    });
    BOOST_CHECK_THROW(actor << 0, MailboxFull);
  }
  check_seen({1, 2, 3});
}

BOOST_AUTO_TEST_CASE(M13_a_thread_that_waits_goes_on_when_the_actor_has_stopped) {
  const auto actor = spawn(1, Overflow::suspend_sender);
  std::jthread thread;
  {
    const Held held(actor);
    actor << 1;
    thread = std::jthread([actor] { actor.send_when_room(2).get(); });
    actor.stop();
  }
  check_dead(actor, 1);
  check_dead(actor, 2);
}

BOOST_AUTO_TEST_CASE(M13_an_actor_must_not_block_for_room) {
  const auto actor = spawn(1, Overflow::suspend_sender);
  const Ref other = node.spawn<Puppet>();
  BOOST_CHECK_THROW(call(other, [&](Puppet&) { actor.send_when_room(1).get(); }), std::logic_error);
}

BOOST_AUTO_TEST_CASE(M13_the_routees_of_a_pool_can_have_bounded_mailboxes) {
  const auto pool = node.spawn_pool<Counts>(
      RoundRobin{}, {.size = 1, .mailbox = bounded(1, Overflow::fail_sender)}, seen);
  Gate entered("the routee to be in a handler");
  Gate leave("the test to let it return");
  pool << Do{[&](Puppet&) {
    entered.open();
    leave.wait();
  }};
  entered.wait();
  pool << 1;
  BOOST_CHECK_THROW(pool << 2, MailboxFull);
  leave.open();
  check_seen({1});
}

BOOST_AUTO_TEST_CASE(T04_a_broadcast_goes_to_all_others_although_one_of_them_is_full) {
  const auto full = spawn(1, Overflow::fail_sender);
  const auto other = spawn(1, Overflow::fail_sender);
  const Held held(full);
  full << 1;
  const Router all(Broadcast{}, std::vector<TypedRef<Counts>>{full, other});
  BOOST_CHECK_THROW(all << 2, MailboxFull);
  check_seen({2});
}

BOOST_AUTO_TEST_CASE(M13_the_message_for_a_routee_waits_for_room) {
  const auto actor = spawn(1, Overflow::suspend_sender);
  const Router one(SmallestMailbox{}, std::vector<TypedRef<Counts>>{actor});
  std::jthread thread;
  {
    const Held held(actor);
    actor << 1;
    thread = std::jthread([one] { one.send_when_room(2).get(); });
  }
  check_seen({1, 2});
}

BOOST_AUTO_TEST_CASE(M13_what_could_not_be_forwarded_is_still_there) {
  const auto unhandled = listen<UnhandledMessage>(node);
  const auto full = spawn(1, Overflow::fail_sender);
  const auto other = spawn(2, Overflow::fail_sender);
  const Held held(full);
  full << 1;
  node.spawn<Tries>(full, other) << "four";
  check_seen({4});
  const UnhandledMessage text = unhandled.next();
  BOOST_TEST(text.actor == other);
  BOOST_TEST_REQUIRE(text.message.is<std::string>());
  BOOST_TEST(*text.message.get_if<std::string>() == "four");
}

BOOST_AUTO_TEST_CASE(M13_the_high_water_mark_counts_what_waits_in_a_bounded_mailbox) {
  NodeOptions options = quiet();
  options.high_water_mark = 100;
  Node other(options);
  const auto told = listen<HighWaterMarkReached>(other);
  const Ref actor = other.spawn<Counts>({.mailbox = bounded(150, Overflow::drop_newest)}, seen);
  const Held held(actor);
  for (int number = 0; number < 200; ++number) {
    actor << number;
  }
  BOOST_TEST(told.next().actor == actor);
  BOOST_TEST(told.empty());
}

struct Happened {};
class Listens : public Puppet {
 public:
  using Receives = Messages<Do, Happened>;
  using Puppet::on;
  void on(const Happened& /*event*/) {}
};

BOOST_AUTO_TEST_CASE(M13_an_event_that_finds_no_room_is_a_dead_letter_where_a_sender_would_fail) {
  const auto actor = node.spawn<Listens>({.mailbox = bounded(1, Overflow::fail_sender)});
  call(actor, [](Puppet& me) { me.subscribe<Happened>(); });
  const Held held(actor);
  actor << Happened{};
  node.publish(Happened{});
  const DeadLetter letter = dead.next();
  BOOST_TEST(letter.target == actor);
  BOOST_TEST(letter.message.is<Happened>());
  BOOST_TEST(dead.empty());
}

BOOST_AUTO_TEST_CASE(M13_a_terminated_is_never_refused_nor_dropped) {
  for (const Overflow overflow :
       {Overflow::drop_newest, Overflow::drop_oldest, Overflow::fail_sender}) {
    const Collector<Ref> ends("a Terminated");
    const Collector<Ref> told("a Terminated at another watcher");
    const auto watcher = node.spawn<Watcher>({.mailbox = bounded(1, overflow)}, ends);
    const auto second = node.spawn<Watcher>(told);
    const Ref watched = node.spawn<Puppet>();
    call(watcher, [&](Puppet& me) { me.watch(watched); });
    call(second, [&](Puppet& me) { me.watch(watched); });
    {
      const Held held(watcher);
      watcher << Do{[](Puppet&) {}};
      watched.stop();
      told.next();  // watchers hear of it in the order in which they began to watch
      if (overflow != Overflow::fail_sender) {
        watcher << Do{[](Puppet&) {}} << Do{[](Puppet&) {}};
      }
    }
    BOOST_TEST(ends.next() == watched);
    for (const DeadLetter& letter : dead.rest()) {
      BOOST_TEST(letter.message.is<Do>());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
