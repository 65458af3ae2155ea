#include <spinoff/engine/encoded.hpp>
#include <spinoff/engine/encoded_run.hpp>

namespace spinoff::engine {

using detail::Envelope;
using detail::EnvelopePtr;
using detail::MessageType;
using detail::Sender;

EnvelopePtr EncodedRun::make(Sender sender, const MessageType& type, const Payloads& payloads,
                             SharedBytes& bytes) {
  KeptBytes kept = keep(payloads.bytes(), bytes);
  return Envelope::make<EncodedRun>(sender, type, sender.target,
                                    Payloads(kept.bytes, payloads.count()), std::move(kept.holder));
}

EnvelopePtr EncodedRun::take_first(Envelope& run) {
  auto& messages = run.as<EncodedRun>();
  const std::string_view payload = messages.take_payload();
  EnvelopePtr first = make_encoded(run.sender(), messages.type(), payload);
  first->target_generation = run.target_generation;
  return first;
}

}  // namespace spinoff::engine
