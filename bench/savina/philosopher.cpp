// Philosophers at a round table eat so many times each. One who is hungry asks the arbitrator, who
// gives both forks or none; who gets none asks again at once. The arbitrator sees to it that nobody
// gives back a fork that was not out, and that at the end all are back; the meals are counted.
#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::philosopher {
namespace {

using Retries = std::shared_ptr<std::atomic<std::int64_t>>;

struct Start {};
struct Hungry {
  std::size_t philosopher;
};
struct Eat {};
struct Denied {};
struct Done {
  std::size_t philosopher;
};
struct Exit {};

class Arbitrator : public Actor {
 public:
  explicit Arbitrator(Run& run) : run_(run) {}
  void on(const Hungry& hungry) {
    if (left(hungry) != 0 || right(hungry) != 0) {
      sender() << Denied{};
    } else {
      left(hungry) = right(hungry) = 1;
      sender() << Eat{};
    }
  }
  void on(const Done& done) {
    if (left(done) == 0 || right(done) == 0) {
      throw std::runtime_error("philosopher " + std::to_string(done.philosopher) +
                               " gives back forks that are on the table");
    }
    left(done) = right(done) = 0;
  }
  void on(const Exit& /*exit*/) {
    if (++exited_ == is_out_.size()) {
      stop();
    }
  }
  /// How many forks are missing.
  void post_stop() override { run_.report(std::count(is_out_.begin(), is_out_.end(), 1)); }
  using Receives = Messages<Hungry, Done, Exit>;

 private:
  template <class M>
  char& left(const M& message) {
    return is_out_[message.philosopher];
  }
  template <class M>
  char& right(const M& message) {
    return is_out_[(message.philosopher + 1) % is_out_.size()];
  }

  Run& run_;
  std::vector<char> is_out_ = std::vector<char>(static_cast<std::size_t>(run_["n"]));
  std::size_t exited_ = 0;
};

class Philosopher : public Actor {
 public:
  Philosopher(Run& run, std::size_t number, TypedRef<Arbitrator> arbitrator, Retries all_retries)
      : run_(run),
        number_(number),
        arbitrator_(std::move(arbitrator)),
        all_retries_(std::move(all_retries)) {}
  void on(const Start& /*start*/) { arbitrator_ << Hungry{number_}; }
  void on(const Denied& /*denied*/) {
    ++retries_;
    arbitrator_ << Hungry{number_};
  }
  void on(const Eat& /*eat*/) {
    ++meals_;
    arbitrator_ << Done{number_};
    if (meals_ < rounds_) {
      self() << Start{};
    } else {
      arbitrator_ << Exit{};
      stop();
    }
  }
  void post_stop() override {
    *all_retries_ += retries_;
    run_.report(meals_, number_ + 1);
  }
  using Receives = Messages<Start, Denied, Eat>;

 private:
  Run& run_;
  std::size_t number_;
  TypedRef<Arbitrator> arbitrator_;
  Retries all_retries_;
  std::int64_t rounds_ = run_["rounds"];
  std::int64_t meals_ = 0;
  std::int64_t retries_ = 0;
};

Outcome philosopher(Run& run) {
  const auto n = static_cast<std::size_t>(run["n"]);
  const auto retries = std::make_shared<std::atomic<std::int64_t>>(0);
  run.start(n + 1);
  const auto arbitrator = run.node().spawn<Arbitrator>(std::ref(run));
  std::vector<TypedRef<Philosopher>> philosophers;
  philosophers.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    philosophers.push_back(
        run.node().spawn<Philosopher>(std::ref(run), i, arbitrator, Retries(retries)));
  }
  for (const auto& each : philosophers) {
    each << Start{};
  }
  const std::int64_t meals = run["n"] * run["rounds"];
  const bool verified = run.wait() == meals;
  run.add_figure("retries", static_cast<double>(*retries));
  // A meal: start, hungry, eat, done; a retry: denied, hungry; an exit each.
  return {.messages = static_cast<std::uint64_t>(4 * meals + 2 * *retries + run["n"]),
          .verified = verified};
}

const Registration kRegistration({.name = "philosopher",
                                  .summary = "philosophers share forks through an arbitrator",
                                  .parameters = {{"n", 20, 1, 1'000'000},
                                                 {"rounds", 10'000, 1, 100'000'000}},
                                  .run = philosopher});

}  // namespace
}  // namespace spinoff::bench::philosopher
