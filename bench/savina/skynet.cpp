// An actor has ten children, each of them ten, and so on, until there are `size` leaves. The leaves
// answer with their number; each parent adds up and answers to its own.
// By Alexander Temerev, https://github.com/atemerev/skynet.
#include <spinoff/actor.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::skynet {
namespace {

constexpr std::int64_t kChildren = 10;

struct Start {
  std::int64_t first;   // the number of its first leaf
  std::int64_t leaves;  // below it
};
struct Result {
  std::int64_t sum;
};

class Skynet : public Actor {
 public:
  /// The root gets the run, and reports its result there.
  explicit Skynet(Run* run = nullptr) : run_(run) {}
  void on(const Start& start) {
    if (start.leaves == 1) {
      finish(start.first);
      return;
    }
    const std::int64_t below = start.leaves / kChildren;
    for (std::int64_t i = 0; i < kChildren; ++i) {
      spawn<Skynet>() << Start{start.first + i * below, below};
    }
  }
  void on(const Result& result) {
    sum_ += result.sum;
    if (++results_ == kChildren) {
      finish(sum_);
    }
  }
  void post_stop() override {
    if (run_ != nullptr) {
      run_->report(sum_);
    }
  }
  using Receives = Messages<Start, Result>;

 private:
  void finish(std::int64_t result) {
    sum_ = result;
    if (run_ == nullptr) {
      parent() << Result{result};
    }
    stop();
  }

  Run* run_;
  std::int64_t sum_ = 0;
  int results_ = 0;
};

Outcome skynet(Run& run) {
  const std::int64_t leaves = run["size"];
  // As many as the number has ones: 1 + 10 + ... + leaves.
  const std::int64_t actors = (kChildren * leaves - 1) / (kChildren - 1);
  const auto root = run.node().spawn<Skynet>(&run);
  run.start();
  root << Start{0, leaves};
  return {.messages = static_cast<std::uint64_t>(2 * actors - 1),
          .verified = run.wait() == leaves * (leaves - 1) / 2};
}

const Registration kRegistration({.name = "skynet",
                                  .summary = "a tree of actors, ten children each",
                                  .parameters = {{.key = "size",
                                                  .standard = 1'000'000,
                                                  .min = 1,
                                                  .max = 100'000'000,
                                                  .power_of = kChildren}},
                                  .run = skynet});

}  // namespace
}  // namespace spinoff::bench::skynet
