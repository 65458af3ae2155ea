/// How long questions took to be answered, one after the other.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "support/statistics.hpp"

namespace spinoff::bench {

class RoundTrips {
 public:
  using Clock = std::chrono::steady_clock;

  explicit RoundTrips(std::size_t count) { microseconds_.reserve(count); }

  void add(Clock::duration time) {
    microseconds_.push_back(std::chrono::duration<double, std::micro>(time).count());
  }
  [[nodiscard]] double percentile_us(double share) const {
    return percentile(microseconds_, share);
  }

 private:
  std::vector<double> microseconds_;
};

}  // namespace spinoff::bench
