// Pi to so many decimal digits, by the series of Bailey, Borwein and Plouffe. A master asks its
// workers for one term after the other, and adds up, until a term is too small to count. Numbers
// are binary fractions of as many digits, and some more. The sum is compared with pi by Machin's
// formula.
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "savina/run.hpp"
#include "savina/worker_pool.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::piprecision {
namespace {

/// A number from 0 to below 2^32, with a fixed count of binary digits behind the point.
class Fixed {
 public:
  /// `digits`: 32 binary ones each.
  Fixed(std::uint32_t whole, std::size_t digits) : digits_(digits + 1) { digits_[0] = whole; }

  [[nodiscard]] std::size_t digits() const { return digits_.size() - 1; }
  Fixed& operator+=(const Fixed& other) {
    std::uint64_t carry = 0;
    for (std::size_t i = digits_.size(); i-- > 0;) {
      carry += std::uint64_t{digits_[i]} + other.digits_[i];
      digits_[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32U;
    }
    return *this;
  }
  Fixed& operator-=(const Fixed& other) {
    std::uint64_t borrow = 0;
    for (std::size_t i = digits_.size(); i-- > 0;) {
      const std::uint64_t difference = std::uint64_t{digits_[i]} - other.digits_[i] - borrow;
      digits_[i] = static_cast<std::uint32_t>(difference);
      borrow = difference >> 63U;
    }
    return *this;
  }
  Fixed& operator/=(std::uint32_t divisor) {
    std::uint64_t rest = 0;
    for (std::uint32_t& digit : digits_) {
      rest = (rest << 32U) | digit;
      digit = static_cast<std::uint32_t>(rest / divisor);
      rest %= divisor;
    }
    return *this;
  }
  Fixed& operator>>=(std::size_t bits) {
    const std::size_t whole = std::min(bits / 32, digits_.size());
    std::move_backward(digits_.begin(), digits_.end() - static_cast<std::ptrdiff_t>(whole),
                       digits_.end());
    std::fill_n(digits_.begin(), whole, 0);
    return bits % 32 == 0 ? *this : *this /= std::uint32_t{1} << bits % 32;
  }
  friend auto operator<=>(const Fixed& a, const Fixed& b) = default;
  [[nodiscard]] bool is_zero() const {
    return std::all_of(digits_.begin(), digits_.end(), [](auto digit) { return digit == 0; });
  }

 private:
  std::vector<std::uint32_t> digits_;  // the whole number first
};

/// What counts as nothing: a one at the last decimal digit.
Fixed tolerance(std::int64_t precision) {
  constexpr double kBits = 3.3219280948873626;  // of a decimal digit
  constexpr std::size_t kMore = 2;              // for what divisions leave out
  const auto bits = static_cast<std::size_t>(std::ceil(static_cast<double>(precision) * kBits));
  Fixed result(1, bits / 32 + 1 + kMore);
  for (std::int64_t i = 0; i < precision; ++i) {
    result /= 10;
  }
  return result;
}

Fixed fraction(std::uint32_t numerator, std::uint32_t denominator, std::size_t digits) {
  Fixed result(numerator, digits);
  return result /= denominator;
}

Fixed term(std::uint32_t k, std::size_t digits) {
  Fixed result = fraction(4, 8 * k + 1, digits);
  result -= fraction(2, 8 * k + 4, digits);
  result -= fraction(1, 8 * k + 5, digits);
  result -= fraction(1, 8 * k + 6, digits);
  return result >>= std::size_t{4} * k;  // by 16 to the power of k
}

struct Start {};
struct Work {
  std::uint32_t term;
};
struct Result {
  Fixed term;
};

class Worker : public PoolWorker {
 public:
  explicit Worker(std::size_t digits) : digits_(digits) {}
  using PoolWorker::on;
  void on(const Work& work) { parent() << Result{term(work.term, digits_)}; }
  using Receives = Messages<Work, Stop>;

 private:
  std::size_t digits_;
};

class Master : public PoolMaster {
 public:
  Master(Run& run, Fixed tolerance, std::size_t digits, std::shared_ptr<Fixed> sum)
      : run_(run), tolerance_(std::move(tolerance)), digits_(digits), sum_(std::move(sum)) {}
  void pre_start() override {
    for (std::int64_t i = run_["workers"]; i > 0; --i) {
      add_worker(spawn<Worker>(digits_));
    }
  }
  using PoolMaster::on;
  void on(const Start& /*start*/) {
    const auto precision = static_cast<std::size_t>(run_["precision"]);
    for (std::size_t i = 0; i < std::min(precision, 10 * workers().size()); ++i) {
      request_term(workers()[i % workers().size()]);
    }
  }
  void on(const Result& result) {
    *sum_ += result.term;
    precise_ = precise_ || result.term <= tolerance_;
    if (!precise_) {
      request_term(sender());
    }
    if (++received_ == requested_) {
      stop_workers();
    }
  }
  void post_stop() override { run_.report(received_); }
  using Receives = Messages<Start, Result, Stop>;

 private:
  void request_term(const Ref& worker) {
    worker << Work{requested_};
    ++requested_;
  }

  Run& run_;
  Fixed tolerance_;
  std::size_t digits_;
  std::shared_ptr<Fixed> sum_;
  std::uint32_t requested_ = 0;
  std::uint32_t received_ = 0;
  bool precise_ = false;
};

/// `factor` times the angle whose tangent is 1 / x.
Fixed arctan(std::uint32_t factor, std::uint32_t x, std::size_t digits) {
  Fixed power = fraction(factor, x, digits);
  Fixed sum = power;
  for (std::uint32_t i = 3; !power.is_zero(); i += 2) {
    power /= x * x;
    Fixed next = power;
    next /= i;
    if (i % 4 == 3) {
      sum -= next;
    } else {
      sum += next;
    }
  }
  return sum;
}

bool is_pi(const Fixed& sum, const Fixed& tolerance, std::size_t digits) {
  Fixed pi = arctan(16, 5, digits);
  pi -= arctan(4, 239, digits);
  Fixed difference = std::max(pi, sum);
  difference -= std::min(pi, sum);
  return difference <= tolerance;
}

Outcome piprecision(Run& run) {
  const Fixed smallest = tolerance(run["precision"]);
  const std::size_t digits = smallest.digits();
  const auto sum = std::make_shared<Fixed>(0, digits);
  run.start();
  run.node().spawn<Master>(std::ref(run), smallest, digits, sum) << Start{};
  const std::int64_t terms = run.wait();
  // The start; each term asked for and told; and stops there and back.
  return {.messages = static_cast<std::uint64_t>(1 + 2 * terms + 2 * run["workers"]),
          .verified = is_pi(*sum, smallest, digits)};
}

const Registration kRegistration({.name = "piprecision",
                                  .summary = "a master and workers compute pi to many digits",
                                  .parameters = {{"precision", 5'000, 1, 1'000'000},
                                                 {"workers", 20, 1, 10'000}},
                                  .run = piprecision});

}  // namespace
}  // namespace spinoff::bench::piprecision
