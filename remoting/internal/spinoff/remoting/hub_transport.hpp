/// Joins the engine and the hub: envelopes and refs on one side, items and URIs on the other.
#pragma once

#include <memory>

#include <spinoff/engine/node_core.hpp>
#include <spinoff/remoting/hub.hpp>

namespace spinoff::remoting {

/// Binds, attaches the transport to the node, and starts it. The node's actors may then talk to
/// others; it must not have any yet. Throws BindFailed.
void attach_hub(engine::NodeCore& node, const HubOptions& options);
/// The same with another carrier than a Hub.
void attach_hub(engine::NodeCore& node, const HubOptions& options, const MakeCarrier& make_carrier);

}  // namespace spinoff::remoting
