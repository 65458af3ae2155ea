/// The two kinds of ZeroMQ sockets of a node, with the options that the protocol relies on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <zmq.hpp>

#include <spinoff/remoting/hub.hpp>
#include <spinoff/uri.hpp>

#include "zap_handler.hpp"

namespace spinoff::remoting {

struct Listening {
  /// With keys: who decides about connections. Ends after the socket: without it ZeroMQ would take
  /// them all.
  std::optional<ZapHandler> zap;
  zmq::socket_t socket;
  /// With the port that was taken.
  NodeId node;
};

/// The ROUTER by which all peers send to this node, at `options.bind`. Throws BindFailed, also if
/// other machines could reach it and it would take anybody. What it gives uses
/// `options.security`.
[[nodiscard]] Listening listen_at(zmq::context_t& context, const HubOptions& options);

/// The same, at the first of these addresses that is one of this machine. Any other error than that
/// is told: whoever calls the node by its name would try the first address too.
[[nodiscard]] Listening listen_at(zmq::context_t& context, const HubOptions& options,
                                  const std::vector<std::string>& addresses);

/// With what a connection shows who it is, and whom it expects at the other end.
struct Credentials {
  const SecretKey* own;
  const PublicKey* theirs;
};

/// The DEALER by which this node sends to one peer. It has room for a frame only while it is
/// connected, and with credentials, while the other end has proved that it has their secret key.
/// Throws zmq::error_t.
[[nodiscard]] zmq::socket_t connect_to(zmq::context_t& context, const std::string& address,
                                       std::uint16_t port,
                                       const std::optional<Credentials>& credentials = {});

}  // namespace spinoff::remoting
