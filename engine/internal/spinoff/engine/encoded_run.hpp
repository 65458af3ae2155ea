/// Short messages of one sender to one actor that came together from another node: they lie in the
/// mailbox as they came, in one envelope, and each is decoded when its turn comes.
///
/// Its memory is a part of what came over the network, which it holds until its last message has
/// been taken; or a copy, if that is small beside the whole. For each of its messages it counts
/// their sender, and gives that count to the message that is taken. A mailbox counts it as the
/// messages that are in it. Only whoever may handle or drop what is in the mailbox touches it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/engine/shared_bytes.hpp>
#include <spinoff/serialization/payload_run.hpp>

namespace spinoff::engine {

class EncodedRun {
 public:
  static constexpr auto kKind = detail::MessageKind::encoded_run;

  using Payloads = serialization::PayloadRun;

  /// Of fewer messages, an envelope for each costs no more.
  static constexpr std::uint32_t kWorthIt = 4;

  /// The sender, if there is one, is counted once for each message, and once more for the envelope;
  /// not any more if it throws. The payloads are a part of `bytes`.
  static detail::EnvelopePtr make(detail::Sender sender, const detail::MessageType& type,
                                  const Payloads& payloads, SharedBytes& bytes);

  /// For Envelope.
  EncodedRun(const detail::MessageType& type, detail::Target* sender, const Payloads& payloads,
             BytesHolder holder) noexcept
      : type_(&type), sender_(sender), payloads_(payloads), holder_(std::move(holder)) {}
  EncodedRun(EncodedRun&& other) noexcept
      : type_(other.type_),
        sender_(std::exchange(other.sender_, nullptr)),
        payloads_(other.payloads_),
        holder_(std::move(other.holder_)) {}
  EncodedRun(const EncodedRun&) = delete;
  EncodedRun& operator=(const EncodedRun&) = delete;
  EncodedRun& operator=(EncodedRun&&) = delete;
  ~EncodedRun() {
    if (sender_ != nullptr) {
      sender_->release_some(payloads_.count());
    }
  }

  static bool is_one(const detail::Envelope& message) noexcept {
    return message.type().kind == kKind;
  }

  /// Of its messages.
  [[nodiscard]] const detail::MessageType& type() const noexcept { return *type_; }
  [[nodiscard]] std::uint32_t count() const noexcept { return payloads_.count(); }
  /// Of the oldest; good as long as the run lives.
  [[nodiscard]] std::string_view first_payload() const noexcept { return payloads_.first(); }
  /// The oldest is not in it any more, and the count of its sender is the caller's.
  void drop_first() noexcept { payloads_.drop_first(); }

  /// The oldest message of a run, still encoded, which is not in it any more; unless it throws.
  static detail::EnvelopePtr take_first(detail::Envelope& run);

 private:
  const detail::MessageType* type_;
  detail::Target* sender_;
  Payloads payloads_;
  BytesHolder holder_;
};

/// How many messages an envelope is.
inline std::size_t messages_in(detail::Envelope& message) noexcept {
  return EncodedRun::is_one(message) ? message.as<EncodedRun>().count() : 1;
}

}  // namespace spinoff::engine
