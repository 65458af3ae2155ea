/// The random numbers of the original suite, which are the same in every language.
#pragma once

#include <cstdint>

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

}  // namespace spinoff::bench
