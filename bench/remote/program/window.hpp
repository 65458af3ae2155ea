/// How the flood is paced.
///
/// A node keeps what another one does not take fast enough, but not without end: a backlog of over
/// 256 MiB becomes dead letters. So a flooding actor has a window: it never has more messages under
/// way that the other side has not acknowledged, and that side acknowledges every quarter of a
/// window. So nothing is lost, and the pipe never runs dry. All pairs together have `kWindow`
/// messages or `kWindowBytes`, whichever is less. Plain ZeroMQ sockets have the same limit at each
/// end, by their high-water marks: a sender that reaches it blocks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "remote/program/options.hpp"

namespace spinoff::bench {

inline constexpr std::size_t kWindow = 65'536;
inline constexpr std::size_t kWindowBytes = std::size_t{64} << 20U;

/// Of one pair, in messages; at least 4.
inline std::uint64_t window(const RemoteOptions& options) {
  constexpr std::size_t kOverhead = 256;  // of names and bookkeeping, generously
  return std::max<std::size_t>(
      std::min(kWindowBytes / (options.size + kOverhead), kWindow) / options.pairs, 4);
}

inline std::uint64_t acknowledge_every(const RemoteOptions& options) {
  return window(options) / 4;
}

}  // namespace spinoff::bench
