/// Rule L13: actors that want to know when they hear nothing.
#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "machine.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

/// An actor with a receive timeout of 10 ms.
struct Listening : Stage {
  explicit Listening(Decision on_failure = Decision::Stop) : Stage({}, std::move(on_failure)) {
    tell([](Machine& me) { me.set_receive_timeout(10ms); });
  }
};

BOOST_AUTO_TEST_SUITE(receive_timeout)

BOOST_AUTO_TEST_CASE(L13_an_actor_that_hears_nothing_for_its_limit_gets_a_receive_timeout) {
  Listening stage;
  stage.pass(9ms);
  stage.expect({});
  stage.pass(1ms);
  stage.expect({"silence"});
}

BOOST_AUTO_TEST_CASE(L13_an_actor_without_a_limit_gets_none) {
  Stage stage;
  stage.pass(1h);
  stage.expect({});
  BOOST_TEST(!stage.node.has_timers());
}

BOOST_AUTO_TEST_CASE(L13_silence_begins_anew_with_each_message) {
  Listening stage;
  for (int i = 0; i < 3; ++i) {
    stage.pass(9ms);
    stage.send(1);
  }
  stage.expect({"1", "1", "1"});
  stage.pass(9ms);
  stage.expect({});
  stage.pass(1ms);
  stage.expect({"silence"});
}

BOOST_AUTO_TEST_CASE(L13_it_comes_again_after_each_such_silence) {
  Listening stage;
  for (int i = 0; i < 3; ++i) {
    stage.pass(9ms);
    stage.expect({});
    stage.pass(1ms);
    stage.expect({"silence"});
  }
}

BOOST_AUTO_TEST_CASE(L13_silence_begins_when_the_handler_has_returned) {
  Listening stage;
  stage.script.with_numbers = [&](Machine&, int) { stage.node.pass(25ms); };
  stage.script.in_silence = [&](Machine&) { stage.node.pass(25ms); };
  stage.send(1);
  stage.expect({"1"});
  stage.pass(9ms);
  stage.expect({});
  stage.pass(1ms);
  stage.expect({"silence"});
  stage.pass(9ms);
  stage.expect({});
  stage.pass(1ms);
  stage.expect({"silence"});
}

BOOST_AUTO_TEST_CASE(L13_what_waits_in_the_mailbox_before_the_limit_is_heard) {
  Listening stage;
  stage.machine << 1;
  stage.node.pass(10ms);
  stage.node.run();
  stage.expect({"1"});
  stage.pass(10ms);
  stage.expect({"silence"});
}

BOOST_AUTO_TEST_CASE(L13_messages_that_are_unhandled_or_fail_or_come_from_a_timer_are_heard) {
  Listening stage(Decision::Resume);
  stage.pass(9ms);
  stage.tell([](Machine& me) {
    me.start_timer("key", 9ms, 1);
    me.unhandled();
  });
  stage.expect({"unhandled spinoff.testing.Do"});
  stage.pass(9ms);
  stage.expect({"1"});
  stage.pass(9ms);
  stage.tell([](Machine&) { throw std::runtime_error("no"); });
  stage.expect({"error with spinoff.testing.Do: no"});
  stage.pass(9ms);
  stage.expect({});
  stage.pass(1ms);
  stage.expect({"silence"});
}

BOOST_AUTO_TEST_CASE(L13_messages_do_not_start_timers) {
  Listening stage;
  const auto started = stage.node.timers_started();
  for (int i = 0; i < 1000; ++i) {
    stage.send(1);
  }
  BOOST_TEST(stage.node.timers_started() == started);
}

BOOST_AUTO_TEST_CASE(L13_a_new_limit_replaces_the_old_one_and_begins_to_count) {
  Listening stage;
  stage.pass(9ms);
  stage.tell([](Machine& me) { me.set_receive_timeout(20ms); });
  stage.pass(19ms);
  stage.expect({});
  stage.pass(1ms);
  stage.expect({"silence"});
}

BOOST_AUTO_TEST_CASE(L13_nothing_comes_after_a_cancel_even_if_it_was_due) {
  Listening stage;
  stage.tell([&](Machine& me) {
    stage.node.pass(10ms);
    me.cancel_receive_timeout();
    me.cancel_receive_timeout();
  });
  stage.pass(10ms);
  stage.send(1);
  stage.expect({"1"});
  BOOST_TEST(!stage.node.has_timers());
}

BOOST_AUTO_TEST_CASE(L13_the_handler_of_a_receive_timeout_can_cancel_it_or_give_another_limit) {
  Listening stage;
  stage.script.in_silence = [](Machine& me) { me.set_receive_timeout(5ms); };
  stage.pass(10ms);
  stage.script.in_silence = [](Machine& me) { me.cancel_receive_timeout(); };
  stage.pass(5ms);
  stage.pass(1h);
  stage.expect({"silence", "silence"});
  BOOST_TEST(!stage.node.has_timers());
}

BOOST_AUTO_TEST_CASE(L13_a_limit_must_be_more_than_zero) {
  Stage stage;
  stage.tell([](Machine& me) {
    BOOST_CHECK_THROW(me.set_receive_timeout(0ms), std::invalid_argument);
    BOOST_CHECK_THROW(me.set_receive_timeout(-1ms), std::invalid_argument);
  });
  BOOST_TEST(!stage.node.has_timers());
}

BOOST_AUTO_TEST_CASE(L13_without_a_handler_it_is_unhandled_and_the_actor_goes_on) {
  Listening stage;
  stage.tell([](Machine& me) { me.become(&me, &Machine::obey); });
  stage.pass(10ms);
  stage.expect({"unhandled spinoff.ReceiveTimeout"});
  stage.tell([](Machine& me) { me.unbecome(); });
  stage.pass(10ms);
  stage.expect({"silence"});
}

BOOST_AUTO_TEST_CASE(L13_a_behavior_stays_when_a_timeout_is_set_and_cancelled) {
  Stage stage;
  stage.tell([](Machine& me) {
    me.become(&me, &Machine::obey, [&me](const int&) { me.hear("new"); });
    me.set_receive_timeout(10ms);
  });
  stage.send(1);
  stage.tell([](Machine& me) { me.cancel_receive_timeout(); });
  stage.send(1);
  stage.expect({"new", "new"});
}

BOOST_AUTO_TEST_CASE(L13_it_ends_with_the_instance) {
  Listening stage(Decision::Restart);
  stage.tell([&](Machine&) {
    stage.node.pass(10ms);  // it is due
    throw std::runtime_error("restart me");
  });
  stage.pass(1h);
  stage.expect({"error with spinoff.testing.Do: restart me"});
  BOOST_TEST(!stage.node.has_timers());
}

BOOST_AUTO_TEST_CASE(L13_it_leaves_no_dead_letter_behind) {
  Listening stage;
  stage.node.pass(10ms);  // it is due
  stage.machine.stop();
  stage.node.run();
  stage.expect({});
  BOOST_TEST(!stage.node.has_timers());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
