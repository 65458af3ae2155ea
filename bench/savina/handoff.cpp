// How long a message to an idle actor waits when its sender goes on computing in the same handler,
// while another worker is idle. Not of the original suite. Each of n rounds begins when everything
// has been quiet for a while: from outside, the sender is told to send one message and then to
// compute for `busy_us`. Measured is the time from that send to the begin of the receiver's
// handler. With one worker it is the sender's whole computation.
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"
#include "support/statistics.hpp"

namespace spinoff::bench::handoff {
namespace {

using Clock = std::chrono::steady_clock;
using Waits = std::vector<double>;  // in microseconds, one a round

struct Begin {};
struct Work {
  Clock::time_point sent;
};

class Receiver : public Actor {
 public:
  Receiver(Run& run, std::shared_ptr<Waits> waits) : run_(run), waits_(std::move(waits)) {}
  void on(const Work& work) {
    const std::chrono::duration<double, std::micro> wait = Clock::now() - work.sent;
    waits_->push_back(wait.count());
    run_.report(1, 0);
  }
  using Receives = Messages<Work>;

 private:
  Run& run_;
  std::shared_ptr<Waits> waits_;
};

class Sender : public Actor {
 public:
  Sender(Run& run, TypedRef<Receiver> receiver)
      : run_(run), receiver_(std::move(receiver)), busy_(run["busy_us"]) {}
  void on(const Begin& /*begin*/) {
    const Clock::time_point now = Clock::now();
    receiver_ << Work{now};
    while (Clock::now() - now < busy_) {
    }
    run_.report(0, 1);
  }
  using Receives = Messages<Begin>;

 private:
  Run& run_;
  TypedRef<Receiver> receiver_;
  std::chrono::microseconds busy_;
};

Outcome handoff(Run& run) {
  const std::int64_t n = run["n"];
  const std::chrono::microseconds quiet(run["quiet_us"]);
  const auto waits = std::make_shared<Waits>();
  waits->reserve(static_cast<std::size_t>(n));
  const auto receiver = run.node().spawn<Receiver>(std::ref(run), waits);
  const auto sender = run.node().spawn<Sender>(std::ref(run), receiver);
  std::int64_t arrived = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    std::this_thread::sleep_for(quiet);  // the workers go to sleep
    run.start(2);
    sender << Begin{};
    arrived += run.wait();
  }
  run.add_figure("p50_us", percentile(*waits, 0.5));
  run.add_figure("p90_us", percentile(*waits, 0.9));
  run.add_figure("p99_us", percentile(*waits, 0.99));
  return {.messages = static_cast<std::uint64_t>(2 * n), .verified = arrived == n};
}

const Registration kRegistration({.name = "handoff",
                                  .summary = "how long a message waits for its busy sender",
                                  .parameters = {{"n", 400, 1, 1'000'000},
                                                 {"busy_us", 5'000, 0, 60'000'000},
                                                 {"quiet_us", 1'000, 0, 60'000'000}},
                                  .run = handoff});

}  // namespace
}  // namespace spinoff::bench::handoff
