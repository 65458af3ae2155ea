/// The two kinds of ZeroMQ sockets of a node, with the options that the protocol relies on.
#pragma once

#include <string>
#include <vector>

#include <zmq.hpp>

#include <spinoff/remoting/protocol_options.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::remoting {

struct Listening {
  zmq::socket_t socket;
  /// With the port that was taken.
  NodeId node;
};

/// The ROUTER by which all peers send to this node. Throws BindFailed.
[[nodiscard]] Listening listen_at(zmq::context_t& context, const NodeId& node,
                                  const ProtocolOptions& options);

/// The same, at the first of these addresses that is one of this machine. Any other error than that
/// is told: whoever calls the node by its name would try the first address too.
[[nodiscard]] Listening listen_at(zmq::context_t& context, const NodeId& node,
                                  const std::vector<std::string>& addresses,
                                  const ProtocolOptions& options);

/// The DEALER by which this node sends to one peer. It has room for a frame only while it is
/// connected. Throws zmq::error_t.
[[nodiscard]] zmq::socket_t connect_to(zmq::context_t& context, const std::string& address,
                                       std::uint16_t port);

}  // namespace spinoff::remoting
