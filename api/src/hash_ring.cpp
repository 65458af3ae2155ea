#include <algorithm>

#include <spinoff/detail/hash_ring.hpp>
#include <spinoff/detail/random_stream.hpp>
#include <spinoff/message_type.hpp>

namespace spinoff::detail {

HashRing::HashRing(const std::vector<std::string>& owners, unsigned points_each) {
  points_.reserve(owners.size() * points_each);
  for (std::uint32_t i = 0; i < owners.size(); ++i) {
    RandomStream places(hash_name(owners[i]));
    for (unsigned point = 0; point < points_each; ++point) {
      points_.emplace_back(places.next(), i);
    }
  }
  std::ranges::sort(points_);
}

std::size_t HashRing::owner(std::uint64_t key_hash) const noexcept {
  const auto next =
      std::ranges::lower_bound(points_, key_hash, {}, &decltype(points_)::value_type::first);
  return next == points_.end() ? points_.front().second : next->second;
}

}  // namespace spinoff::detail
