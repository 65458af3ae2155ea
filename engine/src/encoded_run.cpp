#include <cassert>
#include <utility>

#include <spinoff/engine/encoded.hpp>
#include <spinoff/engine/encoded_run.hpp>

namespace spinoff::engine {

using detail::Envelope;
using detail::EnvelopePtr;
using detail::MessageType;
using detail::Sender;

EnvelopePtr EncodedRun::make(Sender sender, const MessageType& type, const Payloads& payloads,
                             SharedBytes& bytes) {
  assert(sender.target == nullptr || sender.counted);
  try {
    KeptBytes kept = keep(payloads.bytes(), bytes);
    return Envelope::make<EncodedRun>(sender, type, sender.target,
                                      Payloads(kept.bytes, payloads.count()),
                                      std::move(kept.holder));
  } catch (...) {
    if (sender.target != nullptr) {
      sender.target->release_some(payloads.count());
      sender.target->release();
    }
    throw;
  }
}

EnvelopePtr EncodedRun::take_first(Envelope& run) {
  auto& messages = run.as<EncodedRun>();
  EnvelopePtr first = make_encoded(run.sender(), messages.type(), messages.first_payload());
  messages.drop_first();
  first->target_generation = run.target_generation;
  return first;
}

}  // namespace spinoff::engine
