/// Rule L06 with `keep_children`: a restart that spares the children.
#include "family.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

constexpr Restart kKeep{.keep_children = true};

/// Above `middle` the boss, which restarts it and has it keep its child; the child's errors are
/// answered as a test says.
struct Kept : Family {
  explicit Kept(Answer for_child = {}, Restart how = kKeep)
      : Family([how](const ChildError&) { return how; }),
        middle(spawn_below(boss, "middle", std::move(for_child))),
        child(spawn_below(middle, "child")) {}
  const Ref middle;
  const Ref child;
};

BOOST_AUTO_TEST_SUITE(kept_children)

BOOST_AUTO_TEST_CASE(L06_children_are_stopped_unless_the_decision_says_to_keep_them) {
  const Kept kept;
  kept.fail(kept.middle);
  kept.expect({"middle restarts: broken", "middle begins"});
  kept.child << 1;
  kept.run();
  kept.expect({"child gets 1"});
  const Kept stopped({}, {.keep_children = false});
  stopped.fail(stopped.middle);
  stopped.expect({"child ends", "middle restarts: broken", "middle begins"});
}

BOOST_AUTO_TEST_CASE(L06_a_kept_child_is_found_by_its_name_and_is_a_child) {
  const Kept kept;
  kept.fail(kept.middle);
  kept.log.rest();
  BOOST_TEST(kept.node.core().find("/boss/middle/child") == kept.child);
  kept.tell(kept.middle, [&](Puppet& me) {
    BOOST_TEST(me.lookup("child") == kept.child);
    BOOST_CHECK_THROW(me.spawn<Puppet>({.name = "child"}), NameConflict);
  });
  kept.middle.stop();
  kept.run();
  kept.expect({"child ends", "middle ends"});
}

BOOST_AUTO_TEST_CASE(L06_a_kept_child_is_held_while_its_parent_restarts) {
  const Kept kept({}, {.backoff = Backoff{.min = 1s, .jitter = 0}, .keep_children = true});
  kept.fail(kept.middle);
  kept.child << 1;
  kept.pass(999ms);
  kept.expect({});
  kept.pass(1ms);
  kept.expect({"middle restarts: broken", "middle begins", "child gets 1"});
}

/// Its second instance does not start.
class FailsToBeginAgain : public Child {
 public:
  FailsToBeginAgain(Log log, std::shared_ptr<int> begun)
      : Child(std::move(log), "middle"), begun_(std::move(begun)) {}
  void pre_start() override {
    if (++*begun_ == 2) {
      throw std::runtime_error("no start");
    }
    Child::pre_start();
  }

 private:
  std::shared_ptr<int> begun_;
};

BOOST_AUTO_TEST_CASE(L06_a_kept_child_is_held_until_the_parent_has_really_begun_again) {
  std::vector<std::string> asked;
  Ref child;
  const Family family([&](const ChildError& error) {
    asked.push_back(describe(error.error));
    child << static_cast<int>(asked.size());
    return kKeep;
  });
  Ref middle;
  family.tell(family.boss, [&](Puppet& me) {
    middle = me.spawn<FailsToBeginAgain>(family.log, std::make_shared<int>(0));
  });
  family.expect({"middle begins"});
  child = family.spawn_below(middle, "child");
  family.fail(middle);
  BOOST_TEST(asked.size() == 2U);
  family.expect({"middle restarts: broken", "middle begins", "child gets 1", "child gets 2"});
}

/// Lets everybody else move on in the middle of its restart.
class Dawdling : public Child {
 public:
  Dawdling(Log log, std::function<void()> others)
      : Child(std::move(log), "middle"), others_(std::move(others)) {}
  void pre_restart(const std::exception_ptr& reason) override {
    Child::pre_restart(reason);
    others_();
  }

 private:
  std::function<void()> others_;
};

BOOST_AUTO_TEST_CASE(L06_who_lets_the_parent_go_on_does_not_let_a_kept_child_go_on_before_it) {
  const Family family([](const ChildError&) { return kKeep; },
                      {.guardian_decision = Decision::Resume});
  Ref middle;
  family.tell(family.boss, [&](Puppet& me) {
    middle = me.spawn<Dawdling>(family.log, [&family] { family.run(); });
  });
  family.expect({"middle begins"});
  const Ref child = family.spawn_below(middle, "child");
  // The restart has to wait until the guardian has resumed the boss.
  family.tell(family.boss, [&](Puppet&) {
    family.fail(middle);
    child << 1;
    throw std::runtime_error("above");
  });
  family.expect({"middle restarts: broken", "middle begins", "child gets 1"});
}

BOOST_AUTO_TEST_CASE(L06_a_stop_during_the_restart_ends_kept_children_first) {
  const Kept kept;
  kept.tell(kept.boss, [&](Puppet&) {
    kept.fail(kept.middle);
    throw std::runtime_error("above");
  });
  // The restart has to wait for what becomes of the boss, which the guardian stops.
  kept.child << 1;
  kept.run();
  kept.expect({"child ends", "middle ends", "boss ends"});
}

BOOST_AUTO_TEST_CASE(L06_the_new_instance_decides_about_what_a_kept_child_has_sent_meanwhile) {
  std::vector<std::string> asked;
  const Kept kept([&](const ChildError& error) {
    asked.push_back(describe(error.error));
    return Decision::Restart;
  });
  kept.tell(kept.child, [&](Puppet&) {
    kept.middle << failure();
    BOOST_TEST(kept.node.run_one());  // it fails
    BOOST_TEST(kept.node.run_one());  // the boss decides
    throw std::runtime_error("late");
  });
  BOOST_TEST(asked.size() == 1U);
  kept.expect({"middle restarts: broken", "middle begins", "child restarts: late", "child begins"});
}

/// Its second instance is not even constructed.
class FailsToBeMadeAgain : public Child {
 public:
  FailsToBeMadeAgain(const Log& log, const std::shared_ptr<int>& made)
      : Child(log, "middle", [log](const ChildError& error) {
          log.add("middle decides: " + describe(error.error));
          return Decision::Restart;
        }) {
    if (++*made == 2) {
      throw std::runtime_error("not made");
    }
  }
};

/// A kept child fails while its parent could not be made again; then the boss decides about that.
Ref fail_below_nobody(const Family& family) {
  Ref middle;
  family.tell(family.boss, [&](Puppet& me) {
    middle = me.spawn<FailsToBeMadeAgain>(family.log, std::make_shared<int>(0));
  });
  family.expect({"middle begins"});
  family.tell(family.spawn_below(middle, "child"), [&](Puppet&) {
    middle << failure();
    BOOST_TEST(family.node.run_one());  // it fails
    BOOST_TEST(family.node.run_one());  // the boss decides
    BOOST_TEST(family.node.run_one());  // it fails to be made
    throw std::runtime_error("late");
  });
  return middle;
}

BOOST_AUTO_TEST_CASE(L06_what_a_kept_child_sends_to_nobody_waits_for_an_instance) {
  const Family family([](const ChildError&) { return kKeep; });
  fail_below_nobody(family);
  family.expect({"middle restarts: broken", "middle begins", "middle decides: late",
                 "child restarts: late", "child begins"});
}

BOOST_AUTO_TEST_CASE(L06_what_a_child_has_sent_to_nobody_is_forgotten_with_it) {
  int asked = 0;
  const Family family([&](const ChildError&) { return Restart{.keep_children = ++asked != 2}; });
  const auto ignored = family.listen<ErrorIgnored>();
  const Ref middle = fail_below_nobody(family);
  expect_ignored(ignored, {"child: late"});
  family.fail(middle);  // children are kept again, but the old one is none
  family.expect({"middle restarts: broken", "child ends", "middle begins",
                 "middle restarts: broken", "middle begins"});
}

BOOST_AUTO_TEST_CASE(L06_a_kept_child_whose_error_it_was_is_restarted_with_its_parent) {
  const Kept kept([](const ChildError&) { return Decision::Escalate; });
  const Ref other = kept.spawn_below(kept.middle, "other");
  kept.child << failure() << 1;
  other << 2;
  kept.run();
  const auto steps = kept.log.rest();
  const std::vector<std::string> first{steps.begin(), steps.begin() + 3};
  const std::vector<std::string> expected{"other gets 2", "middle restarts: broken",
                                          "middle begins"};
  BOOST_TEST(first == expected, boost::test_tools::per_element());
  const std::vector<std::string> rest{steps.begin() + 3, steps.end()};
  const std::vector<std::string> restarted{"child restarts: broken", "child begins",
                                           "child gets 1"};
  BOOST_TEST(rest == restarted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(L06_a_kept_childs_backoff_goes_on) {
  const Kept kept(
      [](const ChildError&) { return Restart{.backoff = Backoff{.min = 1s, .jitter = 0}}; });
  kept.fail(kept.child);
  kept.pass(500ms);
  kept.fail(kept.middle);
  kept.expect({"middle restarts: broken", "middle begins"});
  kept.pass(500ms);
  kept.expect({"child restarts: broken", "child begins"});
}

BOOST_AUTO_TEST_CASE(L06_who_watches_a_kept_child_still_does) {
  const Collector<Ref> ends("an end");
  const Family family([](const ChildError&) { return kKeep; });
  Ref middle;
  Ref child;
  family.tell(family.boss, [&](Puppet& me) { middle = me.spawn<Watcher>(ends); });
  family.tell(middle, [&](Puppet& me) { child = me.watch(me.spawn<Puppet>()); });
  family.fail(middle);
  child.stop();
  family.run();
  BOOST_TEST(ends.next() == child);
}

BOOST_AUTO_TEST_CASE(L06_a_stop_before_the_restart_ends_kept_children_too) {
  const Kept kept({}, {.backoff = Backoff{.min = 1s}, .keep_children = true});
  kept.fail(kept.middle);
  kept.middle.stop();
  kept.run();
  kept.expect({"child ends", "middle ends"});
  BOOST_TEST(!kept.node.has_timers());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
