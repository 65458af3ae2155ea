/// What one benchmark of the suite is. Each is a file of its own beside this one: the original's
/// messages and actors, a function that runs them once and checks what came out, and a
/// Registration.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace spinoff::bench {

/// What a workload runs in; each program has its own, with its engine.
class Run;

/// The values of parameters, by their keys.
using Values = std::map<std::string, std::int64_t, std::less<>>;
/// What was measured besides the time, by name.
using Figures = std::map<std::string, double>;

/// What `--set key=value` changes; the standard values are those that figures are given for.
struct Parameter {
  std::string_view key;
  std::int64_t standard;
  std::int64_t min;
  std::int64_t max;
  /// If not 0, only powers of it will do.
  std::int64_t power_of = 0;
};

struct Outcome {
  /// How many messages actors handled, by the rules of the workload.
  std::uint64_t messages;
  /// Whether the actors came to the right result, as far as they tell.
  bool verified;
};

struct Workload {
  std::string_view name;
  /// What happens, in a line for `--list`.
  std::string_view summary;
  std::vector<Parameter> parameters;
  Outcome (*run)(Run& run);
  /// Each run gets a new process: for what earlier runs would spoil.
  bool in_new_process = false;
};

/// A constant of this type in a workload's file makes the workload known.
class Registration {
 public:
  explicit Registration(Workload workload);
};

/// All of them, by name.
const std::vector<Workload>& workloads();

}  // namespace spinoff::bench
