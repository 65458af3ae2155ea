/// Which of several owners a key belongs to, so that few keys move when the owners change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace spinoff::detail {

/// A ring with virtual nodes (Karger and others, "Consistent Hashing and Random Trees", 1997,
/// section 4): each owner has many points on it, and a key belongs to whoever has the next point.
/// The points follow from the owners' names alone, so every node sees the same ring.
class HashRing {
 public:
  HashRing() = default;
  HashRing(const std::vector<std::string>& owners, unsigned points_each);

  /// The place in `owners` of the key's owner. The ring must have a point.
  [[nodiscard]] std::size_t owner(std::uint64_t key_hash) const noexcept;

 private:
  std::vector<std::pair<std::uint64_t, std::uint32_t>> points_;
};

}  // namespace spinoff::detail
