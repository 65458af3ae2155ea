/// What is said of a series of measurements.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace spinoff::bench {

/// The smallest value that at least `share` (0 to 1) of all values do not exceed. There must be
/// one.
inline double percentile(std::vector<double> values, double share) {
  const auto wanted = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  const std::size_t index = std::min(wanted, values.size() - 1);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index),
                   values.end());
  return values[index];
}

/// The middle one; of an even number the mean of the two in the middle.
inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace spinoff::bench
