/// Why a node did not take something that came over the network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spinoff::remoting {

enum class RejectReason : std::uint8_t {
  truncated,       ///< a frame that ends too early
  malformed,       ///< a frame that is not of the protocol's form
  too_large,       ///< a frame over a limit
  other_version,   ///< a frame of another version of the protocol
  bad_sender,      ///< a frame whose sender is no node id, or is this node's own
  wrong_receiver,  ///< a hello for another node id than this node's
  too_many_peers,  ///< a frame of a new node, while there are as many as allowed
  stale,           ///< a frame of a session, or of a start of a node, that is over
  repeated,        ///< a frame that came before
  bad_item,        ///< an item with a field missing, of the wrong type or too long
  unknown_item,    ///< an item of a kind that this version does not know
  bad_part,        ///< a part of a message that does not fit to the others, or is over a limit
  unknown_key,     ///< a connection whose key is not in the list of peers
  foreign_name,    ///< a frame in the name of a node that has another key, or by no relay of ours
  not_relayed,     ///< a frame for another node that was not passed on
};

inline constexpr std::size_t kRejectReasons =
    std::size_t{1} + static_cast<std::size_t>(RejectReason::not_relayed);

/// Such as "truncated frame".
[[nodiscard]] std::string_view to_string(RejectReason reason) noexcept;

}  // namespace spinoff::remoting
