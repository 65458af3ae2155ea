/// Rule S04: limits of restarts, and backoff.
#include <limits>

#include "family.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

Answer always(const Decision& decision) {
  return [decision](const ChildError&) { return decision; };
}

constexpr Backoff kOneSecond{.min = 1s, .max = 1s, .jitter = 0};

BOOST_AUTO_TEST_SUITE(restart_limits)

BOOST_AUTO_TEST_CASE(S04_one_more_than_max_restarts_stops_it) {
  const Family family(always(Restart{.max = 2, .within = 10s}));
  const Ref child = family.child("a");
  family.fail(child);
  family.fail(child);
  family.expect({"a restarts: broken", "a begins", "a restarts: broken", "a begins"});
  family.fail(child);
  family.expect({"a ends"});
}

BOOST_AUTO_TEST_CASE(S04_restarts_that_are_further_apart_go_on) {
  const Family family(always(Restart{.max = 1, .within = 10s}));
  const Ref child = family.child("a");
  for (int i = 0; i < 5; ++i) {
    family.fail(child);
    family.expect({"a restarts: broken", "a begins"});
    family.pass(10s);
  }
}

BOOST_AUTO_TEST_CASE(S04_without_a_limit_it_is_restarted_each_time) {
  const Family family(always(Decision::Restart));
  const Ref child = family.child("a");
  for (int i = 0; i < 100; ++i) {
    family.fail(child);
    family.expect({"a restarts: broken", "a begins"});
  }
}

BOOST_AUTO_TEST_CASE(S04_each_child_has_restarts_of_its_own) {
  const Family family(always(Restart{.max = 1}));
  const Ref a = family.child("a");
  const Ref b = family.child("b");
  family.fail(a);
  family.fail(b);
  family.expect({"a restarts: broken", "a begins", "b restarts: broken", "b begins"});
  family.fail(b);
  family.expect({"b ends"});
  a << 1;
  family.run();
  family.expect({"a gets 1"});
}

class NeverStarts : public Actor {
 public:
  explicit NeverStarts(Log log) : log_(std::move(log)) {}
  void pre_start() override {
    log_.add("tries");
    throw std::runtime_error("no start");
  }

 private:
  Log log_;
};

BOOST_AUTO_TEST_CASE(S04_attempts_to_start_count) {
  const Family family(always(Restart{.max = 2}));
  const auto stopped = family.listen<Terminated>();
  family.tell(family.boss, [&](Puppet& me) { me.spawn<NeverStarts>(family.log); });
  family.expect({"tries", "tries", "tries"});
  BOOST_TEST(stopped.rest().size() == 1U);
}

BOOST_AUTO_TEST_CASE(S04_a_child_waits_for_its_backoff_and_its_mail_is_kept) {
  const Family family(always(Restart{.backoff = kOneSecond}));
  const Ref child = family.child("a");
  child << failure() << 1;
  family.run();
  child << 2;
  family.pass(999ms);
  family.expect({});
  child << 3;
  family.pass(1ms);
  family.expect({"a restarts: broken", "a begins", "a gets 1", "a gets 2", "a gets 3"});
  BOOST_TEST(!family.node.has_timers());
}

BOOST_AUTO_TEST_CASE(S04_backoff_grows_and_begins_anew) {
  const Family family(
      always(Restart{.backoff = Backoff{.min = 1s, .max = 4s, .jitter = 0, .reset = 10s}}));
  const Ref child = family.child("a");
  for (const auto wait : {1s, 2s, 4s, 4s}) {
    family.fail(child);
    family.pass(wait - 1ms);
    family.expect({});
    family.pass(1ms);
    family.expect({"a restarts: broken", "a begins"});
  }
  family.pass(10s);
  family.fail(child);
  family.pass(1s);
  family.expect({"a restarts: broken", "a begins"});
}

BOOST_AUTO_TEST_CASE(S04_limits_and_backoff_hold_together) {
  const Family family(always(Restart{.max = 1, .within = 1min, .backoff = kOneSecond}));
  const Ref child = family.child("a");
  family.fail(child);
  family.pass(1s);
  family.expect({"a restarts: broken", "a begins"});
  family.fail(child);
  family.expect({"a ends"});
  BOOST_TEST(!family.node.has_timers());
}

BOOST_AUTO_TEST_CASE(S04_jitter_is_the_nodes_randomness) {
  const auto wait = [](std::uint64_t seed) {
    const Family family(always(Restart{.backoff = Backoff{.min = 1s, .max = 1s, .jitter = 1}}),
                        {.seed = seed});
    family.fail(family.child("a"));
    int waited = 0;
    for (; family.log.empty(); ++waited) {
      family.pass(1ms);
    }
    return waited;
  };
  BOOST_TEST(wait(1) == wait(1));
  BOOST_TEST(wait(1) != wait(2));
  BOOST_TEST(wait(1) >= 1'000);
  BOOST_TEST(wait(1) <= 2'001);
}

BOOST_AUTO_TEST_CASE(S04_a_stop_during_the_backoff_ends_it_at_once_and_leaves_no_timer) {
  const Family family(always(Restart{.backoff = kOneSecond}));
  for (void (Ref::* const end)() const : {&Ref::stop, &Ref::kill}) {
    const auto dead = family.listen<DeadLetter>();
    const Ref child = family.child("a");
    child << failure() << 1;
    family.run();
    BOOST_TEST(family.node.has_timers());
    (child.*end)();
    family.run();
    family.expect({"a ends"});
    BOOST_TEST(*dead.next().message.get_if<int>() == 1);
    BOOST_TEST(!family.node.has_timers());
  }
}

BOOST_AUTO_TEST_CASE(S04_a_stop_that_comes_together_with_the_end_of_the_backoff_stops_it) {
  const Family family(always(Restart{.backoff = kOneSecond}));
  const Ref early = family.child("a");
  const Ref late = family.child("b");
  family.fail(early);
  family.fail(late);
  early.stop();
  family.node.pass(1s);
  late.stop();
  family.run();
  family.expect({"a ends", "b ends"});
}

BOOST_AUTO_TEST_CASE(S04_there_is_no_timer_any_more_while_a_stop_waits_for_children) {
  const Family family(always(Restart{.backoff = kOneSecond}));
  const Ref child = family.child("a");
  family.tell(family.spawn_below(child, "below"), [&](Puppet&) {
    family.fail(child);
    BOOST_TEST(family.node.has_timers());
    child.stop();
    family.run();
    BOOST_TEST(!family.node.has_timers());
  });
  family.expect({"below ends", "a ends"});
}

BOOST_AUTO_TEST_CASE(S04_a_backoff_ends_with_the_failure_that_it_is_about) {
  const Family family([&](const ChildError& error) {
    return describe(error.error) == "first" ? Decision(Restart{.backoff = kOneSecond})
                                            : Decision::Resume;
  });
  const Ref middle = family.spawn_below(family.boss, "middle", always(Decision::Escalate));
  family.tell(family.spawn_below(middle, "a"), [&](Puppet&) {
    family.fail(middle, "first");
    throw std::runtime_error("second");
  });
  BOOST_TEST(!family.node.has_timers());
  middle << 1;
  family.run();
  family.expect({"middle gets 1"});
}

BOOST_AUTO_TEST_CASE(S04_the_nodes_stop_ends_whoever_waits_for_its_backoff) {
  Log log("a step");
  {
    const Family family(always(Restart{.backoff = kOneSecond}));
    log = family.log;
    family.fail(family.child("a"));
    family.node.core().request_stop();
    family.run();
    BOOST_TEST(!family.node.has_timers());
  }
  BOOST_TEST(log.next() == "a ends");
}

BOOST_AUTO_TEST_CASE(S04_a_parents_restart_ends_whoever_waits_for_its_backoff) {
  const Family family(always(Decision::Restart));
  const Ref middle =
      family.spawn_below(family.boss, "middle", always(Restart{.backoff = kOneSecond}));
  family.fail(family.spawn_below(middle, "a"));
  family.fail(middle);
  family.expect({"a ends", "middle restarts: broken", "middle begins"});
  BOOST_TEST(!family.node.has_timers());
}

BOOST_AUTO_TEST_CASE(S04_a_backoff_that_ends_while_the_parent_is_suspended_restarts_nothing) {
  const Family family(always(Restart{.backoff = Backoff{.min = 3s, .jitter = 0}}));
  const Ref middle = family.spawn_below(
      family.boss, "middle", [](const ChildError&) { return Restart{.backoff = kOneSecond}; });
  const Ref child = family.spawn_below(middle, "a");
  family.fail(child);
  family.fail(middle);
  family.pass(2s);  // the child could begin by now
  family.expect({});
  family.pass(1s);
  family.expect({"a ends", "middle restarts: broken", "middle begins"});
}

BOOST_AUTO_TEST_CASE(S04_a_parent_that_fails_anew_during_its_backoff_is_decided_about_anew) {
  std::vector<std::string> asked;
  const Family family([&](const ChildError& error) {
    asked.push_back(describe(error.error));
    return asked.size() == 1 ? Decision(Restart{.backoff = kOneSecond}) : Decision::Stop;
  });
  const Ref middle = family.spawn_below(family.boss, "middle", always(Decision::Escalate));
  const Ref child = family.spawn_below(middle, "a");
  // The parent fails while its child's failure is on its way.
  family.tell(middle, [&](Puppet&) {
    family.fail(child, "second");
    throw std::runtime_error("first");
  });
  const std::vector<std::string> expected{"first", "second"};
  BOOST_TEST(asked == expected, boost::test_tools::per_element());
  family.expect({"a ends", "middle ends"});
  BOOST_TEST(!family.node.has_timers());
}

template <class F>
void check_refused(F decision, const std::string& what) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(Decision(decision())), std::invalid_argument,
                        [&](const std::invalid_argument& error) {
                          BOOST_TEST(error.what() == what);
                          return true;
                        });
}

BOOST_AUTO_TEST_CASE(S04_a_restart_that_makes_no_sense_is_an_error_that_says_why) {
  check_refused([] { return Restart{.within = 1s}; },
                "a restart has `within`, but no `max` to be reached in that time: give both");
  check_refused([] { return Restart{.max = 1, .within = 0s}; },
                "a restart's `within` is no time at all: give more than zero");
  check_refused([] { return Restart{.backoff = Backoff{.min = -1s}}; },
                "a backoff's min is negative: give zero or more");
  check_refused([] { return Restart{.backoff = Backoff{.min = 2s, .max = 1s}}; },
                "a backoff's max is less than its min: give at least that");
  check_refused([] { return Restart{.backoff = Backoff{.factor = 0.5}}; },
                "a backoff's factor is less than 1: give 1 or more");
  for (const double jitter : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    check_refused([&] { return Restart{.backoff = Backoff{.jitter = jitter}}; },
                  "a backoff's jitter is not a share: give 0 to 1");
  }
  check_refused([] { return Restart{.backoff = Backoff{.reset = -1s}}; },
                "a backoff's reset is negative: give zero or more");
}

BOOST_AUTO_TEST_CASE(S04_restarts_without_max_do_not_count_for_a_limit) {
  Decision decision = Decision::Restart;
  const Family family([&](const ChildError&) { return decision; });
  const Ref child = family.child("a");
  for (int i = 0; i < 3; ++i) {
    family.fail(child);
    family.expect({"a restarts: broken", "a begins"});
  }
  decision = Restart{.max = 1};
  family.fail(child);
  family.expect({"a restarts: broken", "a begins"});
  family.fail(child);
  family.expect({"a ends"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
