// The n-th Fibonacci number, by a tree of actors; see bench/savina/fib.cpp.
#include "run.hpp"

namespace spinoff::bench {
namespace {

class Fibonacci : public caf::event_based_actor {
 public:
  /// The root gets the run, and reports its result there.
  explicit Fibonacci(caf::actor_config& config, Run* run = nullptr)
      : event_based_actor(config), run_(run) {}
  caf::behavior make_behavior() override {
    return {[this](request_atom, std::int64_t n) {
              parent_ = sender_of_current(this);
              if (n <= 2) {
                finish(1);
              } else {
                tell(this, spawn<Fibonacci, caf::lazy_init>(), request_atom_v, n - 1);
                tell(this, spawn<Fibonacci, caf::lazy_init>(), request_atom_v, n - 2);
              }
            },
            [this](response_atom, std::int64_t value) {
              sum_ += value;
              if (++responses_ == 2) {
                finish(sum_);
              }
            }};
  }
  void on_exit() override {
    if (run_ != nullptr) {
      run_->report(sum_);
    }
  }

 private:
  void finish(std::int64_t result) {
    sum_ = result;
    if (run_ == nullptr) {
      tell(this, parent_, response_atom_v, result);
    }
    quit();
  }

  Run* run_;
  caf::actor parent_;
  std::int64_t sum_ = 0;
  int responses_ = 0;
};

std::int64_t fibonacci(std::int64_t n) {
  std::int64_t previous = 0;
  std::int64_t result = 1;
  for (std::int64_t i = 1; i < n; ++i) {
    previous = std::exchange(result, previous + result);
  }
  return result;
}

Outcome fib(Run& run) {
  const auto root = run.system().spawn<Fibonacci>(&run);
  run.start();
  tell_from_outside(root, request_atom_v, run["n"]);
  const std::int64_t expected = fibonacci(run["n"]);
  const std::int64_t actors = 2 * expected - 1;
  return {.messages = static_cast<std::uint64_t>(2 * actors - 1),
          .verified = run.wait() == expected};
}

const Registration kRegistration({.name = "fib",
                                  .summary = "a Fibonacci number by a tree of actors",
                                  .parameters = {{"n", 25, 1, 40}},
                                  .run = fib});

}  // namespace
}  // namespace spinoff::bench
