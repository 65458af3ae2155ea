#include <cmath>
#include <stdexcept>

#include <spinoff/backoff.hpp>

namespace spinoff {

using std::chrono::nanoseconds;

nanoseconds Backoff::wait(unsigned earlier, double share) const {
  const auto longest = static_cast<double>(max.count());
  double wait = static_cast<double>(min.count()) * std::pow(factor, earlier);
  if (!(wait < longest)) {  // also if it is no number any more
    wait = longest;
  }
  wait *= 1 + jitter * share;
  constexpr auto kLongest = static_cast<double>(nanoseconds::max().count());
  return wait < kLongest ? nanoseconds(static_cast<nanoseconds::rep>(wait)) : nanoseconds::max();
}

void Backoff::check() const {
  const auto require = [](bool holds, const char* what) {
    if (!holds) {
      throw std::invalid_argument(what);
    }
  };
  constexpr nanoseconds kNone{0};
  require(min >= kNone, "a backoff's min is negative: give zero or more");
  require(max >= min, "a backoff's max is less than its min: give at least that");
  require(factor >= 1, "a backoff's factor is less than 1: give 1 or more");
  require(jitter >= 0 && jitter <= 1, "a backoff's jitter is not a share: give 0 to 1");
  require(reset >= kNone, "a backoff's reset is negative: give zero or more");
}

}  // namespace spinoff
