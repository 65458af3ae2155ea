/// Rule S08: what becomes of top-level actors that fail.
#include <vector>

#include "family.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

/// The boss is a top-level actor.
Family on_failure(const Decision& decision) {
  return Family({}, {.guardian_decision = decision});
}

BOOST_AUTO_TEST_SUITE(top_level)

BOOST_AUTO_TEST_CASE(S08_a_top_level_actor_that_fails_is_stopped_by_default) {
  const Family family({});
  const auto stopped = family.listen<Terminated>();
  family.fail(family.boss);
  family.expect({"boss ends"});
  BOOST_TEST(stopped.next().actor == family.boss);
  BOOST_TEST(stopped.empty());
}

BOOST_AUTO_TEST_CASE(S08_what_the_guardian_answers_is_an_option_of_the_node) {
  NodeOptions options = quiet();
  options.on_failure = Decision::Resume;
  Node node(options);
  const auto actor = node.spawn<Puppet>();
  actor << failure();
  drain(actor);
  BOOST_TEST(node.lookup(actor.uri().path()) == actor);
}

BOOST_AUTO_TEST_CASE(S08_restart_with_limits_is_such_an_option) {
  const Family family =
      on_failure(Restart{.max = 1, .backoff = Backoff{.min = 1s, .max = 1s, .jitter = 0}});
  family.fail(family.boss);
  family.expect({});
  family.pass(1s);
  family.expect({"boss restarts: broken", "boss begins"});
  family.fail(family.boss);
  family.expect({"boss ends"});
}

BOOST_AUTO_TEST_CASE(S08_one_for_all_top_level_actors_is_such_an_option) {
  const Family family = on_failure(all_for_one(Decision::Restart));
  static_cast<void>(family.spawn("other"));
  family.run();
  family.expect({"other begins"});
  family.fail(family.boss);
  family.expect_in_any_order(
      {"boss begins", "boss restarts: broken", "other begins", "other restarts: broken"});
}

BOOST_AUTO_TEST_CASE(S08_escalate_is_published_and_stops_the_node_in_an_orderly_way) {
  const Family family = on_failure(Decision::Escalate);
  const auto errors = family.listen<Error>();
  const Ref child = family.child("child");
  static_cast<void>(family.spawn("other"));
  family.fail(child, "too much");  // the boss restarts it
  family.expect({"other begins", "child restarts: too much", "child begins"});
  family.fail(family.boss);
  family.expect_in_any_order({"boss ends", "child ends", "other ends"});
  BOOST_TEST(errors.next().actor == child);
  BOOST_TEST(errors.next().actor == family.boss);
  const Error last = errors.next();
  BOOST_TEST(last.actor == family.node.core().guardian().ref());
  BOOST_TEST(describe(last.error) == "broken");
  BOOST_CHECK_THROW(static_cast<void>(family.spawn("late")), SpawnFailed);
}

BOOST_AUTO_TEST_CASE(S08_a_node_that_is_stopped_so_is_waited_for_and_ended_as_usual) {
  NodeOptions options = quiet();
  options.on_failure = Decision::Escalate;
  Node node(options);
  const auto stopped = listen<Terminated>(node);
  const auto parent = node.spawn<Puppet>();
  const auto child = call(parent, [](Puppet& me) { return Ref(me.spawn<Puppet>()); });
  parent << failure();
  node.wait();
  BOOST_TEST(stopped.next().actor == child);
  BOOST_TEST(stopped.next().actor == parent);
  node.stop();
}

BOOST_AUTO_TEST_CASE(S08_default_is_by_the_kind_of_error) {
  const Family family = on_failure(Decision::Default);
  family.fail(family.boss);
  family.expect({"boss restarts: broken", "boss begins"});
  const Ref other = family.spawn("other");
  family.run();
  family.expect({"other begins"});
  other << Do{[](Puppet&) { throw std::logic_error("a failed assertion"); }};
  family.run();
  family.expect_in_any_order({"boss ends", "other ends"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
