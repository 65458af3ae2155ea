/// Rules M11, L02, L05 and L07 where they are about what overtakes what: stops and errors do not
/// wait behind messages, and decisions that come too late mean nothing.
#include "family.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

constexpr int kMany = 1'000;

class BadEnd : public Puppet {
 public:
  void post_stop() override { throw std::runtime_error("cannot end"); }
};

/// Says when it goes.
class Guard {
 public:
  explicit Guard(Log log) : log_(std::move(log)) {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() { log_.add("frame gone"); }

 private:
  Log log_;
};

class Sleeps : public Process {
 public:
  Task<> run(Log log) {
    const Guard guard(log);
    log.add("sleeps");
    co_await sleep(1h);
    log.add("woke up");
  }
};

BOOST_AUTO_TEST_SUITE(system_messages)

BOOST_AUTO_TEST_CASE(M11_an_error_of_a_child_overtakes_its_supervisors_messages) {
  int handled = 0;
  int handled_before = -1;
  const Family family([&](const ChildError&) {
    handled_before = handled;
    return Decision::Stop;
  });
  const Ref child = family.child("a");
  family.tell(family.boss, [&](Puppet& me) {
    for (int i = 0; i < kMany; ++i) {
      me.self() << Do{[&](Puppet&) { ++handled; }};
    }
    family.fail(child);
  });
  BOOST_TEST(handled_before == 0);
  BOOST_TEST(handled == kMany);
}

BOOST_AUTO_TEST_CASE(M11_L02_stop_and_kill_overtake_messages_but_not_the_handler) {
  const Family family(Answer{});
  const auto dead = family.listen<DeadLetter>();
  for (void (Ref::* const end)() const : {&Ref::stop, &Ref::kill}) {
    const Ref child = family.child("a");
    family.tell(child, [&](Puppet& me) {
      for (int i = 0; i < kMany; ++i) {
        me.self() << i;
      }
      (child.*end)();
      family.run();
      family.log.add("handler done");
    });
    family.expect({"handler done", "a ends"});
    const auto letters = dead.rest();
    BOOST_TEST_REQUIRE(letters.size() == std::size_t{kMany});
    for (int i = 0; i < kMany; ++i) {
      BOOST_TEST_REQUIRE(*letters[static_cast<std::size_t>(i)].message.get_if<int>() == i);
    }
  }
}

BOOST_AUTO_TEST_CASE(L02_a_stop_ends_a_process_that_only_sleeps_where_it_sleeps) {
  const Family family(Answer{});
  Ref sleeper;
  family.tell(family.boss, [&](Puppet& me) { sleeper = me.spawn<Sleeps>(family.log); });
  family.expect({"sleeps"});
  sleeper.stop();
  family.run();
  family.expect({"frame gone"});
  BOOST_TEST(!family.node.has_timers());
}

BOOST_AUTO_TEST_CASE(L05_nobody_is_asked_about_a_failure_in_post_stop) {
  int asked = 0;
  const Family family([&](const ChildError&) {
    ++asked;
    return Decision::Restart;
  });
  const auto errors = family.listen<Error>();
  const auto ignored = family.listen<ErrorIgnored>();
  Ref bad;
  family.tell(family.boss, [&](Puppet& me) { bad = me.spawn<BadEnd>({.name = "bad"}); });
  bad.stop();
  family.run();
  BOOST_TEST(asked == 0);
  BOOST_TEST(errors.rest().size() == 1U);
  expect_ignored(ignored, {});
  family.child("bad");  // the name is free
}

BOOST_AUTO_TEST_CASE(L07_a_decision_to_restart_comes_too_late_for_who_has_stopped) {
  const Family* world = nullptr;
  const Family family([&](const ChildError& error) {
    error.child.stop();
    world->run();
    return Decision::Restart;
  });
  world = &family;
  family.fail(family.child("a"));
  family.expect({"a ends"});
  family.child("a");  // the name is free
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
