// Some workers each compute n terms of a logistic map: for each term a worker asks its computer,
// and waits for the answer before it looks at the next order from the master. The master gives all
// orders at once, and asks for the last terms at the end. Those must be the ones of a sequential
// computation, to the bit.
#include <algorithm>
#include <vector>

#include <spinoff/process.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::logmap {
namespace {

constexpr double kIncrement = 0.0025;

struct Start {};
struct Stop {};
struct NextTerm {};
struct GetTerm {};
struct Compute {
  double term;
};
struct Result {
  double term;
};

double next_term(double term, double rate) {
  return rate * term * (1 - term);
}

double first_rate(const Run& run) {
  return static_cast<double>(run["rate_per_mille"]) / 1000;
}

class Computer : public Actor {
 public:
  explicit Computer(double rate) : rate_(rate) {}
  void on(const Compute& compute) { sender() << Result{next_term(compute.term, rate_)}; }
  void on(const Stop& /*stop*/) { stop(); }
  using Receives = Messages<Compute, Stop>;

 private:
  double rate_;
};

/// While it waits for a result, orders are kept for later.
class Worker : public Process {
 public:
  Task<> run(Ref master, Ref computer, double term) {
    for (;;) {
      const auto order = co_await get<NextTerm, GetTerm, Stop>();
      if (std::holds_alternative<NextTerm>(order)) {
        computer << Compute{term};
        term = (co_await get<Result>()).term;
      } else if (std::holds_alternative<GetTerm>(order)) {
        master << Result{term};
      } else {
        co_return;
      }
    }
  }
};

class Master : public Actor {
 public:
  Master(Run& run, std::vector<double> expected) : run_(run), expected_(std::move(expected)) {}
  void pre_start() override {
    for (std::size_t i = 0; i < expected_.size(); ++i) {
      const double step = kIncrement * static_cast<double>(i);
      computers_.push_back(spawn<Computer>(first_rate(run_) + step));
      workers_.push_back(spawn<Worker>(self(), Ref(computers_.back()), step));
    }
  }
  void on(const Start& /*start*/) {
    for (std::int64_t i = run_["n"]; i > 0; --i) {
      for (const auto& worker : workers_) {
        worker << NextTerm{};
      }
    }
    for (const auto& worker : workers_) {
      worker << GetTerm{};
    }
  }
  void on(const Result& result) {
    terms_.push_back(result.term);
    if (terms_.size() == workers_.size()) {
      for (std::size_t i = 0; i < workers_.size(); ++i) {
        computers_[i] << Stop{};
        workers_[i] << Stop{};
      }
      stop();
    }
  }
  void post_stop() override {
    std::sort(terms_.begin(), terms_.end());
    run_.report(terms_ == expected_ ? 1 : 0);
  }
  using Receives = Messages<Start, Result>;

 private:
  Run& run_;
  std::vector<double> expected_;  // sorted
  std::vector<double> terms_;
  std::vector<TypedRef<Computer>> computers_;
  std::vector<TypedRef<Worker>> workers_;
};

Outcome logmap(Run& run) {
  const std::int64_t n = run["n"];
  const std::int64_t series = run["series"];
  std::vector<double> expected;
  for (std::int64_t i = 0; i < series; ++i) {
    const double step = kIncrement * static_cast<double>(i);
    double term = step;
    for (std::int64_t k = 0; k < n; ++k) {
      term = next_term(term, first_rate(run) + step);
    }
    expected.push_back(term);
  }
  std::sort(expected.begin(), expected.end());
  run.start();
  run.node().spawn<Master>(std::ref(run), expected) << Start{};
  // The start; for each term an order, a question and an answer; for each series the last term
  // asked for and told, and two stops.
  return {.messages = static_cast<std::uint64_t>(1 + 3 * n * series + 4 * series),
          .verified = run.wait() == 1};
}

const Registration kRegistration({.name = "logmap",
                                  .summary = "workers wait for the answer to each question",
                                  .parameters = {{"n", 25'000, 0, 100'000'000},
                                                 {"series", 10, 1, 100},
                                                 {"rate_per_mille", 3'460, 0, 3'750}},
                                  .run = logmap});

}  // namespace
}  // namespace spinoff::bench::logmap
