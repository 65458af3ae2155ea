#include <spinoff/remoting/reject_reason.hpp>

namespace spinoff::remoting {

std::string_view to_string(RejectReason reason) noexcept {
  switch (reason) {
    case RejectReason::truncated:
      return "truncated frame";
    case RejectReason::malformed:
      return "malformed frame";
    case RejectReason::too_large:
      return "frame over a limit";
    case RejectReason::other_version:
      return "frame of another version";
    case RejectReason::bad_sender:
      return "frame of an impossible sender";
    case RejectReason::wrong_receiver:
      return "hello for another node id";
    case RejectReason::too_many_peers:
      return "frame of one node too many";
    case RejectReason::stale:
      return "frame of a session that is over";
    case RejectReason::repeated:
      return "repeated frame";
    case RejectReason::bad_item:
      return "bad item";
    case RejectReason::unknown_item:
      return "item of an unknown kind";
    case RejectReason::bad_part:
      return "bad part of a message";
    case RejectReason::unknown_key:
      return "connection with an unknown key";
    case RejectReason::foreign_name:
      return "frame in the name of another node";
    case RejectReason::not_relayed:
      return "frame that was not relayed";
  }
  return "unknown";
}

}  // namespace spinoff::remoting
