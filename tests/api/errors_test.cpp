/// Rule S10: what is told of an error.
#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Fail {
  std::string why;
};

class Fragile : public Puppet {
 public:
  using Receives = Messages<Do, Fail>;
  using Puppet::on;
  void on(const Fail& fail) { throw std::runtime_error(fail.why); }
};

class BadStart : public Actor {
 public:
  void pre_start() override { throw std::runtime_error("no start"); }
};

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(S10_an_error_event_has_the_exception_the_actor_and_the_message) {
  Node node(quiet());
  const auto errors = listen<Error>(node);
  const auto actor = node.spawn<Fragile>();
  actor << Fail{"broken"};
  const Error error = errors.next();
  BOOST_TEST(error.actor == actor);
  BOOST_CHECK_THROW(std::rethrow_exception(error.error), std::runtime_error);
  BOOST_TEST(error.message.get_if<Fail>()->why == "broken");
}

BOOST_AUTO_TEST_CASE(S10_an_error_outside_of_handlers_has_no_message) {
  Node node(quiet());
  const auto errors = listen<Error>(node);
  const auto actor = node.spawn<BadStart>();
  const Error error = errors.next();
  BOOST_TEST(error.actor == actor);
  BOOST_TEST(describe(error.error).ends_with("could not start: no start"));
  BOOST_TEST(!error.message);
}

BOOST_AUTO_TEST_CASE(S10_an_exception_is_described_whatever_is_wrong_with_it) {
  struct Mute : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return nullptr; }
  };
  const auto described = [](auto&& thrower) {
    try {
      thrower();
    } catch (...) {
      return describe(std::current_exception());
    }
    return std::string();
  };
  // Outside of a handler there is nothing that could be nested.
  BOOST_TEST(described([] { std::throw_with_nested(std::runtime_error("alone")); }) == "alone");
  BOOST_TEST(described([] { throw Mute(); }) == "an exception that does not say what");
  BOOST_TEST(described([] { throw 1; }) == "something was thrown that is no std::exception");
  BOOST_TEST(described([] {
               try {
                 throw std::runtime_error("cause");
               } catch (...) {
                 std::throw_with_nested(std::runtime_error("effect"));
               }
             }) == "effect: cause");
}

/// Fails at the message that it has got, or at one that it looks at.
class FailsAtNumbers : public Process {
 public:
  Task<> run(bool when_it_looks) {
    co_await get([when_it_looks](const int& /*number*/) {
      if (when_it_looks) {
        throw std::runtime_error("broken");
      }
      return true;
    });
    throw std::runtime_error("broken");
  }
};

BOOST_AUTO_TEST_CASE(S10_an_error_of_a_process_has_no_message_unless_a_predicate_threw_at_it) {
  Node node(quiet());
  const auto errors = listen<Error>(node);
  for (const bool when_it_looks : {false, true}) {
    const auto process = node.spawn<FailsAtNumbers>(when_it_looks);
    process << 5;
    const Error error = errors.next();
    BOOST_TEST(error.actor == process);
    BOOST_TEST(static_cast<bool>(error.message) == when_it_looks);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
