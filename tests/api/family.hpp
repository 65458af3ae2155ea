/// A supervisor and its children on a node without threads: each step happens when a test says so,
/// and time passes when it says so.
#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "engine/manual_node.hpp"
#include "support/probe.hpp"

namespace spinoff::testing {

using Answer = std::function<Decision(const ChildError&)>;

/// Notes its life, and what it handles: "a begins", "a gets 1", "a ends".
class Child : public Puppet {
 public:
  using Receives = Messages<Do, int>;
  Child(Log log, std::string name, Answer answer = {})
      : log_(std::move(log)), name_(std::move(name)), answer_(std::move(answer)) {}
  void pre_start() override { log_.add(name_ + " begins"); }
  void post_stop() override { log_.add(name_ + " ends"); }
  void pre_restart(const std::exception_ptr& reason) override {
    log_.add(name_ + " restarts: " + describe(reason));
  }
  using Puppet::on;
  void on(const int& number) { log_.add(name_ + " gets " + std::to_string(number)); }
  Decision supervise(const ChildError& error) override {
    return answer_ ? answer_(error) : Puppet::supervise(error);
  }

 private:
  Log log_;
  std::string name_;
  Answer answer_;
};

inline Do failure(const std::string& why = "broken") {
  return Do{[why](Puppet&) { throw std::runtime_error(why); }};
}

class Family {
 public:
  /// `answer` is the boss's to each error.
  explicit Family(Answer answer, engine::NodeCore::Options options = {})
      : node(std::move(options)), boss(spawn("boss", std::move(answer))) {
    run();
    log.rest();
  }

  /// A top-level actor.
  Ref spawn(const std::string& name, Answer answer = {}) const {
    return node.spawn(detail::kActorType<Child>,
                      detail::make_factory<Child>(log, name, std::move(answer)), {.name = name});
  }
  /// A child of `parent` that has begun.
  Ref spawn_below(const Ref& parent, const std::string& name, const Answer& answer = {}) const {
    const auto child = std::make_shared<Ref>();
    tell(parent,
         [=, this](Puppet& me) { *child = me.spawn<Child>({.name = name}, log, name, answer); });
    BOOST_TEST_REQUIRE(log.next() == name + " begins");
    return *child;
  }
  Ref child(const std::string& name) const { return spawn_below(boss, name); }

  void run() const { node.run(); }
  void tell(const Ref& actor, std::function<void(Puppet&)> what) const {
    actor << Do{std::move(what)};
    run();
  }
  void fail(const Ref& actor, const std::string& why = "broken") const {
    actor << failure(why);
    run();
  }
  /// What was due by then has happened.
  void pass(std::chrono::milliseconds time) const {
    node.pass(time);
    run();
  }
  /// These steps have happened since the last look, and no others.
  void expect(std::initializer_list<const char*> steps) const {
    const std::vector<std::string> expected(steps.begin(), steps.end());
    BOOST_TEST(log.rest() == expected, boost::test_tools::per_element());
  }
  /// The same, in any order: `steps` has to be sorted.
  void expect_in_any_order(std::initializer_list<const char*> steps) const {
    const std::vector<std::string> expected(steps.begin(), steps.end());
    auto seen = log.rest();
    std::ranges::sort(seen);
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
  }

  template <class E>
  Collector<E> listen() const {
    const Collector<E> seen("an event");
    node.core().events().subscribe(detail::kMessageType<E>, [seen](const void* event) {
      seen.add(*static_cast<const E*>(event));
    });
    return seen;
  }

  const Log log{"a step"};
  const ManualNode node;
  const Ref boss;
};

/// The errors that were ignored since the last look: "a: broken".
inline void expect_ignored(const Collector<ErrorIgnored>& ignored,
                           std::initializer_list<const char*> expected) {
  std::vector<std::string> seen;
  for (const ErrorIgnored& event : ignored.rest()) {
    const std::string path = event.actor.uri().path();
    seen.push_back(path.substr(path.rfind('/') + 1) + ": " + describe(event.error));
  }
  const std::vector<std::string> wanted(expected.begin(), expected.end());
  BOOST_TEST(seen == wanted, boost::test_tools::per_element());
}

/// The boss has two children.
struct Siblings : Family {
  using Family::Family;
  /// Both fail, before the boss hears of the first.
  void fail_both() const {
    tell(boss, [&](Puppet&) {
      a << failure("a is broken");
      b << failure("b is broken");
      run();
    });
  }
  const Ref a = child("a");
  const Ref b = child("b");
  const Collector<ErrorIgnored> ignored = listen<ErrorIgnored>();
};

}  // namespace spinoff::testing
