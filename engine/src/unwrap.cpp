#include "unwrap.hpp"

#include <spinoff/detail/routed.hpp>
#include <spinoff/engine/delayed_message.hpp>
#include <spinoff/engine/encoded.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/ticket.hpp>
#include <spinoff/errors.hpp>

#include "ref_codec.hpp"

namespace spinoff::engine {

using detail::Envelope;
using detail::EnvelopePtr;

namespace {

// In a handler of whatever the decoder threw, which may be the user's own code.
[[noreturn]] void refuse(Envelope& message, NodeAnchor& anchor) {
  const std::string what = "a message of type '" + std::string(message.as<Encoded>().type->name) +
                           "' could not be decoded: " + describe(std::current_exception());
  if (const NodeAnchor::Entry entry(anchor); entry.node() != nullptr) {
    entry.node()->refuse_ask(message, what);
    entry.node()->reject_input(RejectedInput::Kind::undecodable, what);
  }
  throw DecodeError(what);
}

}  // namespace

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
    case detail::MessageKind::routed:
      return detail::Routed::open(*message);
    case detail::MessageKind::ticket:
      return unwrap(Ticket::open(*message), anchor);
    case detail::MessageKind::encoded: {
      const Encoded& encoded = message->as<Encoded>();
      const DecodingFor scope(anchor);
      EnvelopePtr decoded;
      try {
        decoded = Envelope::make_dynamic(*encoded.type, detail::Sender{}, [&](void* place) {
          encoded.type->decode(encoded.payload(), place);
        });
      } catch (...) {
        refuse(*message, anchor);
      }
      decoded->take_sender_of(*message);
      decoded->target_generation = message->target_generation;
      return decoded;
    }
    default:
      return message;
  }
}

}  // namespace spinoff::engine
