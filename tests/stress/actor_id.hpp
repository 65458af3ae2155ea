/// An actor's identity, apart from any Ref: to remember one does not hold its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include <spinoff/ref.hpp>

namespace spinoff::stress {

struct ActorId {
  detail::Target* place = nullptr;  // null: a thread outside of actors, by its number
  std::uint32_t generation = 0;

  friend bool operator==(const ActorId&, const ActorId&) = default;
};

inline ActorId id_of(const Ref& actor) {
  return {detail::RefAccess::target(actor), detail::RefAccess::generation(actor)};
}

}  // namespace spinoff::stress

template <>
struct std::hash<spinoff::stress::ActorId> {
  std::size_t operator()(const spinoff::stress::ActorId& id) const noexcept {
    return std::hash<const void*>()(id.place) ^ (std::size_t{id.generation} << 20U);
  }
};
