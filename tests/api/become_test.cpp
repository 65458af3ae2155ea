/// Rules H01 and H02: actors that change how they behave.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "machine.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

/// A handler of numbers that tells the behavior's name.
auto noting(Machine& me, const std::string& name) {
  return [&me, name](const int& number) { me.hear(name + " " + std::to_string(number)); };
}

/// It becomes one that notes numbers under that name, and still does what it is told.
void become(Machine& me, const std::string& name) {
  me.become(&me, &Machine::obey, noting(me, name));
}
void become_stacked(Machine& me, const std::string& name) {
  me.become_stacked(&me, &Machine::obey, noting(me, name));
}

BOOST_AUTO_TEST_SUITE(behavior)

BOOST_AUTO_TEST_CASE(H01_an_actor_begins_with_the_handlers_of_its_class) {
  Stage stage;
  stage.send(1, std::string("text"));
  stage.expect({"1", "text"});
}

BOOST_AUTO_TEST_CASE(H01_from_the_next_message_on_an_actor_has_the_handlers_that_it_became) {
  Stage stage;
  stage.script.with_numbers = [](Machine& me, int number) {
    become(me, "new");
    me.hear("still " + std::to_string(number));
  };
  stage.send(1, 2, 3);
  stage.expect({"1", "still 1", "new 2", "new 3"});
}

BOOST_AUTO_TEST_CASE(H01_a_handler_is_a_member_function_or_something_that_is_called) {
  struct Called {
    void operator()(std::string text) const { me->hear("called with " + std::move(text)); }
    Machine* me;
  };
  Stage stage;
  int count = 0;
  stage.tell([&](Machine& me) {
    me.become(&me, &Machine::obey, Called{&me},
              [&count](int&& number) mutable noexcept { count += number; });
  });
  stage.send(std::string("text"), 2, 3);
  stage.expect({"called with text"});
  BOOST_TEST(count == 5);
  stage.tell([](Machine& me) {
    me.become(&me, &Machine::obey, [&me](const std::string& text) { me.on(text); });
  });
  stage.send(std::string("text"));
  stage.expect({"text"});
}

BOOST_AUTO_TEST_CASE(H01_what_the_present_handlers_do_not_take_is_unhandled) {
  Stage stage;
  stage.tell([](Machine& me) { become(me, "new"); });
  stage.send(std::string("text"), 1);
  stage.expect({"unhandled text", "new 1"});
  auto asked = stage.machine.ask<int>(std::string("question"));
  stage.node.run();
  BOOST_CHECK_THROW(asked.get(), AskFailed);
}

BOOST_AUTO_TEST_CASE(H01_a_behavior_may_say_that_a_message_is_unhandled) {
  Stage stage;
  stage.tell([](Machine& me) { me.become(&me, [&me](const int&) { me.unhandled(); }); });
  stage.send(1);
  stage.expect({"unhandled 1"});
}

BOOST_AUTO_TEST_CASE(H01_a_behavior_without_a_handler_for_terminated_fails_at_one) {
  Stage stage;
  const Ref mortal = stage.spawn<Puppet>();
  stage.tell([&](Machine& me) {
    me.watch(mortal);
    become(me, "new");
  });
  mortal.stop();
  stage.node.run();
  BOOST_TEST_REQUIRE(stage.script.heard.size() == 1U);
  BOOST_TEST(
      stage.script.heard.front().starts_with("error with spinoff.Terminated: the actor watched "));
}

BOOST_AUTO_TEST_CASE(H01_a_message_handled_by_a_behavior_has_its_sender) {
  Stage stage;
  stage.tell(
      [](Machine& me) { me.become(&me, [&me](const int& number) { me.sender() << 2 * number; }); });
  auto asked = stage.machine.ask<int>(21);
  stage.node.run();
  BOOST_TEST(asked.get() == 42);
}

BOOST_AUTO_TEST_CASE(H01_a_handler_that_its_own_behavior_replaces_runs_to_its_end) {
  Stage stage;
  const auto captured = std::make_shared<std::string>("captured");
  stage.tell([&](Machine& me) {
    me.become(&me, [&me, captured](const int& number) {
      become(me, "new");
      BOOST_TEST(captured.use_count() == 2);
      me.hear(*captured + " " + std::to_string(number));
    });
  });
  stage.send(1);
  BOOST_TEST(captured.use_count() == 1);
  stage.send(2);
  stage.expect({"captured 1", "new 2"});
}

BOOST_AUTO_TEST_CASE(H01_an_actor_can_become_something_before_its_first_message) {
  Stage stage({.at_start = [](Machine& me) { become(me, "new"); }});
  stage.send(1);
  stage.expect({"new 1"});
}

BOOST_AUTO_TEST_CASE(H01_a_restart_puts_the_first_handlers_back) {
  Stage stage({}, Decision::Restart);
  stage.tell([](Machine& me) {
    become(me, "new");
    become_stacked(me, "newer");
  });
  stage.tell([](Machine&) { throw std::runtime_error("restart me"); });
  stage.send(1, std::string("text"));
  stage.expect({"error with spinoff.testing.Do: restart me", "1", "text"});
}

BOOST_AUTO_TEST_CASE(H01_an_actor_that_is_resumed_keeps_its_handlers) {
  Stage stage({}, Decision::Resume);
  stage.tell([](Machine& me) { become(me, "new"); });
  stage.tell([](Machine&) { throw std::runtime_error("resume me"); });
  stage.send(1);
  stage.expect({"error with spinoff.testing.Do: resume me", "new 1"});
}

BOOST_AUTO_TEST_CASE(H02_become_replaces_so_unbecome_goes_back_to_the_first) {
  Stage stage;
  stage.tell([](Machine& me) {
    become(me, "one");
    become(me, "two");
  });
  stage.send(1);
  stage.tell([](Machine& me) { me.unbecome(); });
  stage.send(2);
  stage.expect({"two 1", "2"});
}

BOOST_AUTO_TEST_CASE(H02_unbecome_goes_back_by_one_for_each_become_stacked) {
  Stage stage;
  const auto back = [&] { stage.tell([](Machine& me) { me.unbecome(); }); };
  stage.tell([](Machine& me) {
    become_stacked(me, "one");
    become_stacked(me, "two");
    become(me, "three");
  });
  stage.send(1);
  back();
  stage.send(2);
  back();
  stage.send(3);
  stage.expect({"three 1", "one 2", "3"});
}

BOOST_AUTO_TEST_CASE(H02_unbecome_of_the_first_behavior_does_nothing) {
  Stage stage;
  stage.tell([](Machine& me) { me.unbecome(); });
  stage.send(1);
  stage.tell([](Machine& me) {
    become(me, "new");
    me.unbecome();
    me.unbecome();
  });
  stage.send(2);
  stage.expect({"1", "2"});
}

BOOST_AUTO_TEST_CASE(H02_unbecome_takes_effect_with_the_next_message) {
  Stage stage;
  stage.tell([](Machine& me) {
    me.become(&me, [&me](const int& number) {
      me.unbecome();
      me.hear("last " + std::to_string(number));
    });
  });
  stage.send(1, 2);
  stage.expect({"last 1", "2"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
