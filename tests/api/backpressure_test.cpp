/// Who sends to a bounded mailbox, and waits for room. On a node without threads, so that each test
/// says who comes first.
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "engine/manual_node.hpp"
#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Answer {
  int number;
};

/// Notes the numbers that it gets; the end of a watched actor as 0.
class Counts : public Puppet {
 public:
  using Receives = Messages<Do, int, Terminated>;
  explicit Counts(Collector<int> seen) : seen_(std::move(seen)) {}
  using Puppet::on;
  void on(const int& number) {
    seen_.add(number);
    sender() << Answer{number * 2};
  }
  void on(const Terminated& /*end*/) { seen_.add(0); }

 private:
  Collector<int> seen_;
};

/// The same, after a second.
class CountsLater : public Process {
 public:
  Task<> run(Collector<int> seen) {
    co_await sleep(1s);
    for (;;) {
      seen.add(co_await get<int>());
    }
  }
};

/// Sends the numbers one after the other as there is room, and notes what it has sent.
class Producer : public Process {
 public:
  Task<> run(Ref to, std::vector<int> numbers, Collector<int> sent) {
    for (const int number : numbers) {
      co_await to.send_when_room(number);
      sent.add(number);
    }
  }
};

/// Gives up after a second, and notes -1.
class Impatient : public Process {
 public:
  Task<> run(Ref to, int number, Collector<int> sent) {
    try {
      co_await with_timeout(1s, to.send_when_room(number));
      sent.add(number);
    } catch (const Timeout&) {
      sent.add(-1);
    }
  }
};

/// Asks with a number, and notes the answer.
class Asker : public Process {
 public:
  Task<> run(Ref to, int number, Collector<int> answers) {
    const Answer answer = co_await to.ask<Answer>(number, 1s);
    answers.add(answer.number);
  }
};

struct Fixture {
  ManualNode node;
  Collector<int> seen{"the numbers that were handled"};
  Collector<int> sent{"the numbers that were sent"};
  std::vector<int> dead;

  Fixture() {
    node.core().events().subscribe(detail::kMessageType<DeadLetter>, [this](const void* event) {
      const AnyMessage& message = static_cast<const DeadLetter*>(event)->message;
      if (const int* const number = message.get_if<int>()) {
        dead.push_back(*number);
      }
    });
    node.run();
  }

  template <class A, class... Args>
  Ref spawn(detail::SpawnOptions options, Args... args) {
    return node.spawn(detail::kActorType<A>, detail::make_factory<A>(std::move(args)...),
                      std::move(options));
  }
  /// An actor that has not had its first turn, and gets none before the next `node.run()`.
  Ref spawn_bounded(std::size_t capacity) {
    return spawn<Counts>({.mailbox = bounded(capacity, Overflow::suspend_sender)}, seen);
  }
  /// A producer that has sent what it can.
  Ref produce(const Ref& to, std::vector<int> numbers) {
    const Ref producer = spawn<Producer>({}, to, std::move(numbers), sent);
    run_latest();
    return producer;
  }
  void run_latest() { BOOST_TEST_REQUIRE(node.run_latest()); }

  void check_seen(const std::vector<int>& expected) const {
    BOOST_TEST(seen.rest() == expected, boost::test_tools::per_element());
  }
  void check_sent(const std::vector<int>& expected) const {
    BOOST_TEST(sent.rest() == expected, boost::test_tools::per_element());
  }
  void check_dead(const std::vector<int>& expected) const {
    BOOST_TEST(dead == expected, boost::test_tools::per_element());
  }
};

BOOST_FIXTURE_TEST_SUITE(backpressure, Fixture)

BOOST_AUTO_TEST_CASE(M13_a_process_is_suspended_until_there_is_room) {
  const Ref actor = spawn_bounded(2);
  produce(actor, {1, 2, 3, 4, 5});
  check_sent({1, 2});
  BOOST_CHECK_THROW(actor << 0, MailboxFull);
  node.run();
  check_sent({3, 4, 5});
  check_seen({1, 2, 3, 4, 5});
  check_dead({});
}

BOOST_AUTO_TEST_CASE(M13_a_mailbox_with_room_suspends_nobody) {
  const Ref actor = spawn<Counts>({}, seen);
  produce(actor, {1, 2, 3});
  check_sent({1, 2, 3});
}

BOOST_AUTO_TEST_CASE(M13_those_who_wait_come_in_in_the_order_in_which_they_began_to) {
  const Ref actor = spawn_bounded(1);
  actor << 1;
  produce(actor, {2, 5});
  produce(actor, {3, 6});
  produce(actor, {4, 7});
  check_sent({});
  node.run();
  check_seen({1, 2, 3, 4, 5, 6, 7});
}

BOOST_AUTO_TEST_CASE(M13_who_gives_up_in_time_has_not_sent) {
  const Ref actor = spawn_bounded(1);
  actor << 1;
  spawn<Impatient>({}, actor, 2, sent);
  run_latest();
  produce(actor, {3});
  node.pass(1s);
  run_latest();
  check_sent({-1});
  node.run();
  check_seen({1, 3});
  check_sent({3});
  check_dead({});
}

BOOST_AUTO_TEST_CASE(M13_what_has_come_in_was_sent_although_the_time_is_over) {
  const Ref actor = spawn_bounded(1);
  actor << 1;
  spawn<Impatient>({}, actor, 2, sent);
  run_latest();
  BOOST_TEST_REQUIRE(node.run_one());  // the actor's turn, which makes room
  node.pass(1s);
  node.run();
  check_seen({1, 2});
  check_sent({2});
}

BOOST_AUTO_TEST_CASE(M13_who_is_killed_or_stopped_while_it_waits_has_not_sent) {
  const Ref actor = spawn_bounded(1);
  actor << 1;
  const Ref killed = produce(actor, {2});
  const Ref stopped = produce(actor, {3});
  killed.kill();
  run_latest();
  stopped.stop();
  run_latest();
  node.run();
  check_seen({1});
  check_sent({});
  check_dead({});
}

BOOST_AUTO_TEST_CASE(M13_when_the_actor_stops_those_who_wait_go_on_and_theirs_are_dead_letters) {
  const Ref actor = spawn_bounded(1);
  actor << 1;
  produce(actor, {2, 4});
  produce(actor, {3});
  actor.kill();
  node.run();
  check_seen({});
  check_sent({2, 4, 3});
  check_dead({1, 2, 3, 4});
}

BOOST_AUTO_TEST_CASE(M13_a_question_waits_for_room) {
  const Ref actor = spawn_bounded(1);
  actor << 1;
  spawn<Asker>({}, actor, 2, sent);
  run_latest();
  node.run();
  check_seen({1, 2});
  check_sent({4});
}

BOOST_AUTO_TEST_CASE(M13_a_poison_comes_after_those_who_waited_before_it) {
  const Ref actor = spawn_bounded(1);
  actor << 1;
  produce(actor, {2});
  actor.poison();
  produce(actor, {3});
  node.run();
  check_seen({1, 2});
  check_dead({3});
}

BOOST_AUTO_TEST_CASE(M11_the_end_of_an_actor_comes_after_its_question_that_waited_for_room) {
  const Ref actor = spawn_bounded(1);
  const Ref asker = spawn<Puppet>({});
  actor << Do{[asker](Puppet& me) { me.watch(asker); }};
  node.run();
  actor << 1;
  std::optional<Future<Answer>> question;
  asker << Do{[&, actor](Puppet& me) {
    question.emplace(actor.ask<Answer>(2));
    me.stop();
  }};
  run_latest();
  node.run();
  check_seen({1, 2, 0});
}

BOOST_AUTO_TEST_CASE(M13_a_question_that_is_given_up_while_it_waits_was_not_sent) {
  const Ref actor = spawn_bounded(1);
  actor << 1;
  const Ref asker = spawn<Asker>({}, actor, 2, sent);
  run_latest();
  produce(actor, {3});
  asker.kill();
  run_latest();
  node.run();
  check_seen({1, 3});
  check_dead({});
}

/// Takes a number only when it is told to.
class Picky : public Process {
 public:
  Task<> run() { co_await get<Answer>(); }
};

BOOST_AUTO_TEST_CASE(M13_a_poison_behind_one_who_gives_up_comes_in_although_nobody_leaves) {
  const Ref actor = spawn<Picky>({.mailbox = bounded(1, Overflow::suspend_sender)});
  node.run();
  actor << 1;
  node.run();
  spawn<Impatient>({}, actor, 2, sent);
  node.run();
  actor.poison();
  const Ref watcher = spawn<Counts>({}, seen);
  watcher << Do{[actor](Puppet& me) { me.watch(actor); }};
  node.run();
  check_seen({});
  node.pass(1s);
  node.run();
  check_sent({-1});
  check_seen({0});
  check_dead({1});
}

BOOST_AUTO_TEST_CASE(M13_what_a_process_has_looked_at_and_left_is_kept_over_a_restart) {
  const Ref boss = spawn<Puppet>({});
  const auto child = std::make_shared<Ref>();
  boss << Do{[child, seen = seen](Puppet& me) {
    class Fails : public Process {
     public:
      Task<> run(std::shared_ptr<int> starts, Collector<int> seen) {
        if (++*starts == 1) {
          co_await get<Answer>();
          throw std::runtime_error("on purpose");
        }
        for (;;) {
          seen.add(co_await get<int>());
        }
      }
    };
    *child = me.spawn<Fails>({.mailbox = bounded(3, Overflow::suspend_sender)},
                             std::make_shared<int>(0), seen);
  }};
  node.run();
  *child << 1 << 2;
  node.run();
  *child << Answer{0};
  produce(*child, {3});
  node.run();
  check_seen({1, 2, 3});
  check_dead({});
}

BOOST_AUTO_TEST_CASE(M13_a_timer_that_is_cancelled_while_it_waits_is_not_handled) {
  const Ref actor = spawn_bounded(2);
  Timer timer = actor.send_later(1s, 1);
  node.pass(1s);
  actor << 2;
  timer.cancel();
  node.run();
  check_seen({2});
}

BOOST_AUTO_TEST_CASE(M13_a_message_counts_until_the_process_gets_it) {
  const Ref actor = spawn<CountsLater>({.mailbox = bounded(2, Overflow::suspend_sender)}, seen);
  node.run();
  produce(actor, {1, 2, 3, 4});
  node.run();
  check_sent({1, 2});
  BOOST_CHECK_THROW(actor << 0, MailboxFull);
  node.pass(1s);
  node.run();
  check_sent({3, 4});
  check_seen({1, 2, 3, 4});
}

BOOST_AUTO_TEST_CASE(M13_what_a_process_has_not_got_when_it_stops_is_a_dead_letter) {
  const Ref actor = spawn<CountsLater>({.mailbox = bounded(2, Overflow::suspend_sender)}, seen);
  node.run();
  produce(actor, {1, 2, 3});
  node.run();
  actor.stop();
  node.run();
  check_sent({1, 2, 3});
  check_dead({1, 2, 3});
}

class LooksAndLeaves : public Process {
 public:
  Task<> run() { co_await get<char>(); }
};

BOOST_AUTO_TEST_CASE(M13_what_a_process_has_looked_at_and_left_is_not_dropped_for_what_is_newer) {
  const Ref process = spawn<LooksAndLeaves>({.mailbox = bounded(3, Overflow::drop_oldest)});
  process << 1 << 2;
  node.run();
  process << 3 << 4;
  check_dead({3});
  node.run();
  process << 5;
  check_dead({3, 5});  // it has looked at all others
  process.stop();
  node.run();
  check_dead({3, 5, 1, 2, 4});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
