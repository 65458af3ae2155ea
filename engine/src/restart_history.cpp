#include <cmath>

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
  const auto max = static_cast<double>(backoff.max.count());
  double wait = static_cast<double>(backoff.min.count()) * std::pow(backoff.factor, in_a_row_);
  if (!(wait < max)) {  // also if it is no number any more
    wait = max;
  }
  wait *= 1 + backoff.jitter * random.share();
  constexpr auto kLongest = static_cast<double>(nanoseconds::max().count());
  return wait < kLongest ? nanoseconds(static_cast<nanoseconds::rep>(wait)) : nanoseconds::max();
}

}  // namespace spinoff::engine
