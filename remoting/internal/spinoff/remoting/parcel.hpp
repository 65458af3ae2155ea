/// Items on their way to another node, with what is needed to make dead letters of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <spinoff/remoting/lane.hpp>
#include <spinoff/serialization/frame_bytes.hpp>

namespace spinoff::remoting {

class Outbox;

/// What the layer above wants back with items that were not sent. Remoting only keeps it, and
/// drops it on the I/O thread when ZeroMQ has the items.
class Keepsake {
 public:
  Keepsake() = default;
  Keepsake(const Keepsake&) = delete;
  Keepsake& operator=(const Keepsake&) = delete;
  virtual ~Keepsake() = default;
};

/// One item, or a batch of them, which stays together.
struct Parcel {
  /// Encoded items of carried kinds (serialization::encode), one behind the other.
  serialization::FrameBytes items;
  /// May be null.
  std::unique_ptr<Keepsake> keepsake = nullptr;
  /// About how much memory it takes with its keepsake, as it counts for QueueLimits.
  std::size_t cost = 0;
  /// How many items it has.
  std::size_t count = 1;
  /// Where that counts until it is sent or returned; null if it does not.
  std::shared_ptr<Outbox> counts_at = nullptr;
  /// The one session, by this node's number, in which it can be sent, since its aliases are of
  /// that; 0: it has none.
  std::uint64_t session = 0;
  /// Taken although no more messages are. Inside of a session none of these is dropped: the other
  /// end would wait for it for ever.
  bool must_go = false;
  /// An answer: of no use to a node with which there is no session.
  bool only_in_session = false;
  /// With a lane: not before what was put into any lane before it.
  bool after_all = false;
  /// Null unless it is one large message, or something that goes to the same receiver as one.
  std::shared_ptr<const Lane> lane = nullptr;
};

}  // namespace spinoff::remoting
