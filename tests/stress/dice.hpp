/// Random numbers that a seed repeats, for one thread or actor.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace spinoff::stress {

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, section 4).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  unsigned below(unsigned limit) noexcept { return static_cast<unsigned>(next() % limit); }
  bool one_in(unsigned n) noexcept { return below(n) == 0; }
  std::chrono::microseconds up_to(std::chrono::microseconds limit) noexcept {
    return std::chrono::microseconds(next() % static_cast<std::uint64_t>(limit.count() + 1));
  }
  template <class T, std::size_t N>
  const T& pick(const std::array<T, N>& values) noexcept {
    return values[next() % N];
  }

 private:
  std::uint64_t state_;
};

}  // namespace spinoff::stress
