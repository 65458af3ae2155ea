/// Random numbers that a seed repeats.
#pragma once

#include <atomic>
#include <cstdint>

namespace spinoff::detail {

/// Every bit of the result depends on every bit of `x`.
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

/// SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014, section
/// 4). Any thread: one atomic step a number. Not for secrets.
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    return mix(state_.fetch_add(kGamma, std::memory_order_relaxed) + kGamma);
  }
  /// From 0 to less than 1.
  double share() noexcept { return static_cast<double>(next() >> 11U) * 0x1p-53; }

 private:
  static constexpr std::uint64_t kGamma = 0x9e3779b97f4a7c15U;
  std::atomic<std::uint64_t> state_;
};

}  // namespace spinoff::detail
