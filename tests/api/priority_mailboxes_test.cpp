/// Mailboxes that give the most urgent message first. On a node without threads: what is sent
/// before the actor's first turn waits.
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

#include "engine/manual_node.hpp"
#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Cancel {};
struct Job {
  std::string name;
  int urgency = 0;
  [[nodiscard]] int twice() const { return 2 * urgency; }
};

class Notes : public Puppet {
 public:
  using Receives = Messages<Do, Cancel, Job, std::string, Terminated>;
  explicit Notes(Log log) : log_(std::move(log)) {}
  using Puppet::on;
  void on(const Cancel& /*order*/) { log_.add("cancel"); }
  void on(const Job& job) { log_.add(job.name); }
  void on(const std::string& text) { log_.add(text); }
  void on(const Terminated& /*end*/) { log_.add("end"); }
  void post_stop() override { log_.add("stopped"); }

 private:
  Log log_;
};

class Empty : public Process {
 public:
  Task<> run() { co_return; }
};

MailboxOptions by_urgency() {
  return prioritized(priority<Cancel>(10), priority<Job>(&Job::urgency));
}

struct Fixture {
  ManualNode node;
  Log log{"the actor to handle a message"};
  std::vector<std::string> dead;

  Fixture() {
    node.core().events().subscribe(detail::kMessageType<DeadLetter>, [this](const void* event) {
      const AnyMessage& message = static_cast<const DeadLetter*>(event)->message;
      dead.push_back(message.is<Job>() ? message.get_if<Job>()->name : "?");
    });
    node.run();
  }

  Ref spawn(MailboxOptions mailbox) {
    return node.spawn(detail::kActorType<Notes>, detail::make_factory<Notes>(log),
                      {.mailbox = std::move(mailbox)});
  }
  void check(const std::vector<std::string>& expected) {
    node.run();
    BOOST_TEST(log.rest() == expected, boost::test_tools::per_element());
  }
  void check_dead(const std::vector<std::string>& expected) const {
    BOOST_TEST(dead == expected, boost::test_tools::per_element());
  }
};

BOOST_FIXTURE_TEST_SUITE(priority_mailboxes, Fixture)

BOOST_AUTO_TEST_CASE(M14_the_message_of_the_highest_priority_is_handled_first) {
  const Ref actor = spawn(by_urgency());
  actor << Job{"a", 1} << "text" << Job{"b", 3} << Cancel{} << Job{"c", -1} << Job{"d", 11};
  check({"d", "cancel", "b", "a", "text", "c"});
}

BOOST_AUTO_TEST_CASE(M14_equal_ones_are_handled_in_the_order_sent) {
  const Ref actor = spawn(by_urgency());
  actor << Job{"a", 1} << Job{"b", 2} << Job{"c", 1} << Job{"d", 2} << Job{"e", 1};
  check({"b", "d", "a", "c", "e"});
}

BOOST_AUTO_TEST_CASE(M14_a_priority_may_be_any_function_of_the_message) {
  const Ref actor = spawn(prioritized(priority<Job>(&Job::twice), priority<Cancel>(3)));
  actor << Job{"a", 1} << Cancel{} << Job{"b", 2};
  check({"b", "cancel", "a"});
}

BOOST_AUTO_TEST_CASE(M14_a_function_that_throws_fails_the_send) {
  const Ref actor = spawn(prioritized(priority<Job>(
      [](const Job& job) -> int { throw std::runtime_error("no priority for " + job.name); })));
  BOOST_CHECK_EXCEPTION((actor << Job{"a"}), std::runtime_error, [](const auto& error) {
    return error.what() == std::string("no priority for a");
  });
  const Timer timer = actor.send_later(std::chrono::seconds(1), Job{"b"});
  node.pass(std::chrono::seconds(1));
  check({});
  check_dead({"b"});
}

BOOST_AUTO_TEST_CASE(M14_a_message_of_a_timer_has_the_priority_of_its_type) {
  const Ref actor = spawn(by_urgency());
  actor << Job{"a", 1};
  const Timer timer = actor.send_later(std::chrono::seconds(1), Cancel{});
  Timer cancelled = actor.send_later(std::chrono::seconds(1), Job{"b", 20});
  node.pass(std::chrono::seconds(1));
  cancelled.cancel();
  check({"cancel", "a"});
}

BOOST_AUTO_TEST_CASE(M14_a_poison_waits_for_all_that_was_sent_before) {
  const Ref actor = spawn(by_urgency());
  actor << Job{"a", -100};
  actor.poison();
  check({"a", "stopped"});
}

BOOST_AUTO_TEST_CASE(M11_the_end_of_an_actor_comes_after_what_it_has_sent_whatever_the_priority) {
  const Ref actor = spawn(by_urgency());
  const Ref other = node.spawn(detail::kActorType<Puppet>, detail::make_factory<Puppet>());
  actor << Do{[other](Puppet& me) { me.watch(other); }};
  node.run();
  other << Do{[actor](Puppet& me) {
    actor << Job{"a", -100};
    me.stop();
  }};
  check({"a", "end"});
}

BOOST_AUTO_TEST_CASE(M14_what_is_left_when_the_actor_stops_are_dead_letters_by_priority) {
  const Ref actor = spawn(by_urgency());
  actor << Job{"a", 1} << Job{"b", 2};
  actor.kill();
  node.run();
  check_dead({"b", "a"});
}

BOOST_AUTO_TEST_CASE(M14_a_full_one_that_drops_the_oldest_drops_the_least_urgent) {
  const Ref actor = spawn(by_urgency().bounded(2, Overflow::drop_oldest));
  actor << Job{"a", 1} << Job{"b", 2} << Job{"c", 3} << Job{"d", 1} << Job{"e", 2};
  check_dead({"a", "d", "b"});
  check({"c", "e"});
}

BOOST_AUTO_TEST_CASE(M14_a_full_one_can_fail_its_sender) {
  const Ref actor = spawn(by_urgency().bounded(1, Overflow::fail_sender));
  actor << Job{"a", 1};
  BOOST_CHECK_THROW((actor << Job{"b", 2}), MailboxFull);
  check({"a"});
}

BOOST_AUTO_TEST_CASE(M14_those_who_wait_for_room_come_in_in_their_order_and_then_by_priority) {
  const Ref actor = spawn(by_urgency().bounded(2, Overflow::suspend_sender));
  actor << Job{"a", 1} << Job{"b", 2};
  const auto third = actor.ask<int>(Job{"c", 0});
  const auto fourth = actor.ask<int>(Job{"d", 9});
  check({"b", "a", "d", "c"});
}

BOOST_AUTO_TEST_CASE(M14_a_process_cannot_have_one) {
  BOOST_CHECK_EXCEPTION(node.spawn(detail::kActorType<Empty>, detail::make_factory<Empty>(),
                                   {.mailbox = by_urgency()}),
                        std::invalid_argument, [](const std::invalid_argument& error) {
                          return std::string(error.what()).find("get<A>()") != std::string::npos;
                        });
}

BOOST_AUTO_TEST_CASE(M14_a_pool_of_processes_cannot_have_them_and_leaves_nothing_behind) {
  Node real(quiet());
  const auto stopped = listen<Terminated>(real);
  BOOST_CHECK_THROW(static_cast<void>(real.spawn_pool<Empty>(
                        RoundRobin{}, {.name = "pool", .size = 2, .mailbox = by_urgency()})),
                    std::invalid_argument);
  stopped.next();
  BOOST_CHECK_NO_THROW(
      static_cast<void>(real.spawn_pool<Empty>(RoundRobin{}, {.name = "pool", .size = 2})));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
