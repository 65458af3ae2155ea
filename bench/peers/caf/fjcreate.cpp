// From outside of any actor, n actors are made and sent one message each; see
// bench/savina/fjcreate.cpp.
#include "run.hpp"
#include "savina/compute.hpp"

namespace spinoff::bench {
namespace {

class OneJob : public caf::event_based_actor {
 public:
  OneJob(caf::actor_config& config, Run& run, std::size_t number)
      : event_based_actor(config), run_(run), number_(number) {}
  caf::behavior make_behavior() override {
    return {[this](job_atom) {
      compute();
      ++jobs_;
      quit();
    }};
  }
  void on_exit() override { run_.report(jobs_, number_); }

 private:
  Run& run_;
  std::size_t number_;
  std::int64_t jobs_ = 0;
};

Outcome fjcreate(Run& run) {
  const auto n = static_cast<std::size_t>(run["n"]);
  run.start(n);
  for (std::size_t i = 0; i < n; ++i) {
    // Lazy: it is not scheduled before it has a message.
    const auto actor = run.system().spawn<OneJob, caf::lazy_init>(std::ref(run), i);
    tell_from_outside(actor, job_atom_v);
  }
  return {.messages = n, .verified = run.wait() == run["n"]};
}

const Registration kRegistration(
    {.name = "fjcreate",
     .summary = "actors made from outside of any actor, a message each",
     .parameters = {{"n", 100'000, 1, 100'000'000}},
     .run = fjcreate});

}  // namespace
}  // namespace spinoff::bench
