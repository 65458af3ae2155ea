/// One run of a workload on a new actor system of CAF.
#pragma once

#include <chrono>

#include "messages.hpp"
#include "savina/program/run_base.hpp"

namespace spinoff::bench {

/// CAF's own settings, but for the number of threads.
struct Config : caf::actor_system_config {
  explicit Config(int workers) { set(kMaxThreads, workers); }
};

/// Actors may keep a reference to it: the actor system waits for all of them before it ends.
class Run : public RunBase {
 public:
  /// `limit` is how long one `wait` may take.
  Run(Values values, int workers, std::chrono::nanoseconds limit)
      : RunBase(std::move(values), limit), config_(workers), system_(config_) {}

  [[nodiscard]] caf::actor_system& system() noexcept { return system_; }

 private:
  Config config_;
  caf::actor_system system_;
};

}  // namespace spinoff::bench
