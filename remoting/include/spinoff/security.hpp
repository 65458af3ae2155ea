/// What a node demands of other nodes; docs/security.md says what that protects.
#pragma once

#include <spinoff/keys.hpp>
#include <spinoff/peer_list.hpp>

namespace spinoff {

/// All that goes over the network is encrypted, and only nodes of the list are talked to: each end
/// of a connection proves that it has the secret key of its line.
///
///     Node node({.remoting = "10.0.0.1:9700",
///                .security = Security{.key = SecretKey::read("node.key"),
///                                     .peers = PeerList::read("peers")}});
struct Security {
  SecretKey key;
  PeerList peers;
};

/// What other nodes, and actors there, may do here. Who may not is answered: the ask fails, what
/// was to be watched counts as stopped. It is counted, and told as RemoteInputRejected. Stopping an
/// actor, or spawning one, is nothing that other nodes can do.
struct RemoteRights {
  /// Send messages to actors. What this node's own actors have asked is answered in any case.
  bool send = true;
  /// Watch and join actors.
  bool watch = true;
  /// Have this node pass on what they say to each other, as NodeOptions::relays tells. It costs
  /// this node's time and network; it only goes to nodes that list this one as a relay.
  bool relay = false;
};

}  // namespace spinoff
