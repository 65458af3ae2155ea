/// Rules H03 to H05: messages that an actor puts aside for later.
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

/// Stashes numbers until it has got the text "open".
struct Stashing : Stage {
  explicit Stashing(Decision on_failure = Decision::Stop)
      : Stage({.with_numbers = [](Machine& me, int) { me.stash(); }}, std::move(on_failure)) {}
  /// Handles numbers from now on, those that were stashed before the others.
  void open() {
    tell([this](Machine& me) {
      script.with_numbers = {};
      me.unstash_all();
    });
  }
};

BOOST_AUTO_TEST_SUITE(stash)

BOOST_AUTO_TEST_CASE(H03_what_is_stashed_is_handled_before_what_waits_and_in_the_order_it_came) {
  Stashing stage;
  stage.send(1, 2, 3);
  stage.expect({"1", "2", "3"});
  stage.tell([&](Machine& me) {
    stage.machine << 4;
    stage.machine << std::string("text");
    stage.script.with_numbers = {};
    me.unstash_all();
    me.hear("opened");
  });
  stage.expect({"opened", "1", "2", "3", "4", "text"});
}

BOOST_AUTO_TEST_CASE(H03_a_message_that_is_stashed_keeps_its_sender_and_an_ask_waits) {
  Stashing stage;
  const Ref other = stage.spawn<Puppet>();
  other << Do{[&](Puppet&) { stage.machine << 1; }};
  stage.node.run();
  auto asked = stage.machine.ask<std::string>(2);
  stage.node.run();
  stage.tell([&](Machine& me) {
    stage.script.with_numbers = [&](Machine& self, int number) {
      if (number == 1) {
        BOOST_TEST(self.sender() == other);
      } else {
        self.sender() << "reply";
      }
    };
    me.unstash_all();
  });
  stage.expect({"1", "2", "1", "2"});
  BOOST_TEST(asked.get() == "reply");
}

BOOST_AUTO_TEST_CASE(H03_a_message_can_be_stashed_each_time_that_it_is_handled) {
  Stashing stage;
  stage.send(1, 2);
  stage.tell([](Machine& me) { me.unstash_all(); });
  stage.expect({"1", "2", "1", "2"});
  stage.open();
  stage.expect({"1", "2"});
  stage.open();
  stage.expect({});
}

BOOST_AUTO_TEST_CASE(H03_a_behavior_can_stash_what_the_next_one_handles) {
  Stage stage;
  stage.tell([](Machine& me) {
    me.become(
        &me, [&me](const int&) { me.stash(); },
        [&me](const std::string&) {
          me.unbecome();
          me.unstash_all();
        });
  });
  stage.send(1, 2, std::string("open"), 3);
  stage.expect({"1", "2", "3"});
}

BOOST_AUTO_TEST_CASE(H03_a_message_can_be_read_after_it_was_stashed) {
  Stage stage;
  stage.tell([](Machine& me) {
    me.become(&me, [&me](const std::string& text) {
      me.stash();
      me.hear("stashed " + text);
    });
  });
  const std::string text(100, 'x');
  stage.send(text);
  stage.expect({"stashed " + text});
}

BOOST_AUTO_TEST_CASE(H03_to_stash_a_message_twice_is_an_error_and_it_stays_in_the_stash) {
  Stashing stage;
  stage.script.with_numbers = [](Machine& me, int) {
    me.stash();
    BOOST_CHECK_THROW(me.stash(), std::logic_error);
    BOOST_TEST(!me.sender());
  };
  stage.send(1);
  stage.open();
  stage.expect({"1", "1"});
}

BOOST_AUTO_TEST_CASE(H03_without_a_message_there_is_nothing_to_stash) {
  Stage stage({.at_start = [](Machine& me) { BOOST_CHECK_THROW(me.stash(), std::logic_error); },
               .with_numbers =
                   [](Machine& me, int) {
                     me.forward(Ref());
                     BOOST_CHECK_THROW(me.stash(), std::logic_error);
                   }});
  stage.send(1);
  stage.expect({"1", "dead 1"});
}

BOOST_AUTO_TEST_CASE(H03_what_was_called_unhandled_and_is_stashed_is_not_unhandled) {
  Stashing stage;
  stage.script.with_numbers = [](Machine& me, int) {
    me.unhandled();
    me.stash();
  };
  stage.send(1);
  stage.open();
  stage.expect({"1", "1"});
}

BOOST_AUTO_TEST_CASE(H03_what_a_timer_sent_and_was_stashed_has_been_received) {
  Stashing stage;
  stage.tell([](Machine& me) { me.start_timer("key", 10ms, 1); });
  stage.pass(10ms);
  stage.tell([](Machine& me) { me.cancel_timer("key"); });
  stage.open();
  stage.expect({"1", "1"});
}

BOOST_AUTO_TEST_CASE(H03_a_terminated_can_be_stashed_until_its_actor_is_not_watched_any_more) {
  for (const bool unwatched : {false, true}) {
    Stage stage;
    const Ref mortal = stage.spawn<Puppet>();
    stage.tell([&](Machine& me) {
      me.watch(mortal);
      me.become(&me, &Machine::obey, [&me](const Terminated&) { me.stash(); });
    });
    mortal.stop();
    stage.node.run();
    stage.tell([&](Machine& me) {
      if (unwatched) {
        me.unwatch(mortal);
      }
      me.unbecome();
      me.unstash_all();
    });
    if (unwatched) {
      stage.expect({});
    } else {
      stage.expect({"end"});
    }
  }
}

BOOST_AUTO_TEST_CASE(H04_more_than_the_limit_is_an_error_of_the_actor_at_that_message) {
  Stashing stage(Decision::Resume);
  stage.tell([](Machine& me) { me.set_stash_limit(2); });
  stage.send(1, 2, 3);
  stage.expect({"1", "2", "3",
                "error with 3: the actor " + stage.machine.to_string() +
                    " cannot stash a message of type 'int32': its stash is full, with 2 messages; "
                    "unstash them earlier, or give set_stash_limit a higher limit"});
  stage.open();
  stage.expect({"1", "2"});
}

BOOST_AUTO_TEST_CASE(H04_the_error_is_a_stash_overflow_and_an_ask_fails_at_once) {
  Stashing stage(Decision::Resume);
  stage.script.with_numbers = [](Machine& me, int number) {
    if (number == 1) {
      BOOST_CHECK_THROW(me.stash(), StashOverflow);
    } else {
      me.stash();
    }
  };
  stage.tell([](Machine& me) { me.set_stash_limit(0); });
  stage.send(1);
  auto asked = stage.machine.ask<int>(2);
  stage.node.run();
  BOOST_CHECK_THROW(asked.get(), AskFailed);
}

BOOST_AUTO_TEST_CASE(H04_a_thousand_messages_can_be_stashed_unless_told) {
  Stashing stage(Decision::Resume);
  for (std::size_t i = 0; i < Machine::kDefaultStashLimit; ++i) {
    stage.machine << 1;
  }
  stage.node.run();
  BOOST_TEST(stage.script.heard.size() == 1000U);
  stage.send(2);
  BOOST_TEST(stage.script.heard.size() == 1002U);  // and an error
}

BOOST_AUTO_TEST_CASE(H04_there_is_room_again_after_unstash_all) {
  Stashing stage(Decision::Resume);
  stage.tell([](Machine& me) { me.set_stash_limit(1); });
  stage.send(1);
  stage.open();
  stage.script.with_numbers = [](Machine& me, int) { me.stash(); };
  stage.send(2);
  stage.expect({"1", "1", "2"});
}

BOOST_AUTO_TEST_CASE(H05_a_restart_puts_back_what_was_stashed) {
  Stashing stage(Decision::Restart);
  stage.send(1, 2);
  stage.expect({"1", "2"});
  stage.tell([&](Machine&) {
    stage.machine << 3;
    stage.script.with_numbers = {};
    throw std::runtime_error("restart me");
  });
  stage.expect({"error with spinoff.testing.Do: restart me", "1", "2", "3"});
}

BOOST_AUTO_TEST_CASE(H05_a_new_instance_does_not_hear_the_stashed_end_of_an_old_ones_child) {
  Stage stage({}, Decision::Restart);
  const Ref stranger = stage.spawn<Puppet>();
  stage.tell([&](Machine& me) {
    const Ref child = me.watch(me.spawn<Puppet>());
    me.watch(stranger);
    me.become(&me, &Machine::obey, [&me](const Terminated&) {
      me.hear("stashed");
      me.stash();
    });
    child.stop();
  });
  stranger.stop();
  stage.node.run();
  stage.expect({"stashed", "stashed"});
  stage.tell([](Machine&) { throw std::runtime_error("restart me"); });
  stage.expect({"error with spinoff.testing.Do: restart me", "end"});
}

BOOST_AUTO_TEST_CASE(H05_when_the_actor_ends_what_is_stashed_are_dead_letters_before_the_rest) {
  const auto check = [](const std::function<void(const Ref&)>& end) {
    Stashing stage;
    stage.send(1, 2);
    stage.expect({"1", "2"});
    stage.tell([&](Machine&) {
      end(stage.machine);
      stage.machine << 3;
    });
    stage.expect({"dead 1", "dead 2", "dead 3"});
  };
  check([](const Ref& actor) { actor.stop(); });
  check([](const Ref& actor) { actor.kill(); });
  check([](const Ref& actor) { actor.poison(); });
}

BOOST_AUTO_TEST_CASE(H05_a_stashed_terminated_is_no_dead_letter) {
  Stage stage;
  const Ref mortal = stage.spawn<Puppet>();
  stage.tell([&](Machine& me) {
    me.watch(mortal);
    me.become(&me, [&me](const Terminated&) { me.stash(); });
  });
  mortal.stop();
  stage.node.run();
  stage.machine.stop();
  stage.node.run();
  stage.expect({});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
