/// What each program supplies: the systems that do the same work, and what else it can measure.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "remote/program/cpu_time.hpp"
#include "remote/program/options.hpp"
#include "remote/program/round_trips.hpp"

namespace spinoff::bench {

/// What one system came to.
struct RemoteFigures {
  double flood_seconds;
  /// During the flood, in both processes.
  std::chrono::nanoseconds flood_cpu;
  /// Of the messages of the flood; less than zero if there were too many.
  std::int64_t lost;
  RoundTrips round_trips;
};

/// A way for two processes to send each other messages.
struct System {
  std::string_view name;
  /// The same for people.
  std::string_view title;
  /// The keys of its figures.
  std::string_view flood_key;
  std::string_view cpu_key;
  std::string_view ask_p50_key;
  std::string_view ask_p99_key;
  /// The second process's side: prints where the first one finds it, on a line, and returns when
  /// all is done and standard input ends.
  void (*far_side)(const RemoteOptions& options);
  /// The first one's. Throws std::exception if the two cannot talk.
  RemoteFigures (*near_side)(const std::string& far_side, const RemoteOptions& options,
                             const CpuTime& cpu);
};

/// Something else that is measured, with many nodes.
struct Mode {
  std::string_view name;
  std::string_view summary;
  unsigned fewest;
  unsigned most;
  /// Gives the exit status.
  int (*run)(const Order& order);
  /// Of each further process.
  void (*far_side)(const Order& order);
};

struct Program {
  std::string_view name;
  std::string_view summary;
  std::span<const System> systems;
  std::span<const Mode> modes;
};

/// The one that this program is.
extern const Program kProgram;

}  // namespace spinoff::bench
