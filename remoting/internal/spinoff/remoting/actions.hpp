/// What the protocol asks of the one who owns the sockets. Do them in order.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <spinoff/remoting/alias_texts.hpp>
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

struct Carried;

/// Put the frame into the peer's channel and answer with Protocol::sent or, if the channel has no
/// room or there is none, Protocol::refused. A peer has at most one unanswered SendFrame.
struct SendFrame {
  /// A probe and its answer are for the peer itself; `carry` has what goes by a relay.
  enum class Kind : std::uint8_t { hello, parcels, heartbeat, bye, probe, answer, carry };

  NodeId peer;
  /// This node's session number, to tell an answer that comes too late.
  std::uint64_t session = 0;
  Kind kind = Kind::heartbeat;
  serialization::FrameBytes bytes = {};
  /// How many items of carried kinds it has.
  std::size_t items = 0;
  /// What the frame carries, kept until it is accepted. Of a message in parts, the last one has it.
  std::vector<Parcel> parcels = {};
  /// So many of the bytes stand in front of those of the one parcel, which has none meanwhile; 0:
  /// the parcels have their own.
  std::size_t head_bytes = 0;
  /// That is from lanes, and has so many bytes of a message in parts.
  bool is_of_lanes = false;
  std::size_t part_bytes = 0;
  /// With `carry`.
  std::shared_ptr<Carried> carried = nullptr;
};

/// An item of a node's frame to a relay, or of a relay's frame.
struct Carried {
  [[nodiscard]] std::size_t cost() const noexcept { return item.size() + sizeof(Carried); }

  std::string item;
  /// This node's frame to another one that is in it. Nothing, if it is passed on for somebody else,
  /// or tells that something was not.
  std::optional<SendFrame> own = std::nullopt;
};

/// Items for this node's actors, runs of messages among them, with all texts, whether they came
/// with aliases or not. The views point into the frame that was given to Protocol::frame, or to
/// what the peer's aliases stand for, until the next frame.
struct Deliver {
  NodeId from;
  std::vector<serialization::Item> items;
  /// Held for the views, since the session may be over.
  std::shared_ptr<const Aliases> aliases;
  /// A message that came in parts, which the views then point into instead of into the frame.
  std::shared_ptr<const std::string> whole = nullptr;
};

/// Never sent: dead letters.
struct Return {
  std::vector<Parcel> parcels;
  std::string reason;
};

struct NodeUp {
  NodeId peer;
  std::uint64_t incarnation = 0;
  /// This node's number for the session.
  std::uint64_t session = 0;
  /// What the peer takes: so many aliases of each kind, and at most so many bytes of items in a
  /// frame.
  std::size_t max_aliases = 0;
  std::size_t max_item_bytes = 0;
  /// Larger messages have lanes.
  std::size_t max_straight_bytes = std::numeric_limits<std::size_t>::max();
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
