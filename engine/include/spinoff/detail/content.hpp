/// What a message is, wherever it lies: in the mailbox itself, in a timer, in the envelope of a
/// router that counts it, or in a waiting room.
#pragma once

#include <spinoff/detail/envelope.hpp>

namespace spinoff::detail {

struct Content {
  const MessageType& type;
  const void* payload;

  template <class T>
  [[nodiscard]] const T& as() const noexcept {
    return *static_cast<const T*>(payload);
  }
};

/// For who has the message: the actor that it came to, or whoever is about to send it. What lies in
/// a room is drawn by this.
Content content_of(Envelope& message);

}  // namespace spinoff::detail
