// The n-th Fibonacci number, by a tree of actors: each asks two children, adds what they answer,
// tells its parent and stops.
#include <spinoff/actor.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::fib {
namespace {

struct Request {
  std::int64_t n;
};
struct Response {
  std::int64_t value;
};

class Fibonacci : public Actor {
 public:
  /// The root gets the run, and reports its result there.
  explicit Fibonacci(Run* run = nullptr) : run_(run) {}
  void on(const Request& request) {
    if (request.n <= 2) {
      finish(1);
    } else {
      spawn<Fibonacci>() << Request{request.n - 1};
      spawn<Fibonacci>() << Request{request.n - 2};
    }
  }
  void on(const Response& response) {
    sum_ += response.value;
    if (++responses_ == 2) {
      finish(sum_);
    }
  }
  void post_stop() override {
    if (run_ != nullptr) {
      run_->report(sum_);
    }
  }
  using Receives = Messages<Request, Response>;

 private:
  void finish(std::int64_t result) {
    sum_ = result;
    if (run_ == nullptr) {
      parent() << Response{result};
    }
    stop();
  }

  Run* run_;
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
  const auto root = run.node().spawn<Fibonacci>(&run);
  run.start();
  root << Request{run["n"]};
  const std::int64_t expected = fibonacci(run["n"]);
  // As many leaves as the result, one actor less above them; each but the root sends a response.
  const std::int64_t actors = 2 * expected - 1;
  return {.messages = static_cast<std::uint64_t>(2 * actors - 1),
          .verified = run.wait() == expected};
}

const Registration kRegistration({.name = "fib",
                                  .summary = "a Fibonacci number by a tree of actors",
                                  .parameters = {{"n", 25, 1, 40}},
                                  .run = fib});

}  // namespace
}  // namespace spinoff::bench::fib
