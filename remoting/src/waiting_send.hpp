/// A message of an actor, or of a thread that is none, that waits for room on the way to another
/// node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/waiting_room.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/uri.hpp>

#include "outbox.hpp"
#include "waiting_line.hpp"

namespace spinoff::remoting {

class WaitingSend final : public WaitingMessage {
 public:
  /// Makes a dead letter.
  using GiveBack =
      std::function<void(const Uri& to, detail::EnvelopePtr message, const std::string& why)>;

  WaitingSend(std::uint64_t number, Ref to, std::string payload, std::string sender,
              engine::RoomWaiter waiter, GiveBack give_back)
      : WaitingMessage(number),
        to_(std::move(to)),
        payload_(std::move(payload)),
        sender_(std::move(sender)),
        waiter_(std::move(waiter)),
        give_back_(std::move(give_back)) {}

  /// Throws std::length_error, and takes nothing, if it is too long for the wire.
  void take(detail::EnvelopePtr& message) {
    Outbox::check(message_of(*message));
    message_ = std::move(message);
  }
  detail::EnvelopePtr give() { return std::move(message_); }

  [[nodiscard]] OutgoingMessage message() const override { return message_of(*message_); }
  [[nodiscard]] std::size_t bytes() const noexcept override { return Outbox::bytes_of(payload_); }
  void came_in() noexcept override { waiter_.tell(); }
  void ended(const std::string& reason) noexcept override {
    give_back_(to_.uri(), std::move(message_), reason);
    waiter_.tell();
  }

 private:
  [[nodiscard]] OutgoingMessage message_of(const detail::Envelope& envelope) const {
    auto& to = *static_cast<engine::NameTarget*>(detail::RefAccess::target(to_));
    return {.to = to,
            .generation = detail::RefAccess::generation(to_),
            .path = to.uri().path(),
            .sender = sender_,
            .is_sender_known = true,
            .envelope = envelope,
            .payload = payload_};
  }

  const Ref to_;
  const std::string payload_;
  const std::string sender_;
  const engine::RoomWaiter waiter_;
  const GiveBack give_back_;
  detail::EnvelopePtr message_;
};

}  // namespace spinoff::remoting
