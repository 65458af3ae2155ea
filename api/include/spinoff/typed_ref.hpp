/// A Ref that knows which messages its actor takes.
#pragma once

#include <type_traits>
#include <utility>

#include <spinoff/ask.hpp>
#include <spinoff/detail/dispatch.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/send_when_room.hpp>
#include <spinoff/timer.hpp>

namespace spinoff {

namespace detail {

/// Actors that do not declare what they receive (processes may not) are sent anything.
template <class A, class M>
constexpr bool takes() {
  if constexpr (DeclaresReceives<A>) {
    // What is no list is reported where the actor is spawned.
    return !ListOfMessages<typename A::Receives>::kIsList ||
           kListed<typename A::Receives, Payload<M>>;
  } else {
    return true;
  }
}

template <class A, class M>
constexpr void check_taken() {
  static_assert(takes<A, M>(),
                "this actor does not take this message: it is not listed in the actor's Receives");
}

template <class A, class List>
inline constexpr bool kTakesAll = false;
template <class A, class... Ms>
inline constexpr bool kTakesAll<A, Messages<Ms...>> = (takes<A, Ms>() && ...);
template <class A, class... Ms>
inline constexpr bool kTakesAll<A, RemoteMessages<Ms...>> = (takes<A, Ms>() && ...);

/// Stands for the reply that a message declares: `using Reply = Balance;`.
struct DeclaredReply {};

template <class Reply, class M>
struct ReplyFor {
  using Type = Reply;
};
template <class Reply, class M>
  requires requires { typename M::Reply; }
struct ReplyFor<Reply, M> {
  static_assert(std::is_same_v<Reply, typename M::Reply>,
                "this message declares another reply: leave it to the message, ask(message)");
  using Type = typename M::Reply;
};
template <class M>
struct ReplyFor<DeclaredReply, M> {
  static constexpr bool kDeclared = !std::is_same_v<M, M>;
  static_assert(kDeclared,
                "this message does not say what its reply is: give it `using Reply = ...;`, or "
                "write ask<Reply>(message)");
  using Type = DeclaredReply;
};
template <class M>
  requires requires { typename M::Reply; }
struct ReplyFor<DeclaredReply, M> {
  using Type = typename M::Reply;
};
template <class Reply, class M>
using ReplyTo = typename ReplyFor<Reply, Payload<M>>::Type;

}  // namespace detail

/// What `spawn<A>` gives: a Ref that takes the messages of A's `Receives`. A may also be a
/// protocol, a struct that only names messages; any actor that takes these then fits. It converts
/// to Ref, which takes any message and lets the actor say at run time that it is unhandled.
template <class A>
class TypedRef : public Ref {
 public:
  using Protocol = A;

  TypedRef() = default;
  /// Trusts the caller that `ref` names an A.
  explicit TypedRef(Ref ref) : Ref(std::move(ref)) {}
  /// From an actor to a protocol all of whose messages it takes.
  template <class Actor>
    requires(!std::is_same_v<Actor, A>)
  TypedRef(const TypedRef<Actor>& actor)  // NOLINT(google-explicit-constructor): nothing is lost
      : Ref(actor) {
    if constexpr (detail::DeclaresReceives<A>) {
      static_assert(detail::kTakesAll<Actor, typename A::Receives>,
                    "this ref's actor does not take all messages of the protocol");
    } else {
      static_assert(detail::DeclaresReceives<A>,
                    "a ref becomes one to a protocol only: a struct that names messages, `using "
                    "Receives = spinoff::Messages<...>;`");
    }
  }

  template <class M>
  const TypedRef& operator<<(M&& message) const {
    send(std::forward<M>(message));
    return *this;
  }
  template <class M>
  void send(M&& message) const {
    detail::check_taken<A, M>();
    Ref::send(std::forward<M>(message));
  }
  /// See Ref::ask. What the reply is follows from the message, if that declares it: `ref.ask(m)`
  /// gives an `M::Reply`.
  template <class Reply = detail::DeclaredReply, class M>
  [[nodiscard]] Future<detail::ReplyTo<Reply, M>> ask(
      M&& message, std::chrono::nanoseconds timeout = std::chrono::seconds(5)) const {
    detail::check_taken<A, M>();
    return Ref::ask<detail::ReplyTo<Reply, M>>(std::forward<M>(message), timeout);
  }
  template <class M>
  [[nodiscard]] SendWhenRoom send_when_room(M&& message) const {
    detail::check_taken<A, M>();
    return Ref::send_when_room(std::forward<M>(message));
  }
  template <class M>
  Timer send_later(std::chrono::nanoseconds delay, M&& message) const {
    detail::check_taken<A, M>();
    return Ref::send_later(delay, std::forward<M>(message));
  }
};

}  // namespace spinoff

template <class A>
struct std::hash<spinoff::TypedRef<A>> : std::hash<spinoff::Ref> {};
