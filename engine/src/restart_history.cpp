#include <spinoff/engine/restart_history.hpp>

namespace spinoff::engine {

using std::chrono::nanoseconds;

std::optional<nanoseconds> RestartHistory::next(const Restart& how, Clock::time_point now,
                                                detail::RandomStream& random) {
  const nanoseconds delay =
      how.backoff.has_value() ? wait(*how.backoff, now, random) : nanoseconds(0);
  const Clock::time_point then = due_after(now, delay);
  if (how.max.has_value()) {
    std::erase_if(counted_, [&](Clock::time_point at) { return then - at >= how.within; });
    if (counted_.size() >= *how.max) {
      return std::nullopt;
    }
    counted_.push_back(then);
  }
  latest_ = then;
  ++in_a_row_;
  return delay;
}

nanoseconds RestartHistory::wait(const Backoff& backoff, Clock::time_point now,
                                 detail::RandomStream& random) {
  if (in_a_row_ != 0 && now - latest_ >= backoff.reset) {
    in_a_row_ = 0;
  }
  return backoff.wait(in_a_row_, random.share());
}

}  // namespace spinoff::engine
