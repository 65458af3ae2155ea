// The area below a curve from `left` to `right` as a sum of n trapezoids. A master gives each
// worker an equal part, and adds up. As in the original, rounding may cost each worker one of its
// trapezoids; but for that, and for the rule's own error, the area must be what Simpson's rule
// gives.
#include <algorithm>
#include <cmath>
#include <memory>

#include <spinoff/actor.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::trapezoid {
namespace {

struct Work {
  double left;
  double right;
  double step;
};
struct Result {
  double area;
};

double curve(double x) {
  const double slope = std::sin(std::pow(x, 3) - 1) / (x + 1);
  return slope * std::sqrt(1 + std::exp(std::sqrt(2 * x)));
}

class Worker : public Actor {
 public:
  void on(const Work& work) {
    const auto n = static_cast<std::int64_t>((work.right - work.left) / work.step);
    double area = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const double left = static_cast<double>(i) * work.step + work.left;
      const double right = left + work.step;
      area += 0.5 * (curve(left) + curve(right)) * work.step;
    }
    parent() << Result{area};
    stop();
  }
  using Receives = Messages<Work>;
};

class Master : public Actor {
 public:
  Master(Run& run, std::shared_ptr<double> area) : run_(run), area_(std::move(area)) {}
  void on(const Work& work) {
    const double part = (work.right - work.left) / static_cast<double>(workers_);
    for (std::int64_t i = 0; i < workers_; ++i) {
      const double left = part * static_cast<double>(i) + work.left;
      spawn<Worker>() << Work{left, left + part, work.step};
    }
  }
  void on(const Result& result) {
    *area_ += result.area;
    if (++results_ == workers_) {
      stop();
    }
  }
  void post_stop() override { run_.report(results_); }
  using Receives = Messages<Work, Result>;

 private:
  Run& run_;
  std::shared_ptr<double> area_;
  std::int64_t workers_ = run_["workers"];
  std::int64_t results_ = 0;
};

bool is_right(double area, const Work& work, double workers) {
  constexpr int kIntervals = 1'000'000;  // even
  const double width = (work.right - work.left) / kIntervals;
  double sum = 0;
  double highest = 0;
  double bend = 0;  // the most that the slope changes, by the square of the width
  for (int i = 0; i < kIntervals; i += 2) {
    const double a = curve(work.left + width * i);
    const double b = curve(work.left + width * (i + 1));
    const double c = curve(work.left + width * (i + 2));
    sum += (a + 4 * b + c) * width / 3;
    highest = std::max(highest, std::abs(b));
    bend = std::max(bend, std::abs(a - 2 * b + c) / (width * width));
  }
  const double lost = workers * work.step * highest;
  const double error = work.step * work.step / 12 * (work.right - work.left) * bend;
  return std::abs(area - sum) <= 1.01 * (lost + error) + 1e-9;
}

Outcome trapezoid(Run& run) {
  if (run["left"] >= run["right"]) {
    throw RunFailed("the left end must be less than the right end");
  }
  const auto left = static_cast<double>(run["left"]);
  const auto right = static_cast<double>(run["right"]);
  const Work work{left, right, (right - left) / static_cast<double>(run["n"])};
  const auto area = std::make_shared<double>(0);
  run.start();
  run.node().spawn<Master>(std::ref(run), area) << work;
  const std::int64_t results = run.wait();
  return {.messages = static_cast<std::uint64_t>(1 + 2 * results),
          .verified = is_right(*area, work, static_cast<double>(run["workers"]))};
}

const Registration kRegistration({.name = "trapezoid",
                                  .summary = "workers add up the area below a curve",
                                  .parameters = {{"n", 10'000'000, 1, 10'000'000'000},
                                                 {"workers", 100, 1, 1'000'000},
                                                 {"left", 1, 0, 9},
                                                 {"right", 5, 1, 10}},
                                  .run = trapezoid});

}  // namespace
}  // namespace spinoff::bench::trapezoid
