/// From what lies in a mailbox to the message that was meant.
#pragma once

#include <spinoff/detail/envelope.hpp>

namespace spinoff::engine {

class NodeAnchor;

/// Claims a delayed message, opens a routed one, decodes one from another node; anything else comes
/// back as it is. Null for a delayed message that was cancelled. Refs inside are seen from the node
/// behind `anchor`. Throws DecodeError; whoever asked is told, and so is the event stream.
detail::EnvelopePtr unwrap(detail::EnvelopePtr message, NodeAnchor& anchor);

}  // namespace spinoff::engine
