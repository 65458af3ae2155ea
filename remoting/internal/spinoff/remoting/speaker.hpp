/// Who is at the other end of the connection by which a frame came, as far as keys tell.
#pragma once

#include <optional>

#include <spinoff/peer_list.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::remoting {

struct Speaker {
  /// Null: there are no keys, so anybody can say to be any node.
  const PeerList* peers = nullptr;
  std::optional<PublicKey> key = std::nullopt;

  [[nodiscard]] bool may_be(const NodeId& node) const {
    if (peers == nullptr) {
      return true;
    }
    const PublicKey* const its_key = peers->key_of(node);
    return its_key != nullptr && key == *its_key;
  }
};

}  // namespace spinoff::remoting
