/// Events as messages to actors.
#pragma once

#include <type_traits>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/events.hpp>
#include <spinoff/ref.hpp>

namespace spinoff::detail {

template <class E>
constexpr void check_event() {
  static_assert(!std::is_same_v<E, Terminated>,
                "the end of an actor comes to whoever watches it: use watch(actor), or "
                "Node::subscribe for all");
  static_assert(std::is_copy_constructible_v<E>,
                "an event goes to all who want it, so it must be copyable");
}

// Who subscribes to what it causes itself would never come to an end.
template <class E>
bool leads_in_circles(const E& event, const Ref& subscriber) {
  if constexpr (std::is_same_v<E, DeadLetter>) {
    return event.sender == subscriber || event.message.template is<E>();
  } else if constexpr (std::is_same_v<E, Error> || std::is_same_v<E, UnhandledMessage>) {
    return event.actor == subscriber || event.message.template is<E>();
  } else {
    return false;
  }
}

template <class E>
void tell(const Ref& subscriber, const E& event) {
  deliver_or_drop(RefAccess::target(subscriber), RefAccess::generation(subscriber),
                  Envelope::make<E>(Sender{}, event));
}

}  // namespace spinoff::detail
