// An arbiter puts the ingredients for a cigarette on the table, round after round, so that a smoker
// drawn by lot can smoke. The smoker says at once that the table is empty, and then smokes, which
// takes a while drawn by lot. Each smoker adds up how long it smoked, times its number; the sum of
// all must be that of the numbers that are drawn.
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/busy_wait.hpp"
#include "savina/pseudo_random.hpp"
#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::cigsmok {
namespace {

struct Start {};
struct StartSmoking {
  std::int64_t period;
};
struct StartedSmoking {};
struct Exit {};

/// The smokers and the times that are drawn.
class Draws {
 public:
  explicit Draws(const Run& run)
      : smokers_(static_cast<std::uint64_t>(run["smokers"])),
        random_(static_cast<std::uint64_t>(run["rounds"] * run["smokers"])) {}
  std::size_t smoker() { return random_.next(smokers_); }
  std::int64_t period() { return static_cast<std::int64_t>(random_.next(1000)) + 10; }

 private:
  std::uint64_t smokers_;
  PseudoRandom random_;
};

class Smoker : public Actor {
 public:
  Smoker(Run& run, std::size_t number) : run_(run), number_(number) {}
  void on(const StartSmoking& start) {
    sender() << StartedSmoking{};
    smoked_ += busy_wait(start.period);
  }
  void on(const Exit& /*exit*/) { stop(); }
  void post_stop() override {
    run_.report(smoked_ * static_cast<std::int64_t>(number_ + 1), number_);
  }
  using Receives = Messages<StartSmoking, Exit>;

 private:
  Run& run_;
  std::size_t number_;
  std::int64_t smoked_ = 0;
};

class Arbiter : public Actor {
 public:
  Arbiter(Run& run, std::vector<TypedRef<Smoker>> smokers)
      : smokers_(std::move(smokers)), draws_(run), rounds_left_(run["rounds"]) {}
  void on(const Start& /*start*/) { next_round(); }
  void on(const StartedSmoking& /*started*/) {
    if (--rounds_left_ > 0) {
      next_round();
      return;
    }
    for (const auto& smoker : smokers_) {
      smoker << Exit{};
    }
    stop();
  }
  using Receives = Messages<Start, StartedSmoking>;

 private:
  void next_round() {
    const std::size_t smoker = draws_.smoker();
    smokers_[smoker] << StartSmoking{draws_.period()};
  }

  std::vector<TypedRef<Smoker>> smokers_;
  Draws draws_;
  std::int64_t rounds_left_;
};

Outcome cigsmok(Run& run) {
  const auto smokers = static_cast<std::size_t>(run["smokers"]);
  std::int64_t expected = 0;
  Draws draws(run);
  for (std::int64_t i = 0; i < run["rounds"]; ++i) {
    const auto number = static_cast<std::int64_t>(draws.smoker() + 1);
    expected += number * draws.period();
  }
  run.start(smokers);
  std::vector<TypedRef<Smoker>> refs;
  refs.reserve(smokers);
  for (std::size_t i = 0; i < smokers; ++i) {
    refs.push_back(run.node().spawn<Smoker>(std::ref(run), i));
  }
  run.node().spawn<Arbiter>(std::ref(run), refs) << Start{};
  // The start, two for each cigarette, and the exits.
  return {.messages = static_cast<std::uint64_t>(1 + 2 * run["rounds"] + run["smokers"]),
          .verified = run.wait() == expected};
}

const Registration kRegistration({.name = "cigsmok",
                                  .summary = "an arbiter lets one smoker after the other begin",
                                  .parameters = {{"rounds", 1'000, 1, 100'000'000},
                                                 {"smokers", 200, 1, 65'536}},
                                  .run = cigsmok});

}  // namespace
}  // namespace spinoff::bench::cigsmok
