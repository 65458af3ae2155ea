/// An actor that changes how it behaves when a test says so, alone on a node whose time passes by
/// hand.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "engine/manual_node.hpp"
#include "support/probe.hpp"

namespace spinoff::testing {

class Machine;

/// What a Machine does besides noting, and what it has noted.
struct Script {
  std::function<void(Machine&)> at_start = {};
  std::function<void(Machine&, int)> with_numbers = {};
  std::function<void(Machine&)> in_silence = {};
  std::vector<std::string> heard = {};
};

/// Notes what it handles: numbers, texts, "end" and "silence".
class Machine : public Puppet {
 public:
  using Receives = Messages<Do, int, std::string, Terminated, ReceiveTimeout>;
  explicit Machine(Script* script) : script_(*script) {}
  void pre_start() override {
    if (script_.at_start) {
      script_.at_start(*this);
    }
  }
  void on(const Do& order) { obey(order); }
  void on(const int& number) {
    hear(std::to_string(number));
    if (script_.with_numbers) {
      script_.with_numbers(*this, number);
    }
  }
  void on(const std::string& text) { hear(text); }
  void on(const Terminated& /*end*/) { hear("end"); }
  void on(const ReceiveTimeout& /*timeout*/) {
    hear("silence");
    BOOST_TEST(!sender());
    if (script_.in_silence) {
      script_.in_silence(*this);
    }
  }
  void obey(const Do& order) { order.what(*this); }
  void hear(std::string what) { script_.heard.push_back(std::move(what)); }

  using Actor::become;
  using Actor::become_stacked;
  using Actor::cancel_receive_timeout;
  using Actor::kDefaultStashLimit;
  using Actor::set_receive_timeout;
  using Actor::set_stash_limit;
  using Actor::stash;
  using Actor::unbecome;
  using Actor::unhandled;
  using Actor::unstash_all;

 private:
  Script& script_;
};

/// One Machine. Errors, dead letters and unhandled messages are noted like what it hears.
class Stage {
 public:
  explicit Stage(Script told = {}, Decision on_failure = Decision::Stop)
      : script(std::move(told)),
        node(engine::NodeCore::Options{.guardian_decision = std::move(on_failure)}) {
    note<Error>([](const Error& event) {
      return "error with " + text(event.message) + ": " + describe(event.error);
    });
    note<DeadLetter>([](const DeadLetter& event) { return "dead " + text(event.message); });
    note<UnhandledMessage>(
        [](const UnhandledMessage& event) { return "unhandled " + text(event.message); });
    machine = spawn<Machine>(&script);
    node.run();
  }

  template <class A, class... Args>
  Ref spawn(Args... args) const {
    return node.spawn(detail::kActorType<A>, detail::make_factory<A>(std::move(args)...));
  }
  void tell(std::function<void(Machine&)> what) const {
    machine << Do{[what = std::move(what)](Puppet& me) { what(static_cast<Machine&>(me)); }};
    node.run();
  }
  template <class... Ms>
  void send(Ms... messages) const {
    (machine << ... << std::move(messages));
    node.run();
  }
  void pass(std::chrono::milliseconds time) const {
    node.pass(time);
    node.run();
  }
  /// That was noted since the last look, and nothing else.
  void expect(std::initializer_list<std::string> expected) {
    BOOST_TEST(std::exchange(script.heard, {}) == std::vector<std::string>(expected),
               boost::test_tools::per_element());
  }

  Script script;
  ManualNode node;
  Ref machine;

 private:
  static std::string text(const AnyMessage& message) {
    if (!message) {
      return "nothing";
    }
    if (const int* const number = message.get_if<int>()) {
      return std::to_string(*number);
    }
    const auto* const words = message.get_if<std::string>();
    return words != nullptr ? *words : std::string(message.type_name());
  }
  template <class E>
  void note(std::string (*line)(const E&)) {
    node.core().events().subscribe(detail::kMessageType<E>, [this, line](const void* event) {
      script.heard.push_back(line(*static_cast<const E*>(event)));
    });
  }
};

}  // namespace spinoff::testing
