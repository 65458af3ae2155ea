/// The seam through which a node's randomness comes: repeatable from the seed.
#pragma once

#include <atomic>
#include <cstdint>

namespace spinoff::engine {

/// SplitMix64 (Steele, Lea and Flood: Fast Splittable Pseudorandom Number Generators, 2014), whose
/// state is a counter: so any thread may draw, without a lock.
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_.fetch_add(kGolden, std::memory_order_relaxed) + kGolden;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }
  /// From 0 to less than 1.
  double share() noexcept { return static_cast<double>(next() >> 11U) * 0x1p-53; }

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace spinoff::engine
