/// A probe: an actor whose messages a test looks at.
#pragma once

#include <chrono>
#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <spinoff/any_message.hpp>
#include <spinoff/node.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/testing/expectation.hpp>

namespace spinoff::testing {

/// Stands where an actor would: give its `ref()` to those that are tested, send in its name, and
/// say what has to come. It takes messages of any type, and keeps them in order until the test asks
/// for them. Works in a Simulation, where a wait runs the nodes and its limit is of virtual time,
/// and on any other node, where it blocks. All members are for one thread, which is no actor's.
///
///     Probe probe(node);
///     probe.send(greeter, Hello{"you"});
///     BOOST_TEST(probe.expect<Greeting>().text == "hello you");
class Probe {
 public:
  /// A top-level actor of that name; without one, of a name that is made up. Throws what spawn
  /// does. The node has to be there as long as the probe is used.
  explicit Probe(Node& node, std::string name = {});
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;
  /// Stops the actor.
  ~Probe();

  [[nodiscard]] const Ref& ref() const noexcept { return ref_; }

  /// Sends in the name of the probe, so that replies come to it.
  template <class M>
  void send(const Ref& to, M&& message) const {
    spinoff::detail::deliver(
        spinoff::detail::RefAccess::target(to), spinoff::detail::RefAccess::generation(to),
        spinoff::detail::Envelope::make<spinoff::detail::Payload<M>>(
            spinoff::detail::RefAccess::sender(ref_), std::forward<M>(message)));
  }
  /// The same, to who sent what was expected last.
  template <class M>
  void reply(M&& message) const {
    send(sender_, std::forward<M>(message));
  }
  /// Who sent what was expected last.
  [[nodiscard]] const Ref& sender() const noexcept { return sender_; }

  /// The next message, which has to be an M and come within `limit`. Throws ExpectationFailed,
  /// which says what came instead; that stays the next.
  template <class M>
  M expect(std::chrono::nanoseconds limit = kPatience) {
    return take<M>(next(&type_of<M>(), limit));
  }
  /// The same, and `accepts` has to say so of it.
  template <class M, std::predicate<const M&> Accepts>
  M expect(const Accepts& accepts, std::chrono::nanoseconds limit = kPatience) {
    spinoff::detail::EnvelopePtr message = next(&type_of<M>(), limit);
    if (!accepts(std::as_const(message->as<M>()))) {
      refuse(type_of<M>());
    }
    return take<M>(std::move(message));
  }
  /// The next message, whatever it is.
  AnyMessage expect_any(std::chrono::nanoseconds limit = kPatience) {
    return AnyMessage(next(nullptr, limit));
  }
  /// The next M, however many others come before it; those are gone.
  template <class M>
  M fish(std::chrono::nanoseconds limit = kPatience) {
    return take<M>(next_of(type_of<M>(), limit));
  }
  /// Nothing is there, and nothing comes for so long.
  void expect_none(std::chrono::nanoseconds duration = kQuiet);

  /// Asks for a Terminated of that actor.
  void watch(const Ref& actor) const;
  void unwatch(const Ref& actor) const;
  /// The next message is the Terminated of that actor, which is watched.
  void expect_terminated(const Ref& actor, std::chrono::nanoseconds limit = kPatience);

 private:
  struct Inbox;

  template <class M>
  static const spinoff::detail::MessageType& type_of() noexcept {
    return spinoff::detail::message_type<M>();
  }
  template <class M>
  static M take(spinoff::detail::EnvelopePtr message) {
    return std::move(message->as<M>());
  }
  spinoff::detail::EnvelopePtr next(const spinoff::detail::MessageType* wanted,
                                    std::chrono::nanoseconds limit);
  spinoff::detail::EnvelopePtr next_of(const spinoff::detail::MessageType& wanted,
                                       std::chrono::nanoseconds limit);
  [[noreturn]] void refuse(const spinoff::detail::MessageType& type) const;
  [[noreturn]] void fail(std::string_view expected, const std::string& instead) const;

  const std::shared_ptr<Inbox> inbox_;
  Ref ref_;
  Ref sender_;
};

}  // namespace spinoff::testing
