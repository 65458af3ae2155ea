#include <spinoff/engine/encoded.hpp>

namespace spinoff::engine {

using detail::Envelope;
using detail::EnvelopePtr;
using detail::MessageType;
using detail::Sender;

namespace {

// What an envelope's own head takes of its block.
constexpr std::size_t kHead = sizeof(Envelope) + sizeof(Encoded);

template <std::size_t blocks>
EnvelopePtr in_place(Sender sender, const MessageType& type, std::string_view payload) {
  return Envelope::make<EncodedInPlace<blocks * detail::kBlockUnit - kHead>>(sender, type, payload);
}

EnvelopePtr make_short(Sender sender, const MessageType& type, std::string_view payload) {
  switch ((kHead + payload.size() + detail::kBlockUnit - 1) / detail::kBlockUnit) {
    case 1:
      return in_place<1>(sender, type, payload);
    case 2:
      return in_place<2>(sender, type, payload);
    case 3:
    case 4:
      return in_place<4>(sender, type, payload);
    case 5:
    case 6:
    case 7:
    case 8:
      return in_place<8>(sender, type, payload);
    default:
      return nullptr;
  }
}

}  // namespace

EnvelopePtr make_encoded(Sender sender, const MessageType& type, std::string_view payload,
                         SharedBytes& bytes) {
  EnvelopePtr message = make_short(sender, type, payload);
  return message != nullptr ? std::move(message)
                            : Envelope::make<EncodedPart>(sender, type, keep(payload, bytes));
}

EnvelopePtr make_encoded(Sender sender, const MessageType& type, std::string_view payload) {
  EnvelopePtr message = make_short(sender, type, payload);
  return message != nullptr ? std::move(message)
                            : Envelope::make<EncodedPart>(sender, type, keep_copy(payload));
}

}  // namespace spinoff::engine
