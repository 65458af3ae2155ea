/// How the flood is paced.
///
/// A node keeps what another one does not take fast enough, but not without end: a backlog of over
/// 256 MiB becomes dead letters. So the flooding actor has a window: it never has more than
/// `kWindow` messages (or `kWindowBytes`) under way that the other side has not acknowledged, and
/// that side acknowledges every quarter of a window. So nothing is lost, and the pipe never runs
/// dry. The plain ZeroMQ sockets have the same limit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace spinoff::bench {

inline constexpr std::size_t kWindow = 16'384;
inline constexpr std::size_t kWindowBytes = std::size_t{64} << 20U;

/// In messages; at least 4.
inline std::uint64_t window(std::size_t message_size) {
  constexpr std::size_t kOverhead = 256;  // of names and bookkeeping, generously
  return std::clamp<std::size_t>(kWindowBytes / (message_size + kOverhead), 4, kWindow);
}

inline std::uint64_t acknowledge_every(std::size_t message_size) {
  return window(message_size) / 4;
}

}  // namespace spinoff::bench
