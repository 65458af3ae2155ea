/// Rules E01 to E04: actors that listen to events.
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Alarm {
  int level = 0;
};
struct Fail {};
struct Odd {};

/// Notes the events that come to it, and does then what it was told to.
class Monitor : public Puppet {
 public:
  using Receives = Messages<Do, Alarm, DeadLetter, UnhandledMessage, Error, Fail>;
  using Then = std::function<void(Monitor&)>;
  explicit Monitor(Log log, Then then = {}) : log_(std::move(log)), then_(std::move(then)) {}
  using Puppet::on;
  void on(const Alarm& alarm) { note("alarm " + std::to_string(alarm.level)); }
  void on(const DeadLetter& letter) { note("dead " + std::string(letter.message.type_name())); }
  void on(const UnhandledMessage& event) { note("unhandled by " + event.actor.to_string()); }
  void on(const Error& event) { note("error " + describe(event.error)); }
  void on(const Fail&) { throw std::runtime_error("failed"); }

 private:
  void note(const std::string& what) {
    log_.add(what + (sender() ? " from somebody" : ""));
    if (then_) {
      then_(*this);
    }
  }

  Log log_;
  Then then_;
};

struct World {
  const Log log{"an event at an actor"};
  Node node{quiet()};

  template <class E>
  TypedRef<Monitor> monitor(Monitor::Then then = {}) {
    const auto monitor = node.spawn<Monitor>(log, std::move(then));
    call(monitor, [](Puppet& me) { me.subscribe<E>(); });
    return monitor;
  }
  /// A Ref to an actor that has stopped.
  Ref dead() {
    const Ref actor = node.spawn<Puppet>({.name = "dead"});
    stop_and_wait(node, actor);
    return actor;
  }
};

BOOST_AUTO_TEST_SUITE(events)

BOOST_AUTO_TEST_CASE(E01_events_of_the_node_come_as_messages_without_a_sender) {
  World world;
  world.monitor<DeadLetter>();
  const Ref dead = world.dead();
  call(world.node.spawn<Puppet>(), [&](Puppet&) { dead << Odd{}; });
  const std::string what = world.log.next();
  BOOST_TEST(what.starts_with("dead "));
  BOOST_TEST(what.ends_with("Odd"));
}

BOOST_AUTO_TEST_CASE(E01_a_filter_says_which) {
  World world;
  const Ref monitor = world.node.spawn<Monitor>(world.log);
  call(monitor,
       [](Puppet& me) { me.subscribe<Alarm>([](const Alarm& alarm) { return alarm.level > 5; }); });
  for (int level = 4; level < 8; ++level) {
    world.node.publish(Alarm{level});
  }
  drain(monitor);
  BOOST_TEST(world.log.rest() == (std::vector<std::string>{"alarm 6", "alarm 7"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(E01_actors_and_nodes_publish_events_of_any_type) {
  World world;
  const Ref monitor = world.monitor<Alarm>();
  const auto alarms = listen<Alarm>(world.node);
  call(world.node.spawn<Puppet>(), [](Puppet& me) { me.publish(Alarm{1}); });
  call(monitor, [](Puppet& me) { me.publish(Alarm{2}); });  // its own comes as well
  world.node.publish(Alarm{3});
  for (int level = 1; level <= 3; ++level) {
    BOOST_TEST(world.log.next() == "alarm " + std::to_string(level));
    BOOST_TEST(alarms.next().level == level);
  }
}

BOOST_AUTO_TEST_CASE(E02_subscribing_again_replaces_the_filter) {
  World world;
  const Ref monitor = world.monitor<Alarm>();
  call(monitor, [](Puppet& me) {
    me.subscribe<Alarm>([](const Alarm& alarm) { return alarm.level == 2; });
  });
  world.node.publish(Alarm{1});
  world.node.publish(Alarm{2});
  drain(monitor);
  BOOST_TEST(world.log.rest() == std::vector<std::string>{"alarm 2"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(E02_unsubscribe_ends_it) {
  World world;
  const Ref monitor = world.monitor<Alarm>();
  call(monitor, [](Puppet& me) { me.unsubscribe<Alarm>(); });
  world.node.publish(Alarm{1});
  drain(monitor);
  BOOST_TEST(world.log.empty());
  call(monitor, [](Puppet& me) { me.unsubscribe<Alarm>(); });  // again is harmless
}

BOOST_AUTO_TEST_CASE(E02_it_ends_with_the_actor) {
  World world;
  const Ref monitor = world.monitor<Alarm>();
  stop_and_wait(world.node, monitor);
  const auto dead = listen<DeadLetter>(world.node);
  world.node.publish(Alarm{1});
  BOOST_TEST(dead.empty());
  BOOST_TEST(world.log.empty());
}

BOOST_AUTO_TEST_CASE(E02_a_restarted_actor_has_to_subscribe_anew) {
  World world;
  const auto restarted = listen<Restarted>(world.node);
  const Ref parent = world.node.spawn<Puppet>();
  const Ref monitor = call(parent, [&](Puppet& me) { return Ref(me.spawn<Monitor>(world.log)); });
  call(monitor, [](Puppet& me) { me.subscribe<Alarm>(); });
  monitor << Fail{};
  restarted.next();
  world.node.publish(Alarm{1});
  drain(monitor);
  BOOST_TEST(world.log.empty());
}

BOOST_AUTO_TEST_CASE(E03_no_lock_is_held_while_a_filter_runs) {
  World world;
  const Ref monitor = world.node.spawn<Monitor>(world.log);
  call(monitor, [&](Puppet& me) {
    me.subscribe<Alarm>([&node = world.node](const Alarm& alarm) {
      // Each of these would wait for itself.
      node.unsubscribe(node.subscribe<Alarm>([](const Alarm&) {}));
      if (alarm.level == 1) {
        node.publish(Alarm{2});
      }
      return true;
    });
  });
  world.node.publish(Alarm{1});
  BOOST_TEST(world.log.next() == "alarm 2");
  BOOST_TEST(world.log.next() == "alarm 1");
}

BOOST_AUTO_TEST_CASE(E03_a_filter_that_throws_has_not_accepted) {
  World world;
  const Ref strict = world.node.spawn<Monitor>(world.log);
  call(strict, [](Puppet& me) {
    me.subscribe<Alarm>([](const Alarm&) -> bool { throw std::runtime_error("no"); });
  });
  const Ref other = world.monitor<Alarm>();
  const auto errors = listen<Error>(world.node);
  world.node.publish(Alarm{1});
  drain(strict);
  drain(other);
  BOOST_TEST(world.log.rest() == std::vector<std::string>{"alarm 1"},
             boost::test_tools::per_element());
  BOOST_TEST(errors.empty());
}

BOOST_AUTO_TEST_CASE(E04_dead_letters_of_those_that_listen_to_them_lead_to_no_more) {
  World world;
  const Ref dead = world.dead();
  const auto cause = [dead](Monitor&) { dead << Odd{}; };
  const Ref one = world.monitor<DeadLetter>(cause);
  const Ref other = world.monitor<DeadLetter>(cause);
  const auto letters = listen<DeadLetter>(world.node);
  dead << 1;
  drain(one);
  drain(other);
  drain(one);
  drain(other);
  BOOST_TEST(world.log.rest().size() == 2);
  BOOST_TEST(letters.rest().size() == 1);
}

BOOST_AUTO_TEST_CASE(E04_what_an_actor_causes_does_not_come_to_it) {
  World world;
  const Ref dead = world.dead();
  const Ref monitor = world.monitor<DeadLetter>();
  call(monitor, [&](Puppet& me) {
    me.subscribe<UnhandledMessage>();
    me.subscribe<Error>();
    dead << Odd{};
  });
  const auto unhandled = listen<UnhandledMessage>(world.node);
  monitor << Odd{};
  unhandled.next();
  drain(monitor);
  BOOST_TEST(world.log.empty());
  const auto errors = listen<Error>(world.node);
  monitor << Fail{};
  errors.next();
  world.node.stop();
  BOOST_TEST(world.log.empty());
}

/// Has no handler for what it subscribes to.
class Deaf : public Puppet {
 public:
  void pre_start() override { subscribe<UnhandledMessage>(); }
};

BOOST_AUTO_TEST_CASE(E04_an_event_about_such_an_event_comes_to_no_actor) {
  World world;
  const Ref one = world.node.spawn<Deaf>();
  const Ref other = world.node.spawn<Deaf>();
  drain(one);
  drain(other);
  const auto unhandled = listen<UnhandledMessage>(world.node);
  const Ref third = world.node.spawn<Puppet>();
  third << Odd{};
  for (int i = 0; i < 2; ++i) {
    drain(third);
    drain(one);
    drain(other);
  }
  BOOST_TEST(unhandled.rest().size() == 3);  // the message, and the event at each of the two
}

BOOST_AUTO_TEST_CASE(E04_events_that_a_stopped_actor_has_not_handled_are_told_to_no_actor) {
  World world;
  const Ref dead = world.dead();
  const Ref one = world.monitor<DeadLetter>();
  const Ref other = world.monitor<DeadLetter>();
  const auto ended = listen<Terminated>(world.node);
  {
    const Held held(one);
    dead << 1;
    BOOST_TEST(world.log.next().starts_with("dead "));  // the other one's
    one.stop();
  }
  while (ended.next().actor != one) {
  }
  drain(other);
  BOOST_TEST(world.log.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
