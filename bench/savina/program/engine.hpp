/// What each program supplies besides its workloads: their engine, as a `Run` to run them in.
#pragma once

#include <string_view>

#include "savina/program/options.hpp"
#include "savina/program/result.hpp"
#include "savina/program/run_base.hpp"

namespace spinoff::bench {

struct Engine {
  /// The program's name, in its help and in what it says of errors.
  std::string_view program;
  /// What it is for, in a line for its help.
  std::string_view summary;
  /// Runs the workload once, with the options' workers and limit. Throws RunFailed.
  Result (*run)(const Order& order, const Options& options);
  /// It can tell what its workers did, as further figures.
  bool has_counters = false;
};

/// The one of this program.
extern const Engine kEngine;

/// For `Engine::run`: what the workload came to, and what the run has measured.
inline Result to_result(const Outcome& outcome, const RunBase& run) {
  return {.messages = outcome.messages,
          .seconds = run.elapsed().count(),
          .verified = outcome.verified,
          .figures = run.figures()};
}

}  // namespace spinoff::bench
