/// What the command line asks for.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "savina/workload.hpp"

namespace spinoff::bench {

/// A workload with the values that its parameters shall have.
struct Order {
  const Workload* workload;
  Values values;
};

struct Options {
  std::vector<Order> orders;
  int workers = 0;
  int repeat = 0;
  /// How long a run may wait for its actors.
  std::chrono::seconds limit{0};
  bool json = false;
  /// Show what the engine's workers did, if it counts that.
  bool counters = false;
  bool list = false;
  /// The text for `--help`; empty if it was not asked for.
  std::string help;
  /// Run the one order once, and print the result for the process that started this one.
  bool for_first_self = false;
};

/// A mistake on the command line; `what()` says which, and what to do.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws UsageError.
Options parse_options(int argc, const char* const* argv);

}  // namespace spinoff::bench
