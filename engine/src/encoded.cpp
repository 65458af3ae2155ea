#include <string>

#include <spinoff/engine/encoded.hpp>

namespace spinoff::engine {

using detail::Envelope;
using detail::EnvelopePtr;
using detail::MessageType;
using detail::Sender;

namespace {

// A message holds at most so many times its own size.
constexpr std::size_t kMostHeld = 8;

// What an envelope's own head takes of its block.
constexpr std::size_t kHead = sizeof(Envelope) + sizeof(Encoded);

template <std::size_t blocks>
EnvelopePtr in_place(Sender sender, const MessageType& type, std::string_view payload) {
  return Envelope::make<EncodedInPlace<blocks * detail::kBlockUnit - kHead>>(sender, type, payload);
}

// The caller's bytes, for as long as they are needed.
class OwnBytes final : public SharedBytes {
 public:
  explicit OwnBytes(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t size() const noexcept override { return bytes_.size(); }
  [[nodiscard]] std::string_view view() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

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

EnvelopePtr make_copied(Sender sender, const MessageType& type, std::string_view payload) {
  auto* const bytes = new OwnBytes(payload);  // NOLINT(cppcoreguidelines-owning-memory)
  EnvelopePtr message = Envelope::make<EncodedPart>(sender, type, bytes->view(), *bytes);
  bytes->release();
  return message;
}

}  // namespace

EnvelopePtr make_encoded(Sender sender, const MessageType& type, std::string_view payload,
                         SharedBytes& bytes) {
  EnvelopePtr message = make_short(sender, type, payload);
  if (message != nullptr) {
    return message;
  }
  return payload.size() < bytes.size() / kMostHeld
             ? make_copied(sender, type, payload)
             : Envelope::make<EncodedPart>(sender, type, payload, bytes);
}

EnvelopePtr make_encoded(Sender sender, const MessageType& type, std::string_view payload) {
  EnvelopePtr message = make_short(sender, type, payload);
  return message != nullptr ? std::move(message) : make_copied(sender, type, payload);
}

}  // namespace spinoff::engine
