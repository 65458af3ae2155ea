/// What the simulator's program runs under thousands of seeds: worlds of actors, each with promises
/// that no seed may break.
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <spinoff/testing/simulation.hpp>

namespace spinoff::sim {

/// A promise was broken; `what()` says which.
class Broken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class... Parts>
void require(bool kept, const Parts&... what) {
  if (!kept) {
    std::ostringstream text;
    (text << ... << what);
    throw Broken(text.str());
  }
}

/// One seed of one scenario.
struct Run {
  std::uint64_t seed;
  /// Null: nowhere.
  std::ostream* trace;
  std::uint64_t messages = 0;
};

/// To be made after all that its actors refer to.
class Sim : public testing::Simulation {
 public:
  explicit Sim(Run& run, std::chrono::nanoseconds longest_turn = std::chrono::microseconds(20))
      : Simulation(run.seed, {.longest_turn = longest_turn}), run_(run) {
    trace_to(run.trace);
  }
  Sim(const Sim&) = delete;
  Sim& operator=(const Sim&) = delete;
  ~Sim() { run_.messages += messages(); }

 private:
  Run& run_;
};

struct Scenario {
  std::string_view name;
  /// The promise.
  std::string_view what;
  /// Throws what a broken promise is.
  void (*run)(Run& run);
};

/// All there are.
std::span<const Scenario> scenarios();

void order_within_a_node(Run& run);
void order_between_nodes(Run& run);
void order_by_a_relay(Run& run);
void one_end_a_watch(Run& run);
void limits_of_restarts(Run& run);
void every_stop_ends(Run& run);
void every_message_counts(Run& run);
void timers_keep_their_word(Run& run);
void every_fault_leaves_the_result(Run& run);

}  // namespace spinoff::sim
