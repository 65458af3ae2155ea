/// Msgpack's objects from bytes, as its own `unpack` makes them, but with no memory of its own: the
/// zone may be used for one message after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <msgpack/object.hpp>
#include <msgpack/zone.hpp>

namespace spinoff::serialization {

enum class TreeFault : std::uint8_t { none, truncated, invalid, too_deep, too_many, left_over };

struct TreeLimits {
  /// Arrays and maps inside each other.
  std::size_t max_depth;
  /// Those in arrays and maps, which are values too. Each takes 24 bytes of the zone.
  std::size_t max_values;
};

/// Texts and bytes are views into `bytes`. All containers together have room for no more values
/// than there are bytes.
[[nodiscard]] TreeFault read_tree(std::string_view bytes, const TreeLimits& limits,
                                  msgpack::zone& zone, msgpack::object& tree);

}  // namespace spinoff::serialization
