// Two actors send each other n pings and pongs, one at a time. As in the original, a pong makes the
// first actor send itself a message, and only that makes it send the next ping.
#include <spinoff/actor.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::pingpong {
namespace {

struct Start {};
struct Next {};
struct Ping {};
struct Pong {};
struct Stop {};

class Ponger : public Actor {
 public:
  explicit Ponger(Run& run) : run_(run) {}
  void on(const Ping& /*ping*/) {
    ++pings_;
    sender() << Pong{};
  }
  void on(const Stop& /*stop*/) { stop(); }
  void post_stop() override { run_.report(pings_, 1); }
  using Receives = Messages<Ping, Stop>;

 private:
  Run& run_;
  std::int64_t pings_ = 0;
};

class Pinger : public Actor {
 public:
  Pinger(Run& run, TypedRef<Ponger> ponger) : run_(run), ponger_(std::move(ponger)) {}
  void on(const Start& /*start*/) { send_ping(); }
  void on(const Next& /*next*/) { send_ping(); }
  void on(const Pong& /*pong*/) {
    ++pongs_;
    if (pings_left_ > 0) {
      self() << Next{};
    } else {
      ponger_ << Stop{};
      stop();
    }
  }
  void post_stop() override { run_.report(pongs_, 0); }
  using Receives = Messages<Start, Next, Pong>;

 private:
  void send_ping() {
    ponger_ << Ping{};
    --pings_left_;
  }

  Run& run_;
  TypedRef<Ponger> ponger_;
  std::int64_t pings_left_ = run_["n"];
  std::int64_t pongs_ = 0;
};

Outcome pingpong(Run& run) {
  const auto ponger = run.node().spawn<Ponger>(std::ref(run));
  const auto pinger = run.node().spawn<Pinger>(std::ref(run), ponger);
  run.start(2);
  pinger << Start{};
  const std::int64_t n = run["n"];
  return {.messages = static_cast<std::uint64_t>(3 * n + 1), .verified = run.wait() == 2 * n};
}

const Registration kRegistration({.name = "pingpong",
                                  .summary = "two actors, one message under way at a time",
                                  .parameters = {{"n", 1'000'000, 1, 1'000'000'000}},
                                  .run = pingpong});

}  // namespace
}  // namespace spinoff::bench::pingpong
