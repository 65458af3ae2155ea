// Sorts n numbers by a tree of actors: each gives those below and above a pivot to two children,
// and puts together what they send back. Few numbers are sorted in place of that by one actor, in
// the same way. The result is compared with the numbers as the standard library sorts them.
#include <algorithm>
#include <memory>
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/pseudo_random.hpp"
#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::quicksort {
namespace {

using Numbers = std::vector<std::int64_t>;

struct Sort {
  Numbers numbers;
};
enum class Side : std::uint8_t { left, right };
struct Result {
  Numbers numbers;
  Side side;
  std::int64_t actors;  // that sorted them
};

template <class Predicate>
Numbers filter(const Numbers& numbers, Predicate predicate) {
  Numbers result;
  result.reserve(numbers.size());
  std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(result), predicate);
  return result;
}

struct Split {
  explicit Split(const Numbers& numbers) {
    const std::int64_t pivot = numbers[numbers.size() / 2];
    less = filter(numbers, [=](std::int64_t number) { return number < pivot; });
    equal = filter(numbers, [=](std::int64_t number) { return number == pivot; });
    greater = filter(numbers, [=](std::int64_t number) { return number > pivot; });
  }
  Numbers less;
  Numbers equal;
  Numbers greater;
};

Numbers sort(Numbers numbers) {
  if (numbers.size() < 2) {
    return numbers;
  }
  Split split(numbers);
  Numbers result = sort(std::move(split.less));
  result.insert(result.end(), split.equal.begin(), split.equal.end());
  const Numbers greater = sort(std::move(split.greater));
  result.insert(result.end(), greater.begin(), greater.end());
  return result;
}

class QuickSort : public Actor {
 public:
  /// The root gets a place for its result.
  QuickSort(Run& run, Side side, std::shared_ptr<Numbers> sorted = nullptr)
      : run_(run), side_(side), sorted_(std::move(sorted)) {}
  void on(Sort sort_these) {
    if (static_cast<std::int64_t>(sort_these.numbers.size()) < run_["threshold"]) {
      numbers_ = sort(std::move(sort_these.numbers));
      finish();
      return;
    }
    Split split(sort_these.numbers);
    spawn<QuickSort>(std::ref(run_), Side::left) << Sort{std::move(split.less)};
    spawn<QuickSort>(std::ref(run_), Side::right) << Sort{std::move(split.greater)};
    numbers_ = std::move(split.equal);
  }
  void on(const Result& result) {
    numbers_.insert(result.side == Side::left ? numbers_.begin() : numbers_.end(),
                    result.numbers.begin(), result.numbers.end());
    actors_ += result.actors;
    if (++results_ == 2) {
      finish();
    }
  }
  void post_stop() override {
    if (sorted_) {
      run_.report(actors_);
    }
  }
  using Receives = Messages<Sort, Result>;

 private:
  void finish() {
    if (sorted_) {
      *sorted_ = std::move(numbers_);
    } else {
      parent() << Result{std::move(numbers_), side_, actors_};
    }
    stop();
  }

  Run& run_;
  Side side_;
  std::shared_ptr<Numbers> sorted_;
  Numbers numbers_;
  std::int64_t actors_ = 1;
  int results_ = 0;
};

Outcome quicksort(Run& run) {
  Numbers numbers = draw_numbers(run["n"], run["max"], run["seed"]);
  const auto sorted = std::make_shared<Numbers>();
  const auto root = run.node().spawn<QuickSort>(std::ref(run), Side::left, sorted);
  run.start();
  root << Sort{numbers};
  const std::int64_t actors = run.wait();
  std::sort(numbers.begin(), numbers.end());
  // Numbers to each actor, and from all but the root.
  return {.messages = static_cast<std::uint64_t>(2 * actors - 1), .verified = *sorted == numbers};
}

const Registration kRegistration({.name = "quicksort",
                                  .summary = "a tree of actors sorts numbers",
                                  .parameters = {{"n", 1'000'000, 1, 100'000'000},
                                                 {"max", 1LL << 60, 1, 1LL << 60},
                                                 {"threshold", 2'048, 1, 1'000'000'000},
                                                 {"seed", 1'024, 0, 65'535}},
                                  .run = quicksort});

}  // namespace
}  // namespace spinoff::bench::quicksort
