/// A Ref that knows which messages its actor takes.
#pragma once

#include <utility>

#include <spinoff/ask.hpp>
#include <spinoff/detail/dispatch.hpp>
#include <spinoff/ref.hpp>
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

}  // namespace detail

/// What `spawn<A>` gives. It converts to Ref, which takes any message and lets the actor say at run
/// time that it is unhandled.
template <class A>
class TypedRef : public Ref {
 public:
  using Protocol = A;

  TypedRef() = default;
  /// Trusts the caller that `ref` names an A.
  explicit TypedRef(Ref ref) : Ref(std::move(ref)) {}

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
  template <class Reply, class M>
  [[nodiscard]] Future<Reply> ask(
      M&& message, std::chrono::nanoseconds timeout = std::chrono::seconds(5)) const {
    detail::check_taken<A, M>();
    return Ref::ask<Reply>(std::forward<M>(message), timeout);
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
