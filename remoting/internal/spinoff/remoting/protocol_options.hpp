/// How long the protocol waits, and how much it keeps.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include <spinoff/uri.hpp>

namespace spinoff::remoting {

struct ProtocolOptions {
  using Duration = std::chrono::steady_clock::duration;

  /// An idle node tells each peer this often that it is there.
  Duration heartbeat = std::chrono::seconds(1);
  /// A peer that was not heard of for this long is down.
  Duration silence = std::chrono::seconds(3);
  /// How long a node that does not answer is tried, and messages to it wait.
  Duration unreachable = std::chrono::seconds(10);
  /// How long a stop waits for what is still to be sent.
  Duration linger = std::chrono::seconds(1);
  /// How long a node's start is remembered after its end.
  Duration remember = std::chrono::seconds(60);

  /// What has to go (Parcel::must_go) counts for no other bound. If more than this of it waits for
  /// one node, the session ends, so that both ends are told.
  std::size_t max_control_bytes = std::size_t{256} << 20U;

  /// The largest frame that is read or written. While one is on its way, nothing else is heard of
  /// its sender, so it has to arrive within `silence`.
  std::size_t max_frame_bytes = std::size_t{16} << 20U;
  /// The largest message, encoded, that is sent, or taken in parts; 0: none goes in parts, so that
  /// it has to fit into a frame. At most 4 GiB - 1.
  std::size_t max_message_bytes = std::size_t{64} << 20U;
  /// Larger messages go in parts of so many bytes, so that others do not wait for them.
  std::size_t part_bytes = std::size_t{128} << 10U;
  /// A frame of several items is closed when it would grow over this.
  std::size_t batch_bytes = std::size_t{64} << 10U;
  std::size_t max_items_per_frame = 65'536;
  /// For how many paths of receivers, of senders, and type names each, a peer may use numbers.
  std::size_t max_aliases = 1'024;
  /// How many other nodes this one deals with at once.
  std::size_t max_peers = 1'000;
  /// How many of these may be strangers: they say that they are there, but have not shown that they
  /// hear us, and nothing is sent to them for our own sake.
  std::size_t max_strangers = 64;

  /// The nodes that pass frames on to those that cannot be reached directly, and from which frames
  /// are taken that they say are of others. This node itself may be among them, which says nothing.
  std::vector<NodeId> relays = {};
  /// After how long without a word of a peer relays are tried, too.
  Duration relay_after = std::chrono::milliseconds(1500);
  /// What may be underway to one peer by a relay.
  std::size_t relay_window_bytes = std::size_t{4} << 20U;
  /// Whether this node passes frames on for others.
  bool may_relay = false;
  /// What of these may wait for one node.
  std::size_t max_relay_bytes = std::size_t{64} << 20U;
};

}  // namespace spinoff::remoting
