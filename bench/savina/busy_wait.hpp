/// How actors of the original suite let time pass.
#pragma once

#include <cstdint>
#include <random>

namespace spinoff::bench {

/// Draws that many random numbers, and gives their count.
inline std::int64_t busy_wait(std::int64_t limit) {
  thread_local std::minstd_rand random;
  [[maybe_unused]] thread_local volatile double drawn = 0;
  std::int64_t count = 0;
  while (count < limit) {
    drawn = std::generate_canonical<double, 53>(random);
    ++count;
  }
  return count;
}

}  // namespace spinoff::bench
