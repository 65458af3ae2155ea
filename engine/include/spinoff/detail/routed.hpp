/// A message that its sender counts until it is handled.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include <spinoff/detail/envelope.hpp>

namespace spinoff::detail {

/// How many messages a routee was sent and has not handled.
using Load = std::shared_ptr<std::atomic<std::size_t>>;

/// What lies in the mailbox for a message that counts: the message in an envelope of its own. So
/// the usual messages pay nothing for those that count.
struct Routed {
  static constexpr auto kKind = MessageKind::routed;

  static EnvelopePtr wrap(EnvelopePtr message, Load load) {
    load->fetch_add(1, std::memory_order_relaxed);
    return Envelope::make<Routed>(Sender{}, Routed(std::move(message), std::move(load)));
  }
  /// Takes the message out; it counts until `routed` is gone.
  static EnvelopePtr open(Envelope& routed) noexcept {
    EnvelopePtr message = std::move(routed.as<Routed>().message);
    message->target_generation = routed.target_generation;
    return message;
  }

  Routed(EnvelopePtr counted, Load where) noexcept
      : message(std::move(counted)), load(std::move(where)) {}
  Routed(Routed&& other) noexcept = default;
  Routed(const Routed&) = delete;
  Routed& operator=(const Routed&) = delete;
  Routed& operator=(Routed&&) = delete;
  ~Routed() {
    if (load != nullptr) {
      load->fetch_sub(1, std::memory_order_relaxed);
    }
  }

  EnvelopePtr message;
  Load load;
};

}  // namespace spinoff::detail
