/// What the two nodes say to each other.
#pragma once

#include <cstdint>
#include <string>

#include <spinoff/serializable.hpp>

namespace spinoff::bench {

/// One message of the flood.
struct Drop {
  std::uint64_t number;
  std::string text;
  MSGPACK_DEFINE(number, text)
};

/// What has arrived so far.
struct Arrived {
  std::uint64_t count;
  /// How many of these came right behind the one that was sent before them.
  std::uint64_t in_order;
  MSGPACK_DEFINE(count, in_order)
};

/// Asks for `Arrived`.
struct HowMany {
  MSGPACK_DEFINE()
};

struct Question {
  std::uint64_t number;
  MSGPACK_DEFINE(number)
};
struct Answer {
  std::uint64_t number;
  MSGPACK_DEFINE(number)
};

/// Only to meet.
struct Greeting {
  MSGPACK_DEFINE()
};

}  // namespace spinoff::bench
