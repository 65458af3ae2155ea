/// Rule M08: timers that send again and again, and what is on a timer, in a node whose time passes
/// by hand.
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "machine.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

BOOST_AUTO_TEST_SUITE(repeated_timers)

BOOST_AUTO_TEST_CASE(M08_a_timer_at_a_fixed_rate_goes_by_the_clock) {
  Stage stage;
  stage.script.with_numbers = [&](Machine&, int) { stage.node.pass(7ms); };  // it takes its time
  stage.tell([](Machine& me) { me.start_timer_at_fixed_rate("tick", 10ms, 1); });
  stage.pass(9ms);
  stage.expect({});
  stage.pass(1ms);
  stage.expect({"1"});  // at 10, until 17
  stage.pass(2ms);
  stage.expect({});
  stage.pass(1ms);
  stage.expect({"1"});  // at 20
}

BOOST_AUTO_TEST_CASE(M08_a_timer_with_a_fixed_delay_waits_that_long_after_the_handling) {
  Stage stage;
  stage.script.with_numbers = [&](Machine&, int) { stage.node.pass(7ms); };
  stage.tell([](Machine& me) { me.start_timer_with_fixed_delay("tick", 10ms, 1); });
  stage.pass(9ms);
  stage.expect({});
  stage.pass(1ms);
  stage.expect({"1"});  // at 10, until 17
  stage.pass(9ms);
  stage.expect({});
  stage.pass(1ms);
  stage.expect({"1"});  // at 27
}

BOOST_AUTO_TEST_CASE(M08_at_a_fixed_rate_what_was_missed_is_made_up_for_one_by_one) {
  Stage stage;
  stage.tell([](Machine& me) { me.start_timer_at_fixed_rate("tick", 10ms, 1); });
  for (int i = 0; i < 3; ++i) {
    stage.node.pass(10ms);
  }
  stage.machine << std::string("others");
  stage.node.pass(25ms);  // two in one step
  stage.node.run();
  stage.expect({"1", "others", "1", "1", "1", "1"});  // one only was in the mailbox
  stage.pass(5ms);
  stage.expect({"1"});
}

BOOST_AUTO_TEST_CASE(M08_with_a_fixed_delay_nothing_is_made_up_for) {
  Stage stage;
  stage.tell([](Machine& me) { me.start_timer_with_fixed_delay("tick", 10ms, 1); });
  for (int i = 0; i < 5; ++i) {
    stage.node.pass(10ms);
  }
  stage.node.run();
  stage.expect({"1"});
  stage.pass(10ms);
  stage.expect({"1"});
}

BOOST_AUTO_TEST_CASE(M08_a_cancel_also_ends_what_would_be_made_up_for) {
  Stage stage;
  stage.script.with_numbers = [](Machine& me, int) { me.cancel_timer("tick"); };
  stage.tell([](Machine& me) { me.start_timer_at_fixed_rate("tick", 10ms, 1); });
  stage.pass(100ms);
  stage.expect({"1"});
  stage.pass(100ms);
  stage.expect({});
  BOOST_TEST(!stage.node.has_timers());
}

BOOST_AUTO_TEST_CASE(M08_a_timer_with_a_fixed_delay_that_its_own_message_cancels_is_not_started) {
  Stage stage;
  stage.script.with_numbers = [](Machine& me, int) { me.cancel_timer("tick"); };
  stage.tell([](Machine& me) { me.start_timer_with_fixed_delay("tick", 10ms, 1); });
  stage.pass(10ms);
  stage.expect({"1"});
  BOOST_TEST(!stage.node.has_timers());
}

BOOST_AUTO_TEST_CASE(M08_a_repeated_timer_is_replaced_even_when_its_message_is_due) {
  for (const bool at_fixed_rate : {false, true}) {
    Stage stage;
    stage.tell([&](Machine& me) {
      if (at_fixed_rate) {
        me.start_timer_at_fixed_rate("tick", 10ms, 1);
      } else {
        me.start_timer_with_fixed_delay("tick", 10ms, 1);
      }
    });
    stage.machine << Do{[&](Puppet& me) {
      stage.node.pass(30ms);
      me.start_timer("tick", 10ms, 2);
    }};
    stage.node.run();
    stage.expect({});
    stage.pass(30ms);
    stage.expect({"2"});
    BOOST_TEST(!stage.node.has_timers());
  }
}

BOOST_AUTO_TEST_CASE(M08_repeated_timers_go_on_after_a_failure_that_is_resumed) {
  Stage stage({}, Decision::Resume);
  stage.script.with_numbers = [](Machine&, int) { throw std::runtime_error("no"); };
  stage.tell([](Machine& me) {
    me.start_timer_at_fixed_rate("rate", 10ms, 1);
    me.start_timer_with_fixed_delay("delay", 10ms, 2);
  });
  stage.pass(10ms);
  stage.pass(10ms);
  const std::string one = "error with 1: no";
  const std::string two = "error with 2: no";
  stage.expect({"1", one, "2", two, "1", one, "2", two});
}

BOOST_AUTO_TEST_CASE(M08_keyed_timers_end_with_the_instance_and_others_do_not) {
  Stage stage({}, Decision::Restart);
  stage.tell([](Machine& me) {
    me.start_timer("once", 10ms, 1);
    me.start_timer_at_fixed_rate("rate", 10ms, 2);
    me.start_timer_with_fixed_delay("delay", 10ms, 3);
    me.start_timer("later", 40ms, 4);
    static_cast<void>(me.send_later(10ms, 5));
    static_cast<void>(me.send_later(40ms, 6));
  });
  stage.tell([&](Machine&) {
    stage.node.pass(20ms);  // the first three are in the mailbox
    throw std::runtime_error("restart me");
  });
  stage.expect({"error with spinoff.testing.Do: restart me", "5"});
  stage.pass(30ms);
  stage.expect({"6"});
  BOOST_TEST(!stage.node.has_timers());
}

BOOST_AUTO_TEST_CASE(M08_any_string_is_a_key) {
  Stage stage;
  stage.tell([](Machine& me) {
    me.start_timer("", 10ms, 1);
    me.start_timer(std::string("a\0b", 3), 10ms, 2);
    me.start_timer(std::string("a\0c", 3), 10ms, 3);
    me.start_timer("/ $\n", 10ms, 4);
    me.cancel_timer("a");
    me.cancel_timer(std::string("a\0c", 3));
  });
  stage.pass(10ms);
  stage.expect({"1", "2", "4"});
}

BOOST_AUTO_TEST_CASE(M08_a_period_must_be_more_than_zero) {
  Stage stage;
  stage.tell([](Machine& me) {
    BOOST_CHECK_THROW(me.start_timer_at_fixed_rate("tick", 0ms, 1), std::invalid_argument);
    BOOST_CHECK_THROW(me.start_timer_with_fixed_delay("tick", 0ms, 1), std::invalid_argument);
    BOOST_CHECK_THROW(me.start_timer_with_fixed_delay("tick", -1ms, 1), std::invalid_argument);
    BOOST_CHECK_THROW(static_cast<void>(send_every(0ms, me.self(), 1)), std::invalid_argument);
  });
  BOOST_TEST(!stage.node.has_timers());
}

BOOST_AUTO_TEST_CASE(M08_a_period_is_rounded_up_to_a_millisecond) {
  Stage stage;
  stage.tell(
      [](Puppet& me) { me.start_timer_at_fixed_rate("tick", std::chrono::microseconds(10), 1); });
  stage.pass(2ms);
  stage.expect({"1", "1"});
}

BOOST_AUTO_TEST_CASE(M08_a_repeated_message_to_an_actor_that_has_stopped_ends) {
  Stage stage;
  const Timer timer = send_every(10ms, stage.machine, 1);
  stage.pass(10ms);
  stage.expect({"1"});
  stage.machine.stop();
  stage.node.run();
  stage.pass(10ms);
  stage.expect({});
  BOOST_TEST(!stage.node.has_timers());
}

BOOST_AUTO_TEST_CASE(M08_what_is_due_when_its_actor_stops_is_a_dead_letter_once) {
  Stage stage;
  const Timer timer = send_every(10ms, stage.machine, 1);
  stage.node.pass(100ms);
  stage.machine.stop();
  stage.node.run();
  stage.expect({"dead 1"});
  stage.pass(100ms);
  stage.expect({});
  BOOST_TEST(!stage.node.has_timers());
}

BOOST_AUTO_TEST_CASE(M08_a_process_has_handled_a_timers_message_when_it_has_got_it) {
  class Patient : public Process {
   public:
    Task<> run(std::vector<int>* got) {
      start_timer_with_fixed_delay("delay", 10ms, 1);
      start_timer_at_fixed_rate("rate", 10ms, 'r');
      for (;;) {
        co_await get<Do>();
        while (const auto number = get_nowait<int>()) {
          got->push_back(*number);
        }
        while (get_nowait<char>()) {
          got->push_back(0);
        }
      }
    }
  };
  std::vector<int> got;
  const ManualNode node;
  const Ref patient = node.spawn(detail::kActorType<Patient>, detail::make_factory<Patient>(&got));
  node.run();
  const auto ask_after = [&](std::chrono::milliseconds time) {
    node.pass(time);
    patient << Do{};
    node.run();
    return std::exchange(got, {});
  };
  BOOST_TEST(ask_after(35ms) == (std::vector<int>{1, 0, 0, 0}), boost::test_tools::per_element());
  BOOST_TEST(ask_after(9ms) == (std::vector<int>{0}), boost::test_tools::per_element());
  BOOST_TEST(ask_after(1ms) == (std::vector<int>{1}), boost::test_tools::per_element());
}

/// Counts how many there are.
template <std::size_t Alignment>
struct alignas(Alignment) Counted {
  explicit Counted(int* count) : alive(count) { ++*alive; }
  Counted(const Counted& other) : alive(other.alive) { ++*alive; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*alive; }
  int* alive;
};

/// Takes note of what it gets, and of whom.
template <class M>
class Receiver : public Puppet {
 public:
  using Receives = Messages<Do, M>;
  Receiver(std::vector<M>* got, Ref* from) : got_(*got), from_(*from) {}
  using Puppet::on;
  void on(M&& message) {
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(&message) % alignof(M) == 0U);
    got_.push_back(std::move(message));
    from_ = sender();
  }

 private:
  std::vector<M>& got_;
  Ref& from_;
};

template <class M>
struct Receiving {
  std::vector<M> got;
  Ref from;
  ManualNode node;
  Ref receiver =
      node.spawn(detail::kActorType<Receiver<M>>, detail::make_factory<Receiver<M>>(&got, &from));
  Ref other = node.spawn(detail::kActorType<Puppet>, detail::make_factory<Puppet>());
};

template <class M>
void check_alive() {
  int alive = 0;
  {
    Receiving<M> world;
    Timer once = world.receiver.send_later(10ms, M(&alive));
    Timer cancelled = world.receiver.send_later(10ms, M(&alive));
    Timer again = send_every(10ms, world.receiver, M(&alive));
    BOOST_TEST(alive == 3);
    cancelled.cancel();
    world.node.pass(10ms);
    world.node.run();
    BOOST_TEST(world.got.size() == 2U);
    BOOST_TEST(alive == 4);  // two were got, and two handles are kept that have one
    cancelled = Timer();
    again.cancel();
    world.got.clear();
    BOOST_TEST(alive == 1);
    again = Timer();
    BOOST_TEST(alive == 0);
    static_cast<void>(world.receiver.send_later(10ms, M(&alive)));
    BOOST_TEST(alive == 1);
  }
  BOOST_TEST(alive == 0);
}

BOOST_AUTO_TEST_CASE(M08_a_message_on_a_timer_is_destroyed_once_whatever_becomes_of_it) {
  check_alive<Counted<8>>();
  check_alive<Counted<16>>();
  check_alive<Counted<64>>();
}

BOOST_AUTO_TEST_CASE(M08_a_message_on_a_timer_can_be_one_that_only_moves) {
  Receiving<std::unique_ptr<int>> world;
  static_cast<void>(world.receiver.send_later(10ms, std::make_unique<int>(7)));
  world.node.pass(10ms);
  world.node.run();
  BOOST_TEST_REQUIRE(world.got.size() == 1U);
  BOOST_TEST(*world.got.front() == 7);
}

BOOST_AUTO_TEST_CASE(M08_a_message_on_a_timer_keeps_its_sender_whoever_that_is) {
  Receiving<int> world;
  const auto sender_of = [&](const Ref& by) {
    const auto start = [&](Puppet&) { static_cast<void>(world.receiver.send_later(10ms, 1)); };
    if (by) {
      by << Do{start};
      world.node.run();
    } else {
      static_cast<void>(world.receiver.send_later(10ms, 1));
    }
    world.node.pass(10ms);
    world.node.run();
    return std::exchange(world.from, Ref());
  };
  BOOST_TEST(sender_of(world.other) == world.other);
  BOOST_TEST(sender_of(world.receiver) == world.receiver);
  BOOST_TEST(!sender_of(Ref()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
