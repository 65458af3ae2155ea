#include "unwrap.hpp"

#include <cassert>
#include <string_view>
#include <utility>

#include <spinoff/detail/routed.hpp>
#include <spinoff/engine/delayed_message.hpp>
#include <spinoff/engine/encoded.hpp>
#include <spinoff/engine/encoded_run.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/ticket.hpp>
#include <spinoff/errors.hpp>

#include "ref_codec.hpp"

namespace spinoff::engine {

using detail::Envelope;
using detail::EnvelopePtr;

namespace {

// In a handler of whatever the decoder threw, which may be the user's own code.
[[noreturn]] void refuse(const detail::MessageType& type, const detail::Sender& sender,
                         NodeAnchor& anchor) {
  const std::string what = "a message of type '" + std::string(type.name) +
                           "' could not be decoded: " + describe(std::current_exception());
  if (const NodeAnchor::Entry entry(anchor); entry.node() != nullptr) {
    entry.node()->refuse_ask(sender, what);
    entry.node()->reject_input(RejectedInput::Kind::undecodable, what);
  }
  throw DecodeError(what);
}

EnvelopePtr decode(const detail::MessageType& type, std::string_view payload, NodeAnchor& anchor) {
  const DecodingFor scope(anchor);
  return Envelope::make_dynamic(type, detail::Sender{},
                                [&](void* place) { type.decode(payload, place); });
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
      EnvelopePtr decoded;
      try {
        decoded = decode(*encoded.type, encoded.payload(), anchor);
      } catch (...) {
        refuse(*encoded.type, message->sender(), anchor);
      }
      decoded->take_sender_of(*message);
      decoded->target_generation = message->target_generation;
      return decoded;
    }
    default:
      assert(!EncodedRun::is_one(*message));
      return message;
  }
}

EnvelopePtr unwrap_first(Envelope& run, NodeAnchor& anchor) {
  auto& messages = run.as<EncodedRun>();
  const detail::Sender sender = run.sender();
  const std::string_view payload = messages.first_payload();
  messages.drop_first();
  EnvelopePtr decoded;
  try {
    decoded = decode(messages.type(), payload, anchor);
  } catch (...) {
    const Ref counted = sender.target == nullptr
                            ? Ref()
                            : detail::RefAccess::adopt(sender.target, sender.generation);
    refuse(messages.type(), sender, anchor);
  }
  decoded->target_generation = run.target_generation;
  return Envelope::with_sender(std::move(decoded), sender);
}

}  // namespace spinoff::engine
