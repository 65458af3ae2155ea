// From outside of any actor, n messages go to each of some actors; see bench/savina/fjthrput.cpp.
#include "run.hpp"
#include "savina/compute.hpp"

namespace spinoff::bench {
namespace {

class Throughput : public caf::event_based_actor {
 public:
  Throughput(caf::actor_config& config, Run& run, std::size_t number)
      : event_based_actor(config), run_(run), number_(number) {}
  caf::behavior make_behavior() override {
    return {[this](job_atom) {
      compute();
      if (++jobs_ == expected_) {
        quit();
      }
    }};
  }
  void on_exit() override { run_.report(jobs_, number_); }

 private:
  Run& run_;
  std::size_t number_;
  std::int64_t expected_ = run_["n"];
  std::int64_t jobs_ = 0;
};

Outcome fjthrput(Run& run) {
  const std::int64_t n = run["n"];
  const std::int64_t count = run["actors"];
  std::vector<caf::actor> actors;
  actors.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    actors.push_back(run.system().spawn<Throughput>(std::ref(run), static_cast<std::size_t>(i)));
  }
  run.start(actors.size());
  for (std::int64_t i = 0; i < n; ++i) {
    for (const auto& actor : actors) {
      tell_from_outside(actor, job_atom_v);
    }
  }
  return {.messages = static_cast<std::uint64_t>(n * count), .verified = run.wait() == n * count};
}

const Registration kRegistration({.name = "fjthrput",
                                  .summary = "messages from outside of any actor to some actors",
                                  .parameters = {{"n", 20'000, 1, 100'000'000},
                                                 {"actors", 60, 1, 1'000'000}},
                                  .run = fjthrput});

}  // namespace
}  // namespace spinoff::bench
