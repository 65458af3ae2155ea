/// Waits that grow from one failure to the next.
#pragma once

#include <chrono>

namespace spinoff {

/// How long to wait after a failure before the next attempt: `min` at first, `factor` times as long
/// after each further failure in a row, at most `max`.
struct Backoff {
  std::chrono::nanoseconds min = std::chrono::milliseconds(100);
  std::chrono::nanoseconds max = std::chrono::seconds(10);
  /// At least 1.
  double factor = 2;
  /// 0 to 1: a random share of up to that is added to each wait, also beyond `max`, so that those
  /// that failed together do not come back together.
  double jitter = 0.2;
  /// Who has gone without failure for so long begins at `min` again.
  std::chrono::nanoseconds reset = max;

  friend bool operator==(const Backoff&, const Backoff&) = default;

  /// The wait after `earlier` failures in a row before this one; `share`, from 0 to 1, is that of
  /// the jitter.
  [[nodiscard]] std::chrono::nanoseconds wait(unsigned earlier, double share) const;
  /// Throws std::invalid_argument for a value out of its range.
  void check() const;
};

}  // namespace spinoff
