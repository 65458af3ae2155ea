/// The random numbers of the original suite, which are the same in every language.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spinoff::bench {

class PseudoRandom {
 public:
  explicit PseudoRandom(std::uint64_t seed) : value_(seed) {}

  /// 0 to `end` - 1, out of at most 65 536 different numbers.
  std::uint64_t next(std::uint64_t end) {
    value_ = (value_ * 1309 + 13849) & 0xffffU;
    return value_ % end;
  }

 private:
  std::uint64_t value_;
};

/// As many numbers from 0 to `max` - 1.
inline std::vector<std::int64_t> draw_numbers(std::int64_t count, std::int64_t max,
                                              std::int64_t seed) {
  PseudoRandom random(static_cast<std::uint64_t>(seed));
  std::vector<std::int64_t> numbers;
  numbers.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    numbers.push_back(static_cast<std::int64_t>(random.next(65'536)) % max);
  }
  return numbers;
}

}  // namespace spinoff::bench
