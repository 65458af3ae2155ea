/// From what lies in a mailbox to the message that was meant.
#pragma once

#include <spinoff/detail/envelope.hpp>

namespace spinoff::engine {

class NodeAnchor;

/// Claims a delayed message, opens a routed one, decodes one from another node; anything else,
/// which is no EncodedRun, comes back as it is. Null for a delayed message that was cancelled. Refs
/// inside are seen from the node behind `anchor`. Throws DecodeError; whoever asked is told, and so
/// is the event stream.
detail::EnvelopePtr unwrap(detail::EnvelopePtr message, NodeAnchor& anchor);
/// The same for the oldest message of an EncodedRun, which is not in it any more, however this
/// ends.
detail::EnvelopePtr unwrap_first(detail::Envelope& run, NodeAnchor& anchor);

}  // namespace spinoff::engine
