// From outside of any actor, n actors are made and sent one message each; they do a little work and
// stop.
#include <spinoff/actor.hpp>

#include "savina/compute.hpp"
#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::fjcreate {
namespace {

struct Job {};

class OneJob : public Actor {
 public:
  OneJob(Run& run, std::size_t number) : run_(run), number_(number) {}
  void on(const Job& /*job*/) {
    compute();
    ++jobs_;
    stop();
  }
  void post_stop() override { run_.report(jobs_, number_); }
  using Receives = Messages<Job>;

 private:
  Run& run_;
  std::size_t number_;
  std::int64_t jobs_ = 0;
};

Outcome fjcreate(Run& run) {
  const auto n = static_cast<std::size_t>(run["n"]);
  run.start(n);
  for (std::size_t i = 0; i < n; ++i) {
    run.node().spawn<OneJob>(std::ref(run), i) << Job{};
  }
  return {.messages = n, .verified = run.wait() == run["n"]};
}

const Registration kRegistration(
    {.name = "fjcreate",
     .summary = "actors made from outside of any actor, a message each",
     .parameters = {{"n", 100'000, 1, 100'000'000}},
     .run = fjcreate});

}  // namespace
}  // namespace spinoff::bench::fjcreate
