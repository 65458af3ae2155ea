/// Rules L06 and L07: restarts, with children in all their states.
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Fail {};

/// Fails when told to; begins, and begins again, with a line in the log.
class Fragile : public Watcher {
 public:
  using Receives = Messages<Do, Fail, int, Terminated>;
  explicit Fragile(Log log, Collector<Ref> ends = Collector<Ref>("a Terminated"))
      : Watcher(std::move(ends)), log_(std::move(log)) {}
  void pre_start() override { log_.add("begin"); }
  void post_stop() override { log_.add("end"); }
  using Watcher::on;
  void on(const Fail&) { throw std::runtime_error("broken"); }
  void on(const int& number) { log_.add(std::to_string(number)); }

 protected:
  [[nodiscard]] const Log& log() const { return log_; }

 private:
  Log log_;
};

/// A node whose top-level actors are restarted, or whatever else, when they fail.
NodeOptions when_failed(Decision decision) {
  NodeOptions options = quiet();
  options.on_failure = decision;
  return options;
}

BOOST_AUTO_TEST_SUITE(restart)

BOOST_AUTO_TEST_CASE(L06_the_new_instance_is_behind_the_same_ref_and_has_the_mailbox) {
  const Log log("a step");
  Node node(when_failed(Decision::Restart));
  const auto actor = node.spawn<Fragile>(log);
  {
    Held held(actor);
    actor << 1 << Fail{} << 2 << 3;
    held.let_go();
    const auto steps = log.next(6);
    const std::vector<std::string> expected{"begin", "1", "end", "begin", "2", "3"};
    BOOST_TEST(steps == expected, boost::test_tools::per_element());
  }
  BOOST_TEST(node.lookup(actor.uri().path()) == actor);
}

/// Hears why it is restarted.
class Attentive : public Fragile {
 public:
  using Fragile::Fragile;
  void pre_restart(const std::exception_ptr& reason) override {
    log().add("pre_restart " + describe(reason));
    Fragile::pre_restart(reason);
  }
  void post_restart(const std::exception_ptr& reason) override {
    log().add("post_restart " + describe(reason));
    Fragile::post_restart(reason);
  }
};

BOOST_AUTO_TEST_CASE(L06_the_hooks_have_the_reason_and_by_default_call_post_stop_and_pre_start) {
  const Log log("a step");
  Node node(when_failed(Decision::Restart));
  node.spawn<Attentive>(log) << Fail{};
  const auto steps = log.next(5);
  const std::vector<std::string> expected{"begin", "pre_restart broken", "end",
                                          "post_restart broken", "begin"};
  BOOST_TEST(steps == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(L06_the_message_that_failed_is_not_handled_again) {
  const Log log("a step");
  Node node(when_failed(Decision::Restart));
  const auto errors = listen<Error>(node);
  const auto actor = node.spawn<Fragile>(log);
  actor << Fail{} << 1;
  BOOST_TEST(log.next(4).back() == "1");
  BOOST_TEST(errors.rest().size() == 1U);
}

BOOST_AUTO_TEST_CASE(L06_children_are_stopped_first) {
  const Log log("a step");
  const Log below("a step of the child");
  Node node(when_failed(Decision::Restart));
  const auto actor = node.spawn<Fragile>(log);
  const auto child = call(actor, [&](Puppet& me) { return me.spawn<Fragile>(below); });
  Held held(child);
  actor << Fail{};
  BOOST_TEST(log.next() == "begin");
  drain(node.spawn<Puppet>());
  BOOST_TEST(log.empty());
  held.let_go();
  BOOST_TEST(below.next(2).back() == "end");
  BOOST_TEST(log.next() == "end");
  BOOST_TEST(log.next() == "begin");
  // There is room for new ones.
  BOOST_TEST(call(actor, [&](Puppet& me) { return me.spawn<Puppet>(); }).uri().path() ==
             actor.uri().path() + "/$Puppet-2");
}

BOOST_AUTO_TEST_CASE(L06_the_new_instance_does_not_hear_of_the_end_of_the_old_ones_children) {
  const Log log("a step");
  const Collector<Ref> ends("a Terminated");
  Node node(when_failed(Decision::Restart));
  const auto actor = node.spawn<Fragile>(log, ends);
  const auto other = node.spawn<Puppet>();
  call(actor, [&](Puppet& me) {
    me.watch(me.spawn<Puppet>());
    me.watch(other);
  });
  actor << Fail{};
  BOOST_TEST(log.next(3).back() == "begin");
  other.stop();
  BOOST_TEST(ends.next() == other);  // what else it watches it still does
}

BOOST_AUTO_TEST_CASE(L07_what_arrives_during_a_restart_is_handled_after_it) {
  const Log log("a step");
  Node node(when_failed(Decision::Restart));
  const auto actor = node.spawn<Fragile>(log);
  const auto child = call(actor, [&](Puppet& me) { return me.spawn<Puppet>(); });
  Held held(child);
  const auto errors = listen<Error>(node);
  actor << Fail{};
  errors.next();
  actor << 1;
  held.let_go();
  BOOST_TEST(log.next(4).back() == "1");
}

BOOST_AUTO_TEST_CASE(L07_a_restarted_actor_does_not_hear_of_a_child_that_ended_before) {
  const Collector<Ref> ends("an end");
  Node node(when_failed(Decision::Restart));
  const auto restarted = listen<Restarted>(node);
  const auto stopped = listen<Terminated>(node);
  const auto parent = node.spawn<Watcher>(ends);
  const auto child = call(parent, [](Puppet& me) { return Ref(me.watch(me.spawn<Puppet>())); });
  const Held held(parent);
  parent << Do{[](Puppet&) { throw std::runtime_error("broken"); }};
  child.stop();
  stopped.next();
  held.let_go();
  BOOST_TEST(restarted.next().actor == parent);
  drain(parent);
  BOOST_TEST(ends.empty());
}

BOOST_AUTO_TEST_CASE(L07_a_stopped_actor_is_not_restarted) {
  const Log log("a step");
  Node node(when_failed(Decision::Restart));
  const auto actor = node.spawn<Fragile>(log);
  {
    Held held(actor);
    actor << Fail{};
    actor.stop();
    held.let_go();
    BOOST_TEST(log.next(2).back() == "end");
  }
  node.stop();
  BOOST_TEST(log.empty());
}

BOOST_AUTO_TEST_CASE(L07_a_stop_during_a_restart_stops_the_actor) {
  const Log log("a step");
  Node node(when_failed(Decision::Restart));
  const auto errors = listen<Error>(node);
  const auto stopped = listen<Terminated>(node);
  const auto actor = node.spawn<Fragile>(log);
  const auto child = call(actor, [&](Puppet& me) { return me.spawn<Puppet>(); });
  Held held(child);
  actor << Fail{} << 1;
  errors.next();
  actor.stop();
  held.let_go();
  BOOST_TEST(stopped.next().actor == child);
  BOOST_TEST(stopped.next().actor == actor);
  const std::vector<std::string> expected{"begin", "end"};
  BOOST_TEST(log.rest() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(M08_a_keyed_timer_ends_at_a_restart) {
  const Log log("a step");
  Gate due("the timers");
  Node node(when_failed(Decision::Restart));
  const auto other = node.spawn<Puppet>();
  const auto actor = node.spawn<Fragile>(log);
  actor << Do{[&](Puppet& me) {
    me.start_timer("key", 0ms, 1);
    // Those that are due at the same time fire in the order in which they were started.
    static_cast<void>(other.send_later(0ms, Do{[&](Puppet&) { due.open(); }}));
    due.wait();
    throw std::runtime_error("broken");
  }};
  drain(actor);
  const std::vector<std::string> expected{"begin", "end", "begin"};
  BOOST_TEST(log.rest() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
