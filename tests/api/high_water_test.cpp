/// Queues that grow too long are told.
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

constexpr std::size_t kMark = 1000;
// Whoever sends looks only so often.
constexpr std::size_t kLate = 64;

NodeOptions with_mark(std::size_t mark) {
  NodeOptions options = quiet();
  options.high_water_mark = mark;
  return options;
}

void send(const Ref& actor, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    actor << Do{[](Puppet&) {}};
  }
}

void check_told(const HighWaterMarkReached& event, const Ref& actor, std::size_t mark) {
  BOOST_TEST(event.actor == actor);
  BOOST_TEST(event.length >= mark);
  BOOST_TEST(event.length < mark + kLate);
}

/// Takes its time to decide about a child.
class Parent : public Puppet {
 public:
  Parent(Gate* asked, Gate* answer) : asked_(asked), answer_(answer) {}
  Decision supervise(const ChildError& /*error*/) override {
    asked_->open();
    answer_->wait();
    return Decision::Resume;
  }

 private:
  Gate* asked_;
  Gate* answer_;
};

BOOST_AUTO_TEST_SUITE(high_water)

BOOST_AUTO_TEST_CASE(M13_each_multiple_of_the_high_water_mark_is_an_event) {
  Node node(with_mark(kMark));
  const auto told = listen<HighWaterMarkReached>(node);
  const Ref actor = node.spawn<Puppet>();
  const Held held(actor);
  send(actor, kMark - 1);
  BOOST_TEST(told.empty());
  send(actor, kLate);
  check_told(told.next(), actor, kMark);
  send(actor, kMark - 2 * kLate);
  BOOST_TEST(told.empty());
  send(actor, 2 * kLate);
  check_told(told.next(), actor, 2 * kMark);
  BOOST_TEST(told.empty());
}

BOOST_AUTO_TEST_CASE(M13_it_is_told_again_only_after_the_queue_was_shorter) {
  Node node(with_mark(kMark));
  const auto told = listen<HighWaterMarkReached>(node);
  const Ref actor = node.spawn<Puppet>();
  for (int round = 0; round < 3; ++round) {
    {
      const Held held(actor);
      send(actor, kMark + kLate);
      check_told(told.next(), actor, kMark);
    }
    drain(actor);
    BOOST_TEST(told.empty());
  }
}

BOOST_AUTO_TEST_CASE(M13_messages_from_the_actors_own_worker_count_as_well) {
  NodeOptions options = with_mark(kMark);
  options.workers = 1;
  Node node(options);
  const auto told = listen<HighWaterMarkReached>(node);
  const Ref actor = node.spawn<Puppet>();
  const Ref other = node.spawn<Puppet>();
  call(other, [&](Puppet&) { send(actor, kMark + options.turn_budget + kLate); });
  const HighWaterMarkReached event = told.next();
  BOOST_TEST(event.actor == actor);
  BOOST_TEST(event.length >= kMark);
  drain(actor);
  BOOST_TEST(told.empty());
}

BOOST_AUTO_TEST_CASE(M13_so_they_do_when_it_waits_for_its_supervisor) {
  NodeOptions options = with_mark(kMark);
  options.workers = 1;
  options.on_failure = Restart{.backoff = Backoff{.min = 10min, .max = 10min}};
  Node node(options);
  const auto told = listen<HighWaterMarkReached>(node);
  const auto errors = listen<Error>(node);
  const Ref actor = node.spawn<Puppet>();
  const Ref other = node.spawn<Puppet>();
  actor << Do{[](Puppet&) { throw std::runtime_error("on purpose"); }};
  errors.next();
  call(other, [&](Puppet&) { send(actor, kMark + kLate); });
  BOOST_TEST(told.next().actor == actor);
}

BOOST_AUTO_TEST_CASE(M13_of_an_actor_that_waits_for_its_supervisor_it_is_told_too) {
  Node node(with_mark(kMark));
  const auto told = listen<HighWaterMarkReached>(node);
  Gate asked("the supervisor to be asked");
  Gate answer("the test to let it answer");
  const Ref parent = node.spawn<Parent>(&asked, &answer);
  const Ref child = call(parent, [](Puppet& me) -> Ref { return me.spawn<Puppet>(); });
  child << Do{[](Puppet&) { throw std::runtime_error("on purpose"); }};
  asked.wait();
  send(child, kMark + kLate);
  check_told(told.next(), child, kMark);
  answer.open();
  drain(child);
}

BOOST_AUTO_TEST_CASE(M13_the_mark_is_ten_thousand_unless_said_otherwise) {
  Node node(quiet());
  const auto told = listen<HighWaterMarkReached>(node);
  const Ref actor = node.spawn<Puppet>();
  const Held held(actor);
  send(actor, 10'000 - 1);
  BOOST_TEST(told.empty());
  send(actor, kLate);
  check_told(told.next(), actor, 10'000);
}

BOOST_AUTO_TEST_CASE(M13_without_a_mark_nothing_is_told) {
  Node node(with_mark(0));
  const auto told = listen<HighWaterMarkReached>(node);
  const Ref actor = node.spawn<Puppet>();
  {
    const Held held(actor);
    send(actor, 20'000);
  }
  drain(actor);
  BOOST_TEST(told.empty());
}

BOOST_AUTO_TEST_CASE(M13_shorter_by_half_a_mark_is_enough_to_be_told_again_and_less_is_not) {
  NodeOptions options = with_mark(kMark);
  options.turn_budget = 16;  // it looks at its queue that often
  Node node(options);
  const auto told = listen<HighWaterMarkReached>(node);
  const Ref actor = node.spawn<Puppet>();
  struct Stop {
    Gate reached{"the actor to get there"};
    Gate leave{"the test to let it go on"};
  };
  Stop first;
  Stop second;
  Stop third;
  const auto send_stop = [&](Stop& stop) {
    actor << Do{[&stop](Puppet&) {
      stop.reached.open();
      stop.leave.wait();
    }};
  };
  send_stop(first);
  first.reached.wait();
  send(actor, 450);
  send_stop(second);
  send(actor, 650);
  check_told(told.next(), actor, kMark);
  first.leave.open();
  second.reached.wait();  // 650 are left
  send(actor, 50);
  send_stop(third);
  send(actor, 400);
  BOOST_TEST(told.empty());
  second.leave.open();
  third.reached.wait();  // 400 are left
  send(actor, 600 + kLate);
  check_told(told.next(), actor, kMark);
  third.leave.open();
  drain(actor);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
