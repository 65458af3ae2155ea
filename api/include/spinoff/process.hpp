/// An actor written as one coroutine that asks for the messages it wants.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <spinoff/actor.hpp>
#include <spinoff/any_message.hpp>
#include <spinoff/detail/gets.hpp>
#include <spinoff/detail/kept_messages.hpp>
#include <spinoff/task.hpp>

namespace spinoff {

/// Derive from it and write `Task<> run(...)`. The arguments of `spawn` go to `run` (or to the
/// constructor, if that takes them). `run` starts after construction; when it returns the process
/// stops, and what it throws goes to its supervisor. Messages that nobody asks for are kept, in
/// order.
class Process : public Actor {
 protected:
  /// `co_await get<Ack>()`: the oldest message that is an Ack; `get<A, B>()`: that is one of these,
  /// as a std::variant; `get()`: whatever it is, as an AnyMessage. Other messages stay for later.
  template <class... Ts>
  detail::Get<Ts...> get() {
    return {*this};
  }
  /// `co_await get([](const Ack& ack) { return ack.id == 3; })`: the oldest that it accepts; with
  /// several predicates, of one type of message each, that one of them accepts, as a std::variant.
  /// One without captures goes by the message alone, and is asked once about each. What others
  /// refuse is looked at again by each such `get`; see `get<&Ack::id>(3)`.
  template <class... Predicates>
    requires(sizeof...(Predicates) != 0 &&
             (detail::Predicate<std::remove_cvref_t<Predicates>> && ...))
  detail::GetIf<std::remove_cvref_t<Predicates>...> get(Predicates&&... predicates) {
    detail::check_made_before<Predicates...>();
    return {*this, {std::forward<Predicates>(predicates)...}};
  }
  /// `co_await get<&Ack::id>(3)`: the oldest Ack whose `id` (or what that member function gives) is
  /// 3, found at once, however many others are kept. The member must be one of the message's own
  /// class and not of a base, and have `==` and a std::hash.
  template <auto Member>
    requires std::is_member_pointer_v<decltype(Member)>
  detail::GetBy<Member> get(typename detail::GetBy<Member>::Value value) {
    return {*this, std::move(value)};
  }
  /// All of these with a limit behind: `get<Ack>(5s)` is `with_timeout(5s, get<Ack>())`, and throws
  /// Timeout.
  template <class... Ts>
  detail::Timed<detail::Get<Ts...>> get(std::chrono::nanoseconds limit) {
    return {limit, {*this}};
  }
  template <class... Args>
    requires detail::kPredicatesAndLimit<std::remove_cvref_t<Args>...>
  auto get(Args&&... args) {
    return [&]<std::size_t... I>(std::index_sequence<I...> /*predicates*/) {
      auto all = std::forward_as_tuple(std::forward<Args>(args)...);
      return with_timeout(
          std::get<sizeof...(I)>(all),
          get(std::forward<std::tuple_element_t<I, decltype(all)>>(std::get<I>(all))...));
    }(std::make_index_sequence<sizeof...(Args) - 1>());
  }
  template <auto Member>
    requires std::is_member_pointer_v<decltype(Member)>
  detail::Timed<detail::GetBy<Member>> get(typename detail::GetBy<Member>::Value value,
                                           std::chrono::nanoseconds limit) {
    return {limit, {*this, std::move(value)}};
  }
  /// The oldest T that has come, if there is one now. Never waits.
  template <class T>
  std::optional<T> get_nowait() {
    if (!look_for_messages()) {
      return std::nullopt;
    }
    if (const detail::EnvelopePtr message = kept_.take(detail::wanted_types<T>())) {
      note_sender(*message);
      return std::move(message->as<T>());
    }
    return std::nullopt;
  }
  using Actor::watch;
  /// See Actor::watch. While a `Terminated` of that actor is kept, it is still the one that comes.
  template <std::derived_from<Ref> R>
  R watch(R actor) {
    return kept_.has_end_of(actor) ? actor : Actor::watch(std::move(actor));
  }
  /// See Actor::unwatch; a `Terminated` of that actor that is kept goes as well.
  void unwatch(const Ref& actor);
  /// Gives up all kept messages: each becomes an UnhandledMessage event. At a Terminated it throws
  /// UnhandledTermination, and leaves what came behind that.
  void flush();

  /// Who sent the message that was got last.
  [[nodiscard]] Ref sender() const noexcept {
    return held_sender_ ? Ref(held_sender_)
                        : detail::RefAccess::borrow(sender_.target, sender_.generation);
  }
  /// Sends a message on in the name of who sent the message that was got last.
  template <class M>
    requires(!std::is_same_v<std::decay_t<M>, AnyMessage>)
  void forward(const Ref& to, M&& message) const {
    pass_on(to,
            detail::Envelope::make<detail::Payload<M>>(detail::Sender{}, std::forward<M>(message)));
  }
  /// The same with what `get()` gave, which must be copyable, else std::invalid_argument.
  void forward(const Ref& to, const AnyMessage& message) const;

 public:
  // What is for actors with handlers. As templates, these say so only where they are used.

  /// What nobody asks for is kept; see `flush`.
  void unhandled() = delete;
  template <class P = Process>
  void stash() {
    static_assert(!std::is_same_v<P, Process>,
                  "a process need not stash: what it does not ask for is kept until it does");
  }
  template <class P = Process>
  void unstash_all() {
    stash<P>();
  }
  template <class P = Process>
  void set_receive_timeout(std::chrono::nanoseconds /*limit*/) {
    static_assert(!std::is_same_v<P, Process>,
                  "a process says how long it waits where it waits: `co_await get<M>(5s)`");
  }
  detail::EnvelopePtr take_kept() override { return kept_.take_oldest(); }
  [[nodiscard]] bool has_kept() const noexcept override { return !kept_.empty(); }
  void refuse_asker(std::string_view reason) override;
  /// For the engine.
  static detail::Handled receive_any(detail::Behavior& process, detail::EnvelopePtr& message);

 private:
  friend class detail::MessageWait;
  void note_sender(const detail::Envelope& message);
  void pass_on(const Ref& to, detail::EnvelopePtr message) const;
  bool look_for_messages();

  detail::KeptMessages kept_;
  detail::MessageWait* waiting_ = nullptr;
  detail::Sender sender_;
  Ref held_sender_;  // an ask or a name at another node, which nobody else holds
};

}  // namespace spinoff
