#include "unwrap.hpp"

#include <spinoff/engine/delayed_message.hpp>
#include <spinoff/engine/system_messages.hpp>

#include "ref_codec.hpp"

namespace spinoff::engine {

using detail::Envelope;
using detail::EnvelopePtr;

EnvelopePtr unwrap(EnvelopePtr message, NodeAnchor& anchor) {
  switch (message->type().kind) {
    case detail::MessageKind::scheduled: {
      const std::uint32_t generation = message->target_generation;
      EnvelopePtr inner = message->as<detail::Scheduled>().task->claim();
      if (inner != nullptr) {
        inner->target_generation = generation;
      }
      return inner;
    }
    case detail::MessageKind::encoded: {
      const Encoded& encoded = message->as<Encoded>();
      const DecodingFor scope(anchor);
      detail::Sender sender = message->sender();
      if (sender.counted) {
        sender.target->retain();
      }
      EnvelopePtr decoded = Envelope::make_dynamic(*encoded.type, sender, [&](void* place) {
        encoded.type->decode(encoded.payload, place);
      });
      decoded->target_generation = message->target_generation;
      return decoded;
    }
    default:
      return message;
  }
}

}  // namespace spinoff::engine
