// What the coordinator and its workers say to each other, in one node or between nodes.
#pragma once

#include <cstdint>

#include <spinoff/spinoff.hpp>

namespace spinoff::examples::compute {

/// A worker has room for one more piece. It says so several times at first, and so has the next
/// piece at hand when it is done with one; nobody is ever sent more than it has asked for.
struct Ready {
  MSGPACK_DEFINE()
};

/// Count the primes from `first`, among so many numbers.
struct Piece {
  std::uint32_t first;
  std::uint32_t count;
  MSGPACK_DEFINE(first, count)
};

/// The answer, and the worker has room for another piece.
struct Counted {
  std::uint32_t first;
  std::uint32_t primes;
  MSGPACK_DEFINE(first, primes)
};

/// The coordinator is done: an event of its node.
struct Result {
  std::uint32_t limit;
  std::uint32_t primes;
};

}  // namespace spinoff::examples::compute
