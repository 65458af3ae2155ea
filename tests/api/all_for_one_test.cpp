/// Rule S07: decisions for all children.
#include "family.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

Answer all(const Decision& decision) {
  return [decision](const ChildError&) { return all_for_one(decision); };
}

constexpr Backoff kOneSecond{.min = 1s, .max = 1s, .jitter = 0};

BOOST_AUTO_TEST_SUITE(all_for_one_suite)

BOOST_AUTO_TEST_CASE(S07_one_for_one_leaves_the_others_alone) {
  const Siblings family([](const ChildError&) { return Decision::Restart; });
  family.fail(family.a);
  family.expect({"a restarts: broken", "a begins"});
}

BOOST_AUTO_TEST_CASE(S07_restart_for_all_restarts_all_for_the_one_reason) {
  const Siblings family(all(Decision::Restart));
  family.b << 1;
  family.a << failure() << 2;
  family.run();
  family.b << 3;
  family.run();
  family.expect_in_any_order({"a begins", "a gets 2", "a restarts: broken", "b begins", "b gets 1",
                              "b gets 3", "b restarts: broken"});
}

BOOST_AUTO_TEST_CASE(S07_stop_for_all_stops_all) {
  const Siblings family(all(Decision::Stop));
  family.fail(family.b);
  family.expect_in_any_order({"a ends", "b ends"});
}

BOOST_AUTO_TEST_CASE(S07_resume_for_all_lets_all_go_on_that_have_failed) {
  int asked = 0;
  const Siblings family([&](const ChildError&) {
    ++asked;
    return all_for_one(Decision::Resume);
  });
  family.fail_both();
  family.a << 1;
  family.b << 2;
  family.run();
  family.expect({"a gets 1", "b gets 2"});
  BOOST_TEST(asked == 1);
  expect_ignored(family.ignored, {"b: b is broken"});
}

BOOST_AUTO_TEST_CASE(S07_default_for_all_is_by_the_kind_of_error) {
  const Siblings family(all(Decision::Default));
  family.fail(family.a);
  family.expect_in_any_order({"a begins", "a restarts: broken", "b begins", "b restarts: broken"});
}

BOOST_AUTO_TEST_CASE(S07_a_limit_counts_the_restarts_of_all_together) {
  const Siblings family(all(Restart{.max = 2, .within = 10s}));
  family.fail(family.a);
  family.fail(family.b);
  BOOST_TEST(family.log.rest().size() == 8U);
  family.fail(family.a);
  family.expect_in_any_order({"a ends", "b ends"});
}

BOOST_AUTO_TEST_CASE(S07_all_wait_for_the_backoff_together) {
  const Siblings family(all(Restart{.backoff = kOneSecond}));
  family.fail(family.a);
  family.b << 1;
  family.pass(999ms);
  family.expect({});
  family.pass(1ms);
  family.expect_in_any_order(
      {"a begins", "a restarts: broken", "b begins", "b gets 1", "b restarts: broken"});
}

BOOST_AUTO_TEST_CASE(S07_who_waits_for_a_backoff_of_its_own_then_waits_with_all) {
  int asked = 0;
  const Siblings family([&](const ChildError&) {
    const Restart how{.backoff = kOneSecond};
    return ++asked == 1 ? Decision(how) : all_for_one(how);
  });
  family.fail(family.a);
  family.pass(500ms);
  family.fail(family.b);
  family.pass(500ms);
  family.expect({});
  family.pass(500ms);
  BOOST_TEST(family.log.rest().size() == 4U);
  BOOST_TEST(!family.node.has_timers());
}

BOOST_AUTO_TEST_CASE(S07_the_end_of_a_wait_that_an_order_has_replaced_means_nothing) {
  int asked = 0;
  const Siblings family([&](const ChildError&) {
    const Restart how{.backoff = kOneSecond};
    return ++asked == 1 ? Decision(how) : all_for_one(how);
  });
  family.fail(family.a);
  family.pass(999ms);
  family.b << failure();
  BOOST_TEST(family.node.run_one());  // it fails
  BOOST_TEST(family.node.run_one());  // the boss decides for all
  family.node.pass(1ms);              // the first wait is over, and told behind the order
  family.run();
  family.expect({});
  family.pass(1s);
  BOOST_TEST(family.log.rest().size() == 4U);
}

BOOST_AUTO_TEST_CASE(S07_resume_for_all_leaves_alone_who_is_to_be_restarted) {
  int asked = 0;
  const Siblings family([&](const ChildError&) {
    return ++asked == 1 ? Decision(Restart{.backoff = kOneSecond}) : all_for_one(Decision::Resume);
  });
  family.a << failure() << 1;
  family.run();
  family.fail(family.b);
  family.expect({});
  family.pass(1s);
  family.expect({"a restarts: broken", "a begins", "a gets 1"});
}

BOOST_AUTO_TEST_CASE(S07_a_sibling_that_is_being_stopped_is_not_restarted) {
  const Siblings family(all(Decision::Restart));
  const Ref grandchild = family.spawn_below(family.b, "below");
  // In the middle of a handler of its grandchild, so that the sibling has to wait.
  family.tell(grandchild, [&](Puppet&) {
    family.b.stop();
    family.run();
    family.fail(family.a);
    family.expect({"a restarts: broken", "a begins"});
  });
  family.expect({"below ends", "b ends"});
}

BOOST_AUTO_TEST_CASE(S07_a_process_that_is_to_stop_and_only_finishes_is_not_restarted) {
  class Finishing : public Process {
   public:
    Task<> run(Log log) {
      log.add("run");
      co_await get<int>();
      co_await sleep(1s);
      log.add("finished");
    }
  };
  const Siblings family(all(Decision::Restart));
  Ref process;
  family.tell(family.boss, [&](Puppet& me) { process = me.spawn<Finishing>(family.log); });
  process << 1;
  family.run();
  process.stop();
  family.run();
  family.a.stop();
  family.fail(family.b);
  family.expect({"run", "a ends", "b restarts: broken", "b begins"});
  family.pass(1s);
  family.expect({"finished"});
}

BOOST_AUTO_TEST_CASE(S07_a_supervisor_that_was_restarted_counts_anew) {
  const Family family([](const ChildError&) { return Restart{.keep_children = true}; });
  const Ref middle = family.spawn_below(family.boss, "middle", all(Restart{.max = 1}));
  const Ref child = family.spawn_below(middle, "child");
  family.fail(child);
  family.fail(middle);
  family.fail(child);
  family.expect({"child restarts: broken", "child begins", "middle restarts: broken",
                 "middle begins", "child restarts: broken", "child begins"});
  family.fail(child);
  family.expect({"child ends"});
}

BOOST_AUTO_TEST_CASE(S07_a_sibling_that_has_not_begun_begins_once) {
  const Family family(all(Decision::Restart));
  const Ref a = family.child("a");
  family.tell(family.boss, [&](Puppet& me) {
    family.fail(a);
    me.spawn<Child>({.name = "b"}, family.log, "b", Answer());
  });
  family.expect_in_any_order({"a begins", "a restarts: broken", "b begins"});
}

BOOST_AUTO_TEST_CASE(S07_a_child_that_was_spawned_after_an_order_is_heard) {
  const Siblings family(all(Decision::Restart));
  family.fail(family.a);
  family.log.rest();
  const Ref c = family.child("c");
  family.fail(c);
  BOOST_TEST(family.log.rest().size() == 6U);
  expect_ignored(family.ignored, {});
}

BOOST_AUTO_TEST_CASE(S07_whoever_asked_a_restarted_sibling_gets_no_reply) {
  class Asked : public Process {
   public:
    Task<> run() {
      co_await get<int>();
      co_await get<int>();
    }
  };
  const Family family(all(Decision::Restart));
  const Ref a = family.child("a");
  Ref process;
  family.tell(family.boss, [&](Puppet& me) { process = me.spawn<Asked>(); });
  auto answer = process.ask<int>(1);
  family.run();
  family.fail(a);
  family.pass(1h);  // should nobody have told, it is a Timeout now
  BOOST_CHECK_THROW(answer.get(), AskFailed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
