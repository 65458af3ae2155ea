/// Rule S09: errors that no supervisor is asked about.
#include "family.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

BOOST_AUTO_TEST_SUITE(ignored_errors)

BOOST_AUTO_TEST_CASE(S09_an_error_of_a_child_that_was_since_restarted_is_ignored) {
  int asked = 0;
  const Siblings family([&](const ChildError&) {
    ++asked;
    return all_for_one(Decision::Restart);
  });
  family.fail_both();
  BOOST_TEST(asked == 1);
  expect_ignored(family.ignored, {"b: b is broken"});
  family.expect_in_any_order(
      {"a begins", "a restarts: a is broken", "b begins", "b restarts: b is broken"});
  family.fail(family.b, "again");  // this one is not
  BOOST_TEST(asked == 2);
}

BOOST_AUTO_TEST_CASE(S09_an_error_of_a_child_that_is_being_stopped_is_ignored) {
  int asked = 0;
  const Siblings family([&](const ChildError&) {
    ++asked;
    return Decision::Restart;
  });
  family.tell(family.boss, [&](Puppet&) {
    family.fail(family.a);
    family.a.stop();
    family.run();
  });
  family.expect({"a ends"});
  BOOST_TEST(asked == 0);
  expect_ignored(family.ignored, {"a: broken"});
}

BOOST_AUTO_TEST_CASE(S09_an_error_is_ignored_of_a_child_that_its_stopped_siblings_take_along) {
  int asked = 0;
  const Siblings family([&](const ChildError&) {
    ++asked;
    return all_for_one(Decision::Stop);
  });
  family.fail_both();
  BOOST_TEST(asked == 1);
  family.expect_in_any_order({"a ends", "b ends"});
  expect_ignored(family.ignored, {"b: b is broken"});
}

BOOST_AUTO_TEST_CASE(S09_an_error_of_a_child_whose_parent_restarts_is_ignored) {
  const Siblings family([](const ChildError&) { return Decision::Restart; });
  const Ref below = family.spawn_below(family.a, "below");
  const Ref other = family.spawn_below(family.a, "other");
  // One child holds up the restart in its handler; the other fails meanwhile.
  family.tell(other, [&](Puppet&) {
    family.tell(below, [&](Puppet&) {
      family.fail(family.a);
      throw std::runtime_error("late");
    });
  });
  expect_ignored(family.ignored, {"below: late"});
}

BOOST_AUTO_TEST_CASE(S09_each_error_is_ignored_of_a_child_that_has_failed_again) {
  const Siblings family([](const ChildError&) { return Decision::Restart; });
  const Ref middle = family.spawn_below(family.boss, "middle",
                                        [](const ChildError&) { return Decision::Escalate; });
  const Ref child = family.spawn_below(middle, "child");
  family.tell(family.boss, [&](Puppet&) {
    family.tell(middle, [&](Puppet&) {
      family.fail(child, "second");
      throw std::runtime_error("first");
    });
    middle.stop();
    family.run();
  });
  family.expect({"child ends", "middle ends"});
  expect_ignored(family.ignored, {"middle: first", "middle: second"});
}

BOOST_AUTO_TEST_CASE(S09_a_handler_that_stops_the_actor_and_then_fails_has_stopped_it) {
  int asked = 0;
  const Siblings family([&](const ChildError&) {
    ++asked;
    return Decision::Restart;
  });
  const auto errors = family.listen<Error>();
  family.tell(family.a, [](Puppet& me) {
    me.stop();
    throw std::runtime_error("broken");
  });
  family.expect({"a ends"});
  BOOST_TEST(asked == 0);
  BOOST_TEST(describe(errors.next().error) == "broken");
  expect_ignored(family.ignored, {"a: broken"});
}

BOOST_AUTO_TEST_CASE(S09_an_error_that_was_decided_about_is_not_ignored) {
  const Siblings family([](const ChildError&) { return Decision::Stop; });
  family.fail(family.a);
  family.expect({"a ends"});
  expect_ignored(family.ignored, {});
}

BOOST_AUTO_TEST_CASE(S09_a_decision_means_nothing_to_a_child_that_was_stopped_meanwhile) {
  const Siblings family([&](const ChildError& error) {
    error.child.stop();
    return Decision::Restart;
  });
  family.fail(family.a);
  family.expect({"a ends"});
  expect_ignored(family.ignored, {});
}

/// The boss hears of `middle`'s error, and then of another one, which came up while it had not
/// decided about the first.
std::vector<std::string> fail_twice(Decision first, Decision second) {
  const Family family(
      [&](const ChildError& error) { return describe(error.error) == "first" ? first : second; });
  const Ref middle = family.spawn_below(family.boss, "middle",
                                        [](const ChildError&) { return Decision::Escalate; });
  const Ref child = family.spawn_below(middle, "child");
  family.tell(middle, [&](Puppet&) {
    family.fail(child, "second");
    throw std::runtime_error("first");
  });
  middle << 1;
  family.run();
  return family.log.rest();
}

BOOST_AUTO_TEST_CASE(S09_a_decision_about_an_earlier_failure_means_nothing_unless_it_is_stop) {
  const auto resumed = fail_twice(Decision::Restart, Decision::Resume);
  const std::vector<std::string> goes_on{"middle gets 1"};
  BOOST_TEST(resumed == goes_on, boost::test_tools::per_element());
  const auto stopped = fail_twice(Decision::Stop, Decision::Resume);
  const std::vector<std::string> ends{"child ends", "middle ends"};
  BOOST_TEST(stopped == ends, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
