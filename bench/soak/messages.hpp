/// What the nodes of a soak say to each other.
#pragma once

#include <cstdint>
#include <string>

#include <spinoff/spinoff.hpp>

namespace spinoff::soak {

/// One message of a stream.
struct Numbered {
  std::uint8_t from;
  std::uint8_t to;
  std::uint8_t stream;
  /// The start of the sending node: only to tell of it.
  std::uint32_t start;
  std::uint64_t number;
  std::string ballast;
  MSGPACK_DEFINE(from, to, stream, start, number, ballast)
};

/// Behind all that its sender has sent; see Ledger::round.
struct Mark {
  std::uint8_t from;
  std::uint8_t stream;
  std::uint64_t round;
  MSGPACK_DEFINE(from, stream, round)
};

struct Question {
  std::uint64_t number;
  MSGPACK_DEFINE(number)
};
struct Answer {
  std::uint64_t number;
  MSGPACK_DEFINE(number)
};

/// Asks for an actor that ends soon, to watch it.
struct Make {
  MSGPACK_DEFINE()
};
struct Made {
  Ref mortal;
  MSGPACK_DEFINE(mortal)
};

}  // namespace spinoff::soak
