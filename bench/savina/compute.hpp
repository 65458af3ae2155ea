/// The small piece of work that the original's fork-join benchmarks do for each message.
#pragma once

#include <cmath>
#include <stdexcept>
#include <string>

namespace spinoff::bench {

inline void compute() {
  // Read each time, so that the compiler cannot know the result.
  static const volatile double angle = 37.2;
  const double sine = std::sin(angle);
  if (sine * sine <= 0) {
    throw std::runtime_error("the square of a sine came out as " + std::to_string(sine * sine));
  }
}

}  // namespace spinoff::bench
