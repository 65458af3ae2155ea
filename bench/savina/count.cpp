// One actor sends n messages to another, as fast as it can, and then asks how many there were.
#include <spinoff/actor.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::count {
namespace {

struct Increment {};
struct Retrieve {};
struct Result {
  std::int64_t count;
};

class Counter : public Actor {
 public:
  void on(const Increment& /*increment*/) { ++count_; }
  void on(const Retrieve& /*retrieve*/) {
    sender() << Result{count_};
    stop();
  }
  using Receives = Messages<Increment, Retrieve>;

 private:
  std::int64_t count_ = 0;
};

class Producer : public Actor {
 public:
  Producer(Run& run, TypedRef<Counter> counter) : run_(run), counter_(std::move(counter)) {}
  void on(const Increment& increment) {
    for (std::int64_t left = run_["n"]; left > 0; --left) {
      counter_ << increment;
    }
    counter_ << Retrieve{};
  }
  void on(const Result& result) {
    count_ = result.count;
    stop();
  }
  void post_stop() override { run_.report(count_); }
  using Receives = Messages<Increment, Result>;

 private:
  Run& run_;
  TypedRef<Counter> counter_;
  std::int64_t count_ = 0;
};

Outcome count(Run& run) {
  const auto counter = run.node().spawn<Counter>();
  const auto producer = run.node().spawn<Producer>(std::ref(run), counter);
  run.start();
  producer << Increment{};
  const std::int64_t n = run["n"];
  return {.messages = static_cast<std::uint64_t>(n + 3), .verified = run.wait() == n};
}

const Registration kRegistration({.name = "count",
                                  .summary = "one actor floods another",
                                  .parameters = {{"n", 3'000'000, 1, 1'000'000'000}},
                                  .run = count});

}  // namespace
}  // namespace spinoff::bench::count
