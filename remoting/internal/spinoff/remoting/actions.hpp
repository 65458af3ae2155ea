/// What the protocol asks of the one who owns the sockets. Do them in order.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <spinoff/remoting/parcel.hpp>
#include <spinoff/remoting/reject_reason.hpp>
#include <spinoff/serialization/wire.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::remoting {

/// Open a channel to the peer. If there is one, it has failed: try again.
struct Connect {
  NodeId peer;
};

/// Close the channel to the peer, and drop what is still in it unless `flush`.
struct Disconnect {
  NodeId peer;
  bool flush = false;
};

/// Put the frame into the peer's channel and answer with Protocol::sent or, if the channel has no
/// room or there is none, Protocol::refused. A peer has at most one unanswered SendFrame.
struct SendFrame {
  enum class Kind : std::uint8_t { hello, parcels, heartbeat, bye };

  NodeId peer;
  /// This node's session number, to tell an answer that comes too late.
  std::uint64_t session = 0;
  Kind kind = Kind::heartbeat;
  std::string bytes;
  /// What the frame carries, kept until it is accepted.
  std::vector<Parcel> parcels;
};

/// Items for this node's actors. The views point into the frame that was given to Protocol::frame.
struct Deliver {
  NodeId from;
  std::vector<serialization::Item> items;
};

/// Never sent: dead letters.
struct Return {
  std::vector<Parcel> parcels;
  std::string reason;
};

struct NodeUp {
  NodeId peer;
  std::uint64_t incarnation = 0;
};

struct NodeDown {
  NodeId peer;
  std::string reason;
};

/// Something that came was dropped.
struct Reject {
  RejectReason reason = RejectReason::malformed;
  std::uint64_t count = 1;
  /// A sentence for the log, without its full stop.
  std::string detail;
};

using Action =
    std::variant<Connect, Disconnect, SendFrame, Deliver, Return, NodeUp, NodeDown, Reject>;
using Actions = std::vector<Action>;

}  // namespace spinoff::remoting
