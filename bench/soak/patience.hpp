/// How long this process has waited, in time that it had. For one thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace spinoff::soak {

/// While a machine is busy with other things, or this process is halted, nobody can say that the
/// nodes, which had no more time than it, are late. So a nap that took much longer than it should
/// counts as a few.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kNap{20};

  void nap() {
    const auto begin = Clock::now();
    std::this_thread::sleep_for(kNap);
    const auto took = std::min<Clock::duration>(Clock::now() - begin, 5 * kNap);
    waited_ += took;
    all_waited += took;
  }
  [[nodiscard]] Clock::duration waited() const { return waited_; }
  [[nodiscard]] double seconds() const { return in_seconds(waited_); }
  /// Of all that has ever waited here. This program does little else, so that is its age.
  [[nodiscard]] static double age() { return in_seconds(all_waited); }

 private:
  static double in_seconds(Clock::duration time) {
    return std::chrono::duration<double>(time).count();
  }

  inline static Clock::duration all_waited{0};
  Clock::duration waited_{0};
};

}  // namespace spinoff::soak
