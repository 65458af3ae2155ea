// From outside of any actor, n messages go to each of some actors, in rounds. Each message is a
// little work. An actor that has got all of its messages stops.
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/compute.hpp"
#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::fjthrput {
namespace {

struct Job {};

class Throughput : public Actor {
 public:
  Throughput(Run& run, std::size_t number) : run_(run), number_(number) {}
  void on(const Job& /*job*/) {
    compute();
    if (++jobs_ == expected_) {
      stop();
    }
  }
  void post_stop() override { run_.report(jobs_, number_); }
  using Receives = Messages<Job>;

 private:
  Run& run_;
  std::size_t number_;
  std::int64_t expected_ = run_["n"];
  std::int64_t jobs_ = 0;
};

Outcome fjthrput(Run& run) {
  const std::int64_t n = run["n"];
  const std::int64_t count = run["actors"];
  std::vector<TypedRef<Throughput>> actors;
  actors.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    actors.push_back(run.node().spawn<Throughput>(std::ref(run), static_cast<std::size_t>(i)));
  }
  run.start(actors.size());
  for (std::int64_t i = 0; i < n; ++i) {
    for (const auto& actor : actors) {
      actor << Job{};
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
}  // namespace spinoff::bench::fjthrput
