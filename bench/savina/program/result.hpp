/// What one run gave.
#pragma once

#include <cstdint>
#include <string>

#include "savina/program/options.hpp"

namespace spinoff::bench {

struct Result {
  std::uint64_t messages = 0;
  double seconds = 0;
  bool verified = false;
  Figures figures;
};

/// Runs the workload once, in a process of its own if it needs one. A run that fails is one that
/// is not verified; why goes to standard error.
Result run_once(const Order& order, const Options& options);

/// In the process that `run_once` has started: runs it and prints the result.
void run_for_first_self(const Order& order, const Options& options);

}  // namespace spinoff::bench
