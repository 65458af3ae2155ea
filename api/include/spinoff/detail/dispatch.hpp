/// From a message's type to the actor's handler, by a table that the compiler makes.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <spinoff/detail/behavior.hpp>

namespace spinoff {

/// The messages that an actor takes: `using Receives = Messages<Hello, Bye>;`. For each of them it
/// has a handler `void on(const M&)` (or `on(M)`, `on(M&&)`, to take the message over). One that
/// has to wait is a coroutine, `Task<> on(const M&)`: see Actor.
template <class... Ms>
struct Messages {};

/// The same, and a promise: each of them can come from another node. An actor that lists a type
/// which cannot be serialized does not compile.
template <class... Ms>
struct RemoteMessages {};

/// Protocols that an actor claims to have: `using Implements = Protocols<Banking, Auditing>;`, or
/// just one of them. A protocol is a struct that names messages, `using Receives = Messages<...>;`.
template <class... Ps>
struct Protocols {};

namespace detail {

template <class A>
concept DeclaresReceives = requires { typename A::Receives; };

template <class A, class M>
concept Handles = requires(A& actor, M&& message) { actor.on(std::move(message)); };

// Whether A has any member named `on`: if so, this name is ambiguous in Both.
struct HasOn {
  int on;
};
template <class A>
struct Both : A, HasOn {};
template <class A>
concept HasHandlers = requires { &A::on; } || (!std::is_final_v<A> && !requires { &Both<A>::on; });

// What is wrong with a list of messages is said by the following, before anything is made of it.
// The compiler names the message that it is about as M.

template <class M>
consteval bool can_come_from_other_nodes() {
  static_assert(Serializable<M>,
                "a message that comes from other nodes must be serializable: give its struct "
                "MSGPACK_DEFINE(fields...), or list it in Messages instead of RemoteMessages");
  return Serializable<M>;
}

template <class A, class M>
consteval bool has_handler() {
  static_assert(Handles<A, M>,
                "this actor lists a message M in Receives, but has no public handler for it: add "
                "`void on(const M&)`");
  if constexpr (Handles<A, M>) {
    using Result = decltype(std::declval<A&>().on(std::declval<M>()));
    constexpr bool kGood = std::is_void_v<Result> || std::is_same_v<Result, Task<>>;
    static_assert(kGood,
                  "a handler must return void, since nobody would get its result; one that has to "
                  "wait is a coroutine, `spinoff::Task<> on(const M&)`");
    return kGood;
  }
  return false;
}

template <class List>
struct ListOfMessages {
  static constexpr bool kIsList = false;
};
template <class... Ms>
struct ListOfMessages<Messages<Ms...>> {
  static constexpr bool kIsList = true;
  static consteval bool check() { return true; }
};
template <class... Ms>
struct ListOfMessages<RemoteMessages<Ms...>> {
  static constexpr bool kIsList = true;
  static consteval bool check() { return (can_come_from_other_nodes<Ms>() && ...); }
};

template <class A>
concept IsProcess = requires { &A::receive_any; };

template <class A>
consteval bool check_receives() {
  if constexpr (DeclaresReceives<A>) {
    using List = ListOfMessages<typename A::Receives>;
    static_assert(List::kIsList,
                  "an actor's Receives must be a list: `using Receives = spinoff::Messages<...>;`, "
                  "or RemoteMessages<...>");
    if constexpr (List::kIsList) {
      return List::check();
    } else {
      return false;
    }
  } else {
    return true;
  }
}

template <class List, class M>
inline constexpr bool kListed = false;
template <class... Ms, class M>
inline constexpr bool kListed<Messages<Ms...>, M> = (std::is_same_v<Ms, M> || ...);
template <class... Ms, class M>
inline constexpr bool kListed<RemoteMessages<Ms...>, M> = (std::is_same_v<Ms, M> || ...);

template <class A, class M>
consteval bool takes_as_claimed() {
  if constexpr (DeclaresReceives<A>) {
    static_assert(kListed<typename A::Receives, M>,
                  "this actor claims a protocol in Implements, but does not take its message M: "
                  "list M in Receives, and give it a handler");
  } else {
    static_assert(IsProcess<A>,
                  "this actor claims a protocol in Implements, but takes no message: give it "
                  "`using Receives = ...;` and handlers");
  }
  return true;
}

template <class A, class P>
struct Claim;
template <class A, class... Ms>
struct Claim<A, Messages<Ms...>> {
  static consteval bool check() { return (takes_as_claimed<A, Ms>() && ...); }
};
template <class A, class... Ms>
struct Claim<A, RemoteMessages<Ms...>> : Claim<A, Messages<Ms...>> {};
template <class A, DeclaresReceives P>
struct Claim<A, P> : Claim<A, typename P::Receives> {};
template <class A, class... Ps>
struct Claim<A, Protocols<Ps...>> {
  static consteval bool check() { return (Claim<A, Ps>::check() && ...); }
};

template <class A>
consteval bool check_implements() {
  if constexpr (requires { typename A::Implements; }) {
    return Claim<A, typename A::Implements>::check();
  }
  return true;
}

template <class A, class M>
[[gnu::always_inline]] inline void call_handler(A& actor, EnvelopePtr& message) {
  if constexpr (std::is_void_v<decltype(actor.on(std::move(message->as<M>())))>) {
    actor.on(std::move(message->as<M>()));
    Envelope::dispose<M>(message.release());
  } else {  // its parameter may refer to the message, which stays until the coroutine is done
    run_handler(actor.on(std::move(message->as<M>())));
  }
}

template <class A, class M>
[[gnu::always_inline]] inline bool handle_if(A& actor, EnvelopePtr& message) {
  if (&message->type() != &kMessageType<M>) {
    return false;
  }
  call_handler<A, M>(actor, message);
  return true;
}

/// For a few types: a comparison each, and the handlers in line.
template <class A, class... Ms>
class DispatchChain {
 public:
  static Handled receive(Behavior& actor, EnvelopePtr& message) {
    return (handle_if<A, Ms>(static_cast<A&>(actor), message) || ...) ? Handled::yes : Handled::no;
  }
};

/// For many: an open hash table with a free slot at least, made at compile time from the types'
/// hashed names.
template <class A, class... Ms>
class DispatchTable {
 public:
  static Handled receive(Behavior& actor, EnvelopePtr& message) {
    const MessageType* const type = &message->type();
    for (std::size_t i = type->hash & kMask;; i = (i + 1) & kMask) {
      const Slot& slot = kSlots[i];
      if (slot.type == type) {
        slot.handler(static_cast<A&>(actor), message);
        return Handled::yes;
      }
      if (slot.type == nullptr) {
        return Handled::no;
      }
    }
  }

 private:
  struct Slot {
    const MessageType* type = nullptr;
    void (*handler)(A& actor, EnvelopePtr& message) = nullptr;
  };
  static constexpr std::size_t kSize = std::bit_ceil(2 * sizeof...(Ms) + 1);
  static constexpr std::size_t kMask = kSize - 1;

  static constexpr std::array<Slot, kSize> make() {
    std::array<Slot, kSize> slots{};
    (insert(slots, Slot{&kMessageType<Ms>, &call_handler<A, Ms>}), ...);
    return slots;
  }
  static constexpr void insert(std::array<Slot, kSize>& slots, Slot slot) {
    std::size_t i = slot.type->hash & kMask;
    while (slots[i].type != nullptr) {
      i = (i + 1) & kMask;
    }
    slots[i] = slot;
  }

  static constexpr std::array<Slot, kSize> kSlots = make();
};

inline constexpr std::size_t kLongestChain = 8;

template <class A, class List>
struct DispatchFor;
template <class A, class... Ms>
struct DispatchFor<A, Messages<Ms...>> {
  static Handled receive(Behavior& actor, EnvelopePtr& message) {
    if constexpr ((has_handler<A, Ms>() && ...)) {
      // Makes the messages known to the decoder: an actor may be sent what this program never
      // sends.
      (static_cast<void>(message_type<Ms>()), ...);
      using Dispatch = std::conditional_t<sizeof...(Ms) <= kLongestChain, DispatchChain<A, Ms...>,
                                          DispatchTable<A, Ms...>>;
      return Dispatch::receive(actor, message);
    } else {
      return Handled::no;
    }
  }
};
template <class A, class... Ms>
struct DispatchFor<A, RemoteMessages<Ms...>> : DispatchFor<A, Messages<Ms...>> {};

template <class A>
Handled receive(Behavior& actor, EnvelopePtr& message) {
  if constexpr (!check_receives<A>() || !check_implements<A>()) {
    return Handled::no;
  } else if constexpr (IsProcess<A>) {
    static_assert(!HasHandlers<A>,
                  "a process has no handlers: let its run() ask for messages with `co_await "
                  "get<M>()`, or make it an actor");
    return A::receive_any(actor, message);  // a Process keeps what it does not await
  } else if constexpr (DeclaresReceives<A>) {
    return DispatchFor<A, typename A::Receives>::receive(actor, message);
  } else {
    static_assert(!HasHandlers<A>,
                  "this actor has handlers named `on`, but does not say for which messages: add "
                  "`using Receives = spinoff::Messages<...>;`");
    return Handled::no;
  }
}

template <class A>
inline constexpr ActorType kActorType{
    .name = type_name<A>(), .receive = &receive<A>, .takes_aside = IsProcess<A>};

}  // namespace detail
}  // namespace spinoff
