/// The nodes that a node talks to, and the public key of each.
///
/// A list is text, one line for each node, as `known_hosts` is for ssh:
///
///     # node          public key
///     10.0.0.1:9700   Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID
///     10.0.0.2:*      rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7
///
/// A node is `host:port`; `host:*`, all nodes of that host; or `*`, any node. What stands there is
/// the node id by which the node calls itself: a name and its address are different hosts. A node
/// belongs to the most specific line that fits: with the list above, who has the key of the second
/// line cannot pass for 10.0.0.1:9700, and could not if that line said `*`. A line that begins with
/// `#`, and an empty one, say nothing.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include <spinoff/keys.hpp>
#include <spinoff/uri.hpp>

namespace spinoff {

/// A value.
class PeerList {
 public:
  /// Reads a file, or all files `*.pub` of a folder. Throws InvalidKey, with the file and the line;
  /// also if there is no key at all.
  static PeerList read(const std::string& path);

  /// Throws InvalidKey if `node` is not of one of the three forms, or was given another key.
  void add(std::string_view node, const PublicKey& key);

  /// The key of that node's line; null if none fits.
  [[nodiscard]] const PublicKey* key_of(const NodeId& node) const;
  /// Whether any line has that key.
  [[nodiscard]] bool knows(const PublicKey& key) const { return keys_.contains(key); }

 private:
  std::unordered_map<NodeId, PublicKey> nodes_;
  std::unordered_map<std::string, PublicKey> hosts_;
  std::optional<PublicKey> any_;
  std::set<PublicKey> keys_;
};

}  // namespace spinoff
