// One actor floods another and asks how many messages there were; see bench/savina/count.cpp.
#include "run.hpp"

namespace spinoff::bench {
namespace {

class Counter : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;
  caf::behavior make_behavior() override {
    return {[this](increment_atom) { ++count_; },
            [this](retrieve_atom) {
              quit();
              return count_;
            }};
  }

 private:
  std::int64_t count_ = 0;
};

class Producer : public caf::event_based_actor {
 public:
  Producer(caf::actor_config& config, Run& run, caf::actor counter)
      : event_based_actor(config), run_(run), counter_(std::move(counter)) {}
  caf::behavior make_behavior() override {
    return {[this](increment_atom increment) {
              for (std::int64_t left = run_["n"]; left > 0; --left) {
                tell(this, counter_, increment);
              }
              tell(this, counter_, retrieve_atom_v);
            },
            [this](std::int64_t count) {
              count_ = count;
              quit();
            }};
  }
  void on_exit() override { run_.report(count_); }

 private:
  Run& run_;
  caf::actor counter_;
  std::int64_t count_ = 0;
};

Outcome count(Run& run) {
  const auto counter = run.system().spawn<Counter>();
  const auto producer = run.system().spawn<Producer>(std::ref(run), counter);
  run.start();
  tell_from_outside(producer, increment_atom_v);
  const std::int64_t n = run["n"];
  return {.messages = static_cast<std::uint64_t>(n + 3), .verified = run.wait() == n};
}

const Registration kRegistration({.name = "count",
                                  .summary = "one actor floods another",
                                  .parameters = {{"n", 3'000'000, 1, 1'000'000'000}},
                                  .run = count});

}  // namespace
}  // namespace spinoff::bench
