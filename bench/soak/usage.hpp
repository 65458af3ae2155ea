/// What a process uses, and how that changes.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <sys/types.h>

namespace spinoff::soak {

struct Usage {
  double rss_kib = 0;
  std::size_t files = 0;
  std::size_t threads = 0;
};

/// Of a process that runs; none if it does not.
std::optional<Usage> usage_of(pid_t process);

/// Resident memory over time.
class Growth {
 public:
  /// What comes before that is left out: caches and pools fill up.
  static constexpr double kWarmUpSeconds = 30;
  /// What has to be there behind that before anything is said.
  static constexpr double kLeastSeconds = 45;
  static constexpr std::size_t kLeastSamples = 8;
  /// What is too much: so many KiB in a minute, ...
  static constexpr double kMostKibPerMinute = 512;
  /// ... and as much as it comes and goes by anyway, whatever the time: with what waits for nodes
  /// that are cut off, and is on its way in large messages.
  static constexpr double kNoiseKib = 32768;

  void add(double seconds, double kib) { samples_.push_back({seconds, kib}); }

  /// By least squares, over what is behind the warm-up: 30 seconds, or a quarter of all if that is
  /// more. None if that is too little.
  [[nodiscard]] std::optional<double> kib_per_minute() const;
  /// Between the first and the last that count.
  [[nodiscard]] double minutes() const;
  /// What `kib_per_minute` may be.
  [[nodiscard]] double bound() const { return kMostKibPerMinute + kNoiseKib / minutes(); }
  [[nodiscard]] double last() const { return samples_.empty() ? 0 : samples_.back().kib; }

 private:
  struct Sample {
    double seconds;
    double kib;
  };
  [[nodiscard]] std::vector<Sample> counted() const;
  std::vector<Sample> samples_;
};

}  // namespace spinoff::soak
