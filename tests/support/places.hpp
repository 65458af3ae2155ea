/// Whether anybody holds what a Ref names.
#pragma once

#include <cstdint>

#include <spinoff/detail/target.hpp>

namespace spinoff::testing {

/// In that generation of the place; see detail::Target.
inline bool is_held(detail::Target& place, std::uint32_t generation) {
  const bool held = place.try_retain(generation);
  if (held) {
    place.release();
  }
  return held;
}

}  // namespace spinoff::testing
