// Sorts n numbers by a chain of actors, one a bit: each sends on the numbers without that bit as
// they come, and those that have it when all have come. The last actor compares what comes with the
// numbers as the standard library sorts them.
#include <algorithm>
#include <memory>
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/pseudo_random.hpp"
#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::radixsort {
namespace {

using Numbers = std::vector<std::int64_t>;

struct Next {
  Ref first;
};
struct Value {
  std::int64_t value;
};

class Source : public Actor {
 public:
  explicit Source(std::shared_ptr<const Numbers> numbers) : numbers_(std::move(numbers)) {}
  void on(const Next& next) {
    for (const std::int64_t value : *numbers_) {
      next.first << Value{value};
    }
    stop();
  }
  using Receives = Messages<Next>;

 private:
  std::shared_ptr<const Numbers> numbers_;
};

class Sorter : public Actor {
 public:
  Sorter(std::int64_t n, std::int64_t bit, Ref next)
      : left_(n), bit_(bit), next_(std::move(next)) {}
  void on(const Value& value) {
    if ((value.value & bit_) == 0) {
      next_ << value;
    } else {
      kept_.push_back(value);
    }
    if (--left_ == 0) {
      for (const Value& kept : kept_) {
        next_ << kept;
      }
      stop();
    }
  }
  using Receives = Messages<Value>;

 private:
  std::int64_t left_;
  std::int64_t bit_;
  Ref next_;
  std::vector<Value> kept_;
};

class Validator : public Actor {
 public:
  Validator(Run& run, std::shared_ptr<const Numbers> sorted)
      : run_(run), sorted_(std::move(sorted)) {}
  void on(const Value& value) {
    right_ += value.value == (*sorted_)[count_] ? 1 : 0;
    if (++count_ == sorted_->size()) {
      stop();
    }
  }
  void post_stop() override { run_.report(right_); }
  using Receives = Messages<Value>;

 private:
  Run& run_;
  std::shared_ptr<const Numbers> sorted_;
  std::size_t count_ = 0;
  std::int64_t right_ = 0;
};

Outcome radixsort(Run& run) {
  const std::int64_t n = run["n"];
  Numbers numbers = draw_numbers(run["n"], run["max"], run["seed"]);
  Numbers sorted = numbers;
  std::sort(sorted.begin(), sorted.end());

  run.start();
  Ref next = run.node().spawn<Validator>(std::ref(run),
                                         std::make_shared<const Numbers>(std::move(sorted)));
  const auto source = run.node().spawn<Source>(std::make_shared<const Numbers>(std::move(numbers)));
  std::int64_t stages = 1;
  for (std::int64_t bit = run["max"] / 2; bit > 0; bit /= 2) {
    next = run.node().spawn<Sorter>(n, bit, next);
    ++stages;
  }
  source << Next{next};
  return {.messages = static_cast<std::uint64_t>(1 + n * stages), .verified = run.wait() == n};
}

const Registration kRegistration(
    {.name = "radixsort",
     .summary = "a chain of actors sorts numbers, one a bit",
     .parameters =
         {{"n", 100'000, 1, 100'000'000},
          {.key = "max", .standard = 1LL << 60, .min = 2, .max = 1LL << 60, .power_of = 2},
          {"seed", 2'048, 0, 65'535}},
     .run = radixsort});

}  // namespace
}  // namespace spinoff::bench::radixsort
