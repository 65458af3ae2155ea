/// A behavior that an actor becomes: handlers that are values, found by comparisons.
#pragma once

#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include <spinoff/detail/behavior.hpp>
#include <spinoff/detail/dispatch.hpp>

namespace spinoff::detail {

class Handlers {
 public:
  Handlers() = default;
  Handlers(const Handlers&) = delete;
  Handlers& operator=(const Handlers&) = delete;
  virtual ~Handlers() = default;
  /// The same as a Receive.
  virtual Handled receive(EnvelopePtr& message) = 0;
};

// What a handler takes: a member function of the actor, or something that is called.
template <class H>
struct Handling {};
template <class R, class C, class M>
struct Handling<R (C::*)(M)> {
  using Message = std::remove_cvref_t<M>;
  using Result = R;
};
template <class R, class C, class M>
struct Handling<R (C::*)(M) const> : Handling<R (C::*)(M)> {};
template <class R, class C, class M>
struct Handling<R (C::*)(M) noexcept> : Handling<R (C::*)(M)> {};
template <class R, class C, class M>
struct Handling<R (C::*)(M) const noexcept> : Handling<R (C::*)(M)> {};
template <class H>
  requires requires { &H::operator(); }
struct Handling<H> : Handling<decltype(&H::operator())> {};

template <class H>
concept HandlesOne = requires { typename Handling<H>::Message; };

// What is wrong with a behavior, one thing at a time. The compiler names the message as M.

template <class A, class M>
consteval bool can_handle() {
  static_assert(kListed<typename A::Receives, M>,
                "this behavior handles a message M that the actor does not take: list M in "
                "Receives, and give the actor a handler `on(const M&)` for it");
  return kListed<typename A::Receives, M>;
}

template <class A, class H>
consteval bool check_handler() {
  static_assert(HandlesOne<H>,
                "a handler of a behavior takes one message, whose type it names: "
                "`[this](const M& message) {...}`, or `&MyActor::handle`, which is not overloaded");
  if constexpr (HandlesOne<H>) {
    using M = typename Handling<H>::Message;
    if constexpr (can_handle<A, M>()) {
      constexpr bool kTakes = std::is_invocable_v<H, M> || std::is_invocable_v<H, A&, M>;
      static_assert(kTakes, "a handler takes its message as `const M&`, `M` or `M&&`");
      static_assert(!kTakes || std::is_void_v<typename Handling<H>::Result>,
                    "a handler of a behavior must return void, since nobody would get its result");
      return kTakes && std::is_void_v<typename Handling<H>::Result>;
    }
  }
  return false;
}

template <class... Ms>
inline constexpr bool kDistinct = true;
template <class M, class... Ms>
inline constexpr bool kDistinct<M, Ms...> = (!std::is_same_v<M, Ms> && ...) && kDistinct<Ms...>;

template <class A, class... Hs>
consteval bool check_behavior() {
  static_assert(!IsProcess<A>,
                "a process does not become: its run() says what it wants next, with `co_await "
                "get<M>()`");
  static_assert(IsProcess<A> || DeclaresReceives<A>,
                "an actor that becomes says which messages it takes: add "
                "`using Receives = spinoff::Messages<...>;`");
  if constexpr (!IsProcess<A> && DeclaresReceives<A>) {
    if constexpr ((check_handler<A, Hs>() && ...)) {
      constexpr bool kOnceEach = kDistinct<typename Handling<Hs>::Message...>;
      static_assert(kOnceEach, "this behavior has two handlers for the same message");
      return kOnceEach;
    }
  }
  return false;
}

template <class A, class... Hs>
class HandlersOf final : public Handlers {
 public:
  explicit HandlersOf(A& actor, Hs... handlers)
      : actor_(actor), handlers_(std::move(handlers)...) {}

  Handled receive(EnvelopePtr& message) override {
    const bool handled = std::apply(
        [&](Hs&... handlers) { return (handle_with(handlers, message) || ...); }, handlers_);
    return handled ? Handled::yes : Handled::no;
  }

 private:
  template <class H>
  bool handle_with(H& handler, EnvelopePtr& message) {
    using M = typename Handling<H>::Message;
    if (&message->type() != &kMessageType<M>) {
      return false;
    }
    if constexpr (std::is_member_function_pointer_v<H>) {
      (actor_.*handler)(std::move(message->as<M>()));
    } else {
      handler(std::move(message->as<M>()));
    }
    Envelope::dispose<M>(message.release());
    return true;
  }

  A& actor_;
  std::tuple<Hs...> handlers_;
};

template <class A, class... Hs>
std::shared_ptr<Handlers> make_handlers(A& actor, Hs... handlers) {
  if constexpr (check_behavior<A, Hs...>()) {
    return std::make_shared<HandlersOf<A, Hs...>>(actor, std::move(handlers)...);
  } else {
    return nullptr;
  }
}

}  // namespace spinoff::detail
