/// How long the protocol waits, and how much it keeps.
#pragma once

#include <chrono>
#include <cstddef>

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

  /// What may wait for one node that is not up. More are dead letters at once.
  std::size_t max_waiting_items = 100'000;
  std::size_t max_waiting_bytes = std::size_t{64} << 20U;
  /// What may wait for one node that is up but takes messages more slowly than they come, counting
  /// what their administration costs and what is kept to make dead letters of them. More are dead
  /// letters at once. ZeroMQ and the kernel hold up to 8 frames and some 100 KiB beyond that.
  std::size_t max_backlog_bytes = std::size_t{256} << 20U;
  /// What has to go (Parcel::must_go) does not count against those bounds. If more than this of it
  /// waits for one node, the session ends, so that both ends are told.
  std::size_t max_control_bytes = std::size_t{256} << 20U;

  /// The largest frame that is read or written. While one is on its way, nothing else is heard of
  /// its sender, so it has to arrive within `silence`.
  std::size_t max_frame_bytes = std::size_t{16} << 20U;
  /// A frame of several items is closed when it would grow over this.
  std::size_t batch_bytes = std::size_t{64} << 10U;
  std::size_t max_items_per_frame = 65'536;
  /// How many other nodes this one deals with at once.
  std::size_t max_peers = 1'000;
  /// How many of these may be strangers: they say that they are there, but have not shown that they
  /// hear us, and nothing is sent to them for our own sake.
  std::size_t max_strangers = 64;
};

}  // namespace spinoff::remoting
