/// What limits and backoff need to know of the restarts before.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include <spinoff/detail/random_stream.hpp>
#include <spinoff/engine/timer_service.hpp>
#include <spinoff/supervision.hpp>

namespace spinoff::engine {

/// Of one child, or of all children together. It has neither a clock nor a timer.
class RestartHistory {
 public:
  /// Notes one more restart, and gives the time to wait before it; none if that restart would be
  /// over the limit, and then notes nothing.
  std::optional<std::chrono::nanoseconds> next(const Restart& how, Clock::time_point now,
                                               detail::RandomStream& random);

 private:
  std::chrono::nanoseconds wait(const Backoff& backoff, Clock::time_point now,
                                detail::RandomStream& random);

  std::vector<Clock::time_point> counted_;  // those with a limit; at most that many
  // For backoff: when the latest restart was or will be, and how many came in a row.
  Clock::time_point latest_;
  unsigned in_a_row_ = 0;
};

}  // namespace spinoff::engine
