/// What may wait at this node for one other node.
#pragma once

#include <cstddef>

namespace spinoff::remoting {

/// Until ZeroMQ has it, or it has come back. What must go (Parcel::must_go) does not count. One
/// message alone may be larger.
struct QueueLimits {
  std::size_t messages = 1'000'000;
  /// Encoded, with what their administration costs and what is kept to make dead letters of them.
  std::size_t bytes = std::size_t{256} << 20U;
  /// The share of either that is told when it is reached, up to 1; 0: nothing is told.
  double high_water_mark = 0.5;
};

/// What waits, of both.
struct Load {
  std::size_t messages = 0;
  std::size_t bytes = 0;
};

}  // namespace spinoff::remoting
