/// Rules W01 to W06 within a node: how an actor hears of the end of another.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

/// Notes numbers and ends in the order in which they come.
class Notes : public Puppet {
 public:
  using Receives = Messages<Do, int, Terminated>;
  explicit Notes(Log log) : log_(std::move(log)) {}
  using Puppet::on;
  void on(const int& number) { log_.add(std::to_string(number)); }
  void on(const Terminated& end) { log_.add("end of " + std::string(end.actor.uri().name())); }

 private:
  Log log_;
};

struct World {
  const Log log{"a note"};
  Node node{quiet()};
  const TypedRef<Notes> watcher = node.spawn<Notes>(log);
  const TypedRef<Puppet> watched = node.spawn<Puppet>({.name = "watched"});

  /// Returns when the watcher has handled what it was sent because of ends that were before.
  void settle() const {
    for (int i = 0; i < 100; ++i) {
      drain(watcher);
    }
  }
};

BOOST_AUTO_TEST_SUITE(watching)

BOOST_AUTO_TEST_CASE(W01_watch_returns_the_ref) {
  World world;
  BOOST_TEST(call(world.watcher, [&](Puppet& me) { return Ref(me.watch(world.watched)); }) ==
             world.watched);
}

BOOST_AUTO_TEST_CASE(W01_terminated_arrives_once_and_after_all_that_the_actor_had_sent) {
  for (int round = 0; round < 100; ++round) {
    World world;
    call(world.watcher, [&](Puppet& me) { me.watch(world.watched); });
    world.watched << Do{[&](Puppet& me) {
      me.stop();
      for (int i = 0; i < 10; ++i) {
        world.watcher << i;
      }
    }};
    for (int i = 0; i < 10; ++i) {
      BOOST_TEST_REQUIRE(world.log.next() == std::to_string(i));
    }
    BOOST_TEST_REQUIRE(world.log.next() == "end of watched");
    world.node.stop();
    BOOST_TEST_REQUIRE(world.log.empty());
  }
}

BOOST_AUTO_TEST_CASE(W02_watching_an_actor_that_is_dead_gives_terminated_at_once) {
  World world;
  stop_and_wait(world.node, world.watched);
  call(world.watcher, [&](Puppet& me) { me.watch(world.watched); });
  BOOST_TEST(world.log.next() == "end of watched");
}

BOOST_AUTO_TEST_CASE(W02_watching_an_actor_that_never_was_gives_terminated_at_once) {
  NodeOptions options = quiet();
  options.remoting = "127.0.0.1:0";
  Node node(options);
  const Log log("a note");
  const auto watcher = node.spawn<Notes>(log);
  call(watcher, [&](Puppet& me) { me.watch(me.lookup(node.id()->to_string() + "/nobody")); });
  BOOST_TEST(log.next() == "end of nobody");
  call(watcher, [&](Puppet& me) { me.watch(Ref()); });
  BOOST_TEST(log.next() == "end of ");
}

BOOST_AUTO_TEST_CASE(W02_a_watch_and_a_stop_at_the_same_time_give_terminated_once) {
  World world;
  for (int i = 0; i < 500; ++i) {
    const auto brief = world.node.spawn<Puppet>({.name = std::to_string(i)});
    world.watcher << Do{[brief](Puppet& me) { me.watch(brief); }};
    brief.stop();
    BOOST_TEST_REQUIRE(world.log.next() == "end of " + std::to_string(i));
  }
  world.settle();
  BOOST_TEST(world.log.empty());
}

BOOST_AUTO_TEST_CASE(W02_watching_a_sender_that_is_gone_and_forgotten_gives_terminated) {
  Gate forgotten("the sender to be forgotten");
  World world;
  Ref sender = world.node.spawn<Puppet>();
  sender << Do{[&](Puppet&) {
    world.watcher << Do{[&](Puppet& me) {
      forgotten.wait();
      me.watch(me.sender());
    }};
  }};
  forget(world.node, std::move(sender));
  forgotten.open();
  BOOST_TEST(world.log.next() == "end of ");
}

BOOST_AUTO_TEST_CASE(W03_watching_oneself_does_nothing) {
  World world;
  call(world.watcher, [](Puppet& me) { me.watch(me.self()); });
  world.settle();
  BOOST_TEST(world.log.empty());
  stop_and_wait(world.node, world.watcher);
}

BOOST_AUTO_TEST_CASE(W03_watching_twice_is_watching_once) {
  World world;
  call(world.watcher, [&](Puppet& me) {
    me.watch(world.watched);
    me.watch(world.watched);
  });
  stop_and_wait(world.node, world.watched);
  BOOST_TEST(world.log.next() == "end of watched");
  world.settle();
  BOOST_TEST(world.log.empty());
}

BOOST_AUTO_TEST_CASE(W03_after_unwatch_no_terminated_is_handled) {
  World world;
  call(world.watcher, [&](Puppet& me) {
    me.watch(world.watched);
    me.unwatch(world.watched);
    me.unwatch(world.watched);
  });
  stop_and_wait(world.node, world.watched);
  world.settle();
  BOOST_TEST(world.log.empty());
}

BOOST_AUTO_TEST_CASE(W03_after_unwatch_not_even_a_terminated_that_was_on_its_way_is_handled) {
  World world;
  const Collector<Ref> ends("a Terminated");
  const auto second = world.node.spawn<Watcher>(ends);
  call(world.watcher, [&](Puppet& me) { me.watch(world.watched); });
  call(second, [&](Puppet& me) { me.watch(world.watched); });
  call(world.watcher, [&](Puppet& me) {
    world.watched.stop();
    ends.next();  // watchers hear of it in the order in which they began to watch
    me.unwatch(world.watched);
  });
  world.settle();
  BOOST_TEST(world.log.empty());
}

BOOST_AUTO_TEST_CASE(W03_unwatch_and_watch_again_gives_terminated_once) {
  World world;
  call(world.watcher, [&](Puppet& me) {
    for (int i = 0; i < 10; ++i) {
      me.watch(world.watched);
      me.unwatch(world.watched);
    }
    me.watch(world.watched);
  });
  stop_and_wait(world.node, world.watched);
  BOOST_TEST(world.log.next() == "end of watched");
  world.settle();
  BOOST_TEST(world.log.empty());
}

BOOST_AUTO_TEST_CASE(W03_after_unwatch_a_process_does_not_get_a_terminated_that_it_had_kept) {
  class Waits : public Process {
   public:
    Task<> run(Ref watched, Log log) {
      watch(watched);
      watched.stop();
      // What is sent to itself when the end is known comes behind it.
      co_await get<int>();
      unwatch(watched);
      log.add(get_nowait<Terminated>() ? "an end" : "no end");
    }
  };
  World world;
  const auto stopped = listen<Terminated>(world.node);
  const auto process = world.node.spawn<Waits>(Ref(world.watched), world.log);
  stopped.next();
  const Collector<Ref> ends("a Terminated");
  const auto last = world.node.spawn<Watcher>(ends);
  call(last, [&](Puppet& me) { me.watch(world.watched); });
  ends.next();  // by now the first watcher has been told, too
  process << 1;
  BOOST_TEST(world.log.next() == "no end");
}

BOOST_AUTO_TEST_CASE(W03_a_process_that_watches_again_whose_end_it_has_kept_gets_it_once) {
  class Waits : public Process {
   public:
    Task<> run(Ref watched, Log log) {
      watch(watched);
      watched.stop();
      co_await get<int>();  // its end comes before
      watch(watched);
      co_await get<int>();
      const bool first = get_nowait<Terminated>().has_value();
      const bool second = get_nowait<Terminated>().has_value();
      log.add(first && !second ? "an end" : first ? "two ends" : "no end");
      watch(watched);
      co_await get<Terminated>();
      log.add("another end");
    }
  };
  World world;
  const auto stopped = listen<Terminated>(world.node);
  const auto process = world.node.spawn<Waits>(Ref(world.watched), world.log);
  stopped.next();
  const Collector<Ref> ends("a Terminated");
  const auto last = world.node.spawn<Watcher>(ends);
  call(last, [&](Puppet& me) { me.watch(world.watched); });
  ends.next();  // by now the first watcher has been told, too
  process << 1 << 2;
  BOOST_TEST(world.log.next() == "an end");
  BOOST_TEST(world.log.next() == "another end");
}

BOOST_AUTO_TEST_CASE(W04_a_terminated_that_is_not_handled_is_an_error_of_the_watcher) {
  World world;
  const auto errors = listen<Error>(world.node);
  const auto careless = world.node.spawn<Puppet>();
  call(careless, [&](Puppet& me) { me.watch(world.watched); });
  world.watched.stop();
  const Error error = errors.next();
  BOOST_TEST(error.actor == careless);
  BOOST_CHECK_THROW(std::rethrow_exception(error.error), UnhandledTermination);
  BOOST_TEST(describe(error.error).find("/watched") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(W05_terminated_of_an_actor_that_is_not_watched_is_ignored) {
  World world;
  const auto unhandled = listen<UnhandledMessage>(world.node);
  const auto errors = listen<Error>(world.node);
  world.watcher << Terminated{world.watched};
  const Ref careless = world.node.spawn<Puppet>();
  careless << Terminated{world.watched};
  drain(world.watcher);
  drain(careless);
  BOOST_TEST(world.log.empty());
  BOOST_TEST(unhandled.empty());
  BOOST_TEST(errors.empty());
}

BOOST_AUTO_TEST_CASE(W06_a_restart_is_not_a_termination) {
  NodeOptions options = quiet();
  options.on_failure = Decision::Restart;
  const Log log("a note");
  Node node(options);
  const auto restarted = listen<Restarted>(node);
  const auto watcher = node.spawn<Notes>(log);
  const auto watched = node.spawn<Puppet>({.name = "watched"});
  call(watcher, [&](Puppet& me) { me.watch(watched); });
  watched << Do{[](Puppet&) { throw std::runtime_error("broken"); }};
  BOOST_TEST(restarted.next().actor == watched);
  for (int i = 0; i < 100; ++i) {
    drain(watcher);
  }
  BOOST_TEST(log.empty());
  watched.stop();
  BOOST_TEST(log.next() == "end of watched");
}

/// Sends a number when it ends.
class LastWords : public Puppet {
 public:
  explicit LastWords(Ref heir) : heir_(std::move(heir)) {}
  void post_stop() override { heir_ << 1; }

 private:
  Ref heir_;
};

BOOST_AUTO_TEST_CASE(W01_M11_terminated_comes_after_what_post_stop_has_sent) {
  World world;
  const auto last = world.node.spawn<LastWords>({.name = "last"}, Ref(world.watcher));
  drain(last);
  call(world.watcher, [&](Puppet& me) { me.watch(last); });
  last.stop();
  BOOST_TEST(world.log.next() == "1");
  BOOST_TEST(world.log.next() == "end of last");
}

BOOST_AUTO_TEST_CASE(M12_a_terminated_that_a_stopped_watcher_has_not_handled_is_no_dead_letter) {
  World world;
  const auto dead = listen<DeadLetter>(world.node);
  const Collector<Ref> ends("a Terminated");
  const auto second = world.node.spawn<Watcher>(ends);
  call(world.watcher, [&](Puppet& me) { me.watch(world.watched); });
  call(second, [&](Puppet& me) { me.watch(world.watched); });
  {
    const Held held(world.watcher);
    world.watched.stop();
    ends.next();  // watchers hear of it in the order in which they began to watch
    world.watcher.stop();
  }
  world.node.stop();
  BOOST_TEST(world.log.empty());
  BOOST_TEST(dead.empty());
}

void check_unhandled_termination(const Error& error, const Ref& watcher) {
  BOOST_TEST(error.actor == watcher);
  BOOST_CHECK_THROW(std::rethrow_exception(error.error), UnhandledTermination);
  BOOST_TEST(describe(error.error).find("/watched") != std::string::npos);
}

class Reluctant : public Puppet {
 public:
  using Receives = Messages<Do, Terminated>;
  using Puppet::on;
  void on(const Terminated& /*end*/) { unhandled(); }
};

BOOST_AUTO_TEST_CASE(W04_a_terminated_that_a_handler_calls_unhandled_is_an_error) {
  World world;
  const auto errors = listen<Error>(world.node);
  const auto unhandled = listen<UnhandledMessage>(world.node);
  const auto reluctant = world.node.spawn<Reluctant>();
  call(reluctant, [&](Puppet& me) { me.watch(world.watched); });
  world.watched.stop();
  const Error error = errors.next();
  check_unhandled_termination(error, reluctant);
  BOOST_TEST(error.message.is<Terminated>());
  world.node.stop();
  BOOST_TEST(errors.empty());
  BOOST_TEST(unhandled.empty());
}

BOOST_AUTO_TEST_CASE(W04_a_terminated_that_a_process_flushes_is_an_error) {
  class Flushes : public Process {
   public:
    Task<> run(Ref watched, Log log) {
      watch(watched);
      log.add("watching");
      co_await get<int>();
      flush();
      log.add("flushed");
    }
  };
  World world;
  const auto errors = listen<Error>(world.node);
  const auto unhandled = listen<UnhandledMessage>(world.node);
  const auto dead = listen<DeadLetter>(world.node);
  const auto process = world.node.spawn<Flushes>(Ref(world.watched), world.log);
  BOOST_TEST(world.log.next() == "watching");
  const Collector<Ref> ends("a Terminated");
  const auto last = world.node.spawn<Watcher>(ends);
  call(last, [&](Puppet& me) { me.watch(world.watched); });
  process << 'a';
  world.watched.stop();
  ends.next();  // by now the process has been told, too
  process << 'b' << 1;
  check_unhandled_termination(errors.next(), process);
  BOOST_TEST(*unhandled.next().message.get_if<char>() == 'a');
  // What came behind it is left, as in other actors that fail.
  BOOST_TEST(*dead.next().message.get_if<char>() == 'b');
  BOOST_TEST(unhandled.empty());
  BOOST_TEST(world.log.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
