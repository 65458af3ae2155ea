/// Rules P01 to P05, P07 and P08: how actors begin, and what they are called.
#include <atomic>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

/// Notes each step of its life.
class Steps : public Puppet {
 public:
  using Receives = Messages<Do, int>;
  explicit Steps(Log log, Gate* may_begin = nullptr) : log_(std::move(log)) {
    if (may_begin != nullptr) {
      may_begin->wait();
    }
    log_.add("constructor");
  }
  void pre_start() override { log_.add("pre_start"); }
  using Puppet::on;
  void on(const int& number) { log_.add("message " + std::to_string(number)); }

 private:
  Log log_;
};

BOOST_AUTO_TEST_SUITE(spawning)

BOOST_AUTO_TEST_CASE(P01_what_is_sent_before_the_actor_is_constructed_is_queued_for_it) {
  const Log log("a step");
  Gate may_begin("the test to let the constructor go on");
  Node node(quiet());
  const auto actor = node.spawn<Steps>(log, &may_begin);
  BOOST_TEST(!actor.uri().path().empty());
  actor << 1 << 2;
  BOOST_TEST(log.empty());
  may_begin.open();
  const auto steps = log.next(4);
  BOOST_TEST(steps[2] == "message 1");
  BOOST_TEST(steps[3] == "message 2");
}

BOOST_AUTO_TEST_CASE(P02_the_parent_is_the_spawner_and_that_of_a_top_level_actor_the_guardian) {
  Node node(quiet());
  const auto top = node.spawn<Puppet>();
  const auto child = call(top, [](Puppet& me) { return me.spawn<Puppet>(); });
  BOOST_TEST(call(child, [](Puppet& me) { return Ref(me.parent()); }) == top);
  const Ref guardian = call(top, [](Puppet& me) { return Ref(me.parent()); });
  BOOST_TEST(guardian.uri().path() == "");
  BOOST_TEST(child.uri().path() == top.uri().path() + "/$Puppet-1");
}

BOOST_AUTO_TEST_CASE(P03_the_order_is_constructor_pre_start_messages) {
  const Log log("a step");
  Node node(quiet());
  node.spawn<Steps>(log) << 1;
  BOOST_TEST(log.next() == "constructor");
  BOOST_TEST(log.next() == "pre_start");
  BOOST_TEST(log.next() == "message 1");
}

class LooksAround : public Actor {
 public:
  explicit LooksAround(Collector<Ref> seen) : seen_(std::move(seen)) {}
  void pre_start() override {
    seen_.add(self());
    seen_.add(parent());
    seen_.add(sender());
  }

 private:
  Collector<Ref> seen_;
};

BOOST_AUTO_TEST_CASE(P03_self_parent_and_sender_are_there_from_pre_start_on) {
  const Collector<Ref> seen("a ref");
  Node node(quiet());
  const auto top = node.spawn<Puppet>();
  const auto child = call(top, [&](Puppet& me) { return me.spawn<LooksAround>(seen); });
  BOOST_TEST(seen.next() == child);
  BOOST_TEST(seen.next() == top);
  BOOST_TEST(seen.next() == Ref());
}

class BadConstructor : public Actor {
 public:
  BadConstructor() { throw std::runtime_error("no disk"); }
};
class BadStart : public Actor {
 public:
  void pre_start() override { throw std::runtime_error("no network"); }
};

class Supervisor : public Puppet {
 public:
  explicit Supervisor(Collector<ChildError> errors) : errors_(std::move(errors)) {}
  Decision supervise(const ChildError& error) override {
    errors_.add(error);
    return Decision::Stop;
  }

 private:
  Collector<ChildError> errors_;
};

template <class Bad>
void check_create_failed(const std::string& cause) {
  const Collector<ChildError> supervised("an error at the supervisor");
  Node node(quiet());
  const auto published = listen<Error>(node);
  const auto parent = node.spawn<Supervisor>(supervised);
  const auto bad = call(parent, [](Puppet& me) { return me.spawn<Bad>(); });
  const ChildError error = supervised.next();
  BOOST_TEST(error.child == bad);
  BOOST_CHECK_THROW(std::rethrow_exception(error.error), CreateFailed);
  BOOST_TEST(describe(error.error).ends_with(": " + cause));
  const Error event = published.next();
  BOOST_TEST(event.actor == bad);
  BOOST_TEST((event.error == error.error));
}

BOOST_AUTO_TEST_CASE(P04_an_error_of_the_constructor_is_published_and_supervised_as_create_failed) {
  check_create_failed<BadConstructor>("no disk");
}

BOOST_AUTO_TEST_CASE(P04_an_error_of_pre_start_is_published_and_supervised_as_create_failed) {
  check_create_failed<BadStart>("no network");
}

template <class E>
void check_refused(Node& node, const std::string& name, const std::string& why) {
  BOOST_CHECK_EXCEPTION(node.spawn<Puppet>({.name = name}), E, [&](const E& error) {
    const std::string what = error.what();
    BOOST_TEST_INFO(what);
    return what.find(name) != std::string::npos && what.find(why) != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(P05_a_name_is_unique_among_siblings) {
  Node node(quiet());
  const auto first = node.spawn<Puppet>({.name = "twin"});
  check_refused<NameConflict>(node, "twin", "already");
  // Below another parent the name is free, and the one who has it has not noticed.
  const Ref nephew = call(first, [](Puppet& me) { return me.spawn<Puppet>({.name = "twin"}); });
  BOOST_TEST(nephew.uri().path() == "/twin/twin");
  BOOST_TEST(node.lookup("/twin") == first);
}

BOOST_AUTO_TEST_CASE(P05_a_bad_name_is_an_error_at_the_call_that_names_the_rule) {
  Node node(quiet());
  check_refused<InvalidName>(node, "a/b", "'/'");
  check_refused<InvalidName>(node, "$mine", "'$'");
  check_refused<InvalidName>(node, "two words", "space");
  check_refused<InvalidName>(node, "host:9700", "':'");
  check_refused<InvalidName>(node, std::string(256, 'x'), "255");
  node.spawn<Puppet>({.name = std::string(255, 'x')});
}

/// Notes what it is made with, and fails when told to.
class Named : public Puppet {
 public:
  Named(Log log, const std::string& text) { log.add(text); }
};

BOOST_AUTO_TEST_CASE(P06_characters_that_spawn_is_given_are_kept_as_a_string) {
  NodeOptions options = quiet();
  options.on_failure = Decision::Restart;
  const Log log("a text");
  Node node(options);
  std::string text = "first";
  const auto named = node.spawn<Named>(log, text.c_str());
  text = "other";
  BOOST_TEST(log.next() == "first");
  named << Do{[](Puppet&) { throw std::runtime_error("broken"); }};
  BOOST_TEST(log.next() == "first");
}

BOOST_AUTO_TEST_CASE(P06_props_may_be_given_with_the_class_named_again) {
  const Log log("a text");
  Node node(quiet());
  node.spawn<Named>(props<Named>(log, "text"), {.name = "named"});
  BOOST_TEST(log.next() == "text");
  BOOST_TEST(static_cast<bool>(node.lookup("/named")));
}

BOOST_AUTO_TEST_CASE(P05_made_up_names_begin_with_a_dollar_and_are_never_given_twice) {
  Node node(quiet());
  const Ref first = node.spawn<Puppet>();
  const Ref second = node.spawn<Puppet>();
  BOOST_TEST(first.uri().path() == "/$Puppet-1");
  BOOST_TEST(second.uri().path() == "/$Puppet-2");
  stop_and_wait(node, first);
  BOOST_TEST(node.spawn<Puppet>().uri().path() == "/$Puppet-3");
  BOOST_TEST(node.lookup("/$Puppet-2") == second);
  BOOST_CHECK_THROW(static_cast<void>(node.lookup("/$Other-2")), LookupFailed);
}

BOOST_AUTO_TEST_CASE(
    P07_a_stopped_childs_name_is_free_and_an_old_ref_does_not_reach_its_new_owner) {
  const Log log("a step");
  Node node(quiet());
  const auto dead = listen<DeadLetter>(node);
  const auto old = node.spawn<Steps>({.name = "heir"}, log);
  stop_and_wait(node, old);
  log.rest();
  const auto heir = node.spawn<Steps>({.name = "heir"}, log);
  BOOST_TEST((old != heir));
  BOOST_TEST(old.to_string() == heir.to_string());
  old << 1;
  old.stop();
  BOOST_TEST(dead.next().target == old);
  heir << 2;
  BOOST_TEST(log.next(3).back() == "message 2");
}

BOOST_AUTO_TEST_CASE(P07_an_old_ref_does_not_look_up_children_of_the_new_owner) {
  Node node(quiet());
  const auto old = node.spawn<Puppet>({.name = "heir"});
  stop_and_wait(node, old);
  const auto heir = node.spawn<Puppet>({.name = "heir"});
  const Ref child = call(heir, [](Puppet& me) { return me.spawn<Puppet>({.name = "child"}); });
  BOOST_TEST(heir / "child" == child);
  BOOST_CHECK_THROW(static_cast<void>(old / "child"), LookupFailed);
}

/// A place in a stopped actor's stead may be used again at once; a thousand lives of one name show
/// that no message of one life is ever handled in another.
BOOST_AUTO_TEST_CASE(P07_many_lives_of_one_name_do_not_mix) {
  const Log log("a step");
  Node node(quiet());
  const auto stopped = listen<Terminated>(node);
  Ref old;
  for (int life = 0; life < 1'000; ++life) {
    const Ref now = node.spawn<Steps>({.name = "cat"}, log);
    old << -1;
    now << life;
    BOOST_TEST_REQUIRE(log.next(3).back() == "message " + std::to_string(life));
    now.stop();
    BOOST_TEST_REQUIRE(stopped.next().actor == now);
    old = now;
  }
  node.stop();
  BOOST_TEST(log.empty());
}

#ifndef SPINOFF_SANITIZED

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

class Idle : public Actor {
 public:
  explicit Idle(std::atomic<int>* started) : started_(started) {}
  void pre_start() override { started_->fetch_add(1); }

 private:
  std::atomic<int>* started_;
};

BOOST_AUTO_TEST_CASE(P08_a_million_idle_actors_take_less_than_a_gibibyte) {
  constexpr std::size_t kBytesEach = (std::size_t{1} << 30U) / 1'000'000;
  constexpr int kActors = SPINOFF_PATIENCE > 1 ? 100'000 : 1'000'000;
  std::atomic<int> started{0};
  const std::size_t before = resident_bytes();
  Gate all_started("all actors to start");
  Node node(quiet());
  const auto parent = node.spawn<Puppet>();
  // All children start before the last of them, as far as memory goes: each was constructed.
  call(parent, [&](Puppet& me) {
    for (int i = 0; i < kActors; ++i) {
      me.spawn<Idle>(&started);
    }
  });
  parent << Do{[&](Puppet& me) {
    me.start_timer_at_fixed_rate("look", std::chrono::milliseconds(1), Do{[&](Puppet&) {
                                   if (started.load() == kActors) {
                                     all_started.open();
                                   }
                                 }});
  }};
  all_started.wait();
  const std::size_t taken = resident_bytes() - before;
  BOOST_TEST_MESSAGE("bytes an actor: " << taken / kActors);
  BOOST_TEST(taken < kActors * kBytesEach);
  node.stop();
}

#endif

/// Fails to start, and would say when it ends.
class EndsWithoutStart : public Actor {
 public:
  explicit EndsWithoutStart(Log log) : log_(std::move(log)) {}
  void pre_start() override { throw std::runtime_error("no network"); }
  void post_stop() override { log_.add("post_stop"); }

 private:
  Log log_;
};

BOOST_AUTO_TEST_CASE(P04_an_actor_that_failed_to_start_has_no_post_stop) {
  const Log log("a step");
  Node node(quiet());
  const auto stopped = listen<Terminated>(node);
  const auto bad = node.spawn<EndsWithoutStart>(log);
  BOOST_TEST(stopped.next().actor == bad);
  BOOST_TEST(log.empty());
}

BOOST_AUTO_TEST_CASE(P05_a_name_has_no_control_characters) {
  Node node(quiet());
  for (const char* const name : {"two\nlines", "tab\t", "\x01", "delete\x7F"}) {
    check_refused<InvalidName>(node, name, "a control character");
  }
}

BOOST_AUTO_TEST_CASE(P06_props_bind_arguments_ahead_and_more_later) {
  const Log log("a text");
  Node node(quiet());
  const auto bound = props<Named>(log);
  node.spawn(bound.bind("one"));
  BOOST_TEST(log.next() == "one");
  node.spawn(bound.bind("two"), {.name = "two"});
  BOOST_TEST(log.next() == "two");
  BOOST_TEST(static_cast<bool>(node.lookup("/two")));
}

BOOST_AUTO_TEST_CASE(P06_the_constructor_sees_lvalues_of_the_arguments_that_are_kept) {
  class Changes : public Puppet {
   public:
    Changes(const Log& log, std::string& text) {
      log.add(text);
      text += ", and again";
    }
  };
  NodeOptions options = quiet();
  options.on_failure = Decision::Restart;
  const Log log("a text");
  Node node(options);
  const auto actor = node.spawn<Changes>(log, std::string("once"));
  BOOST_TEST(log.next() == "once");
  actor << Do{[](Puppet&) { throw std::runtime_error("broken"); }};
  BOOST_TEST(log.next() == "once, and again");
}

/// Has a child of the same name as soon as it hears of the end of the one before.
class Replaces : public Actor {
 public:
  using Receives = Messages<Terminated>;
  explicit Replaces(Collector<Ref> children) : children_(std::move(children)) {}
  void pre_start() override { replace(); }
  void on(const Terminated& /*end*/) { replace(); }

 private:
  void replace() { children_.add(watch(spawn<Puppet>({.name = "child"}))); }

  Collector<Ref> children_;
};

BOOST_AUTO_TEST_CASE(P07_a_watcher_that_hears_of_a_childs_end_can_spawn_one_of_its_name) {
  const Collector<Ref> children("a child");
  Node node(quiet());
  node.spawn<Replaces>({.name = "parent"}, children);
  for (int i = 0; i < 100; ++i) {
    const Ref child = children.next();
    BOOST_TEST_REQUIRE(child.uri().path() == "/parent/child");
    child.stop();
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
