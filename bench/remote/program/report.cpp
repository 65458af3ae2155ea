#include "remote/program/report.hpp"

#include <cstdio>
#include <string>

#include <fmt/format.h>

namespace spinoff::bench {

namespace {

double rate(const RemoteOptions& options, const RemoteFigures& figures) {
  return static_cast<double>(options.messages) / figures.flood_seconds;
}

double cpu_ns(const RemoteOptions& options, const RemoteFigures& figures) {
  return static_cast<double>(figures.flood_cpu.count()) / static_cast<double>(options.messages);
}

std::int64_t lost(const AllFigures& figures) {
  std::int64_t sum = 0;
  for (const RemoteFigures& one : figures) {
    sum += one.lost;
  }
  return sum;
}

std::string size_text(std::size_t bytes) {
  if (bytes >= 1U << 20U && bytes % (1U << 20U) == 0) {
    return fmt::format("{} MiB", bytes >> 20U);
  }
  if (bytes >= 1U << 10U && bytes % (1U << 10U) == 0) {
    return fmt::format("{} KiB", bytes >> 10U);
  }
  return fmt::format("{} B", bytes);
}

}  // namespace

void print_json(const RemoteOptions& options, const AllFigures& figures) {
  fmt::print("{{\"messages\":{},\"size\":{},\"pairs\":{},\"asks\":{}", options.messages,
             options.size, options.pairs, options.asks);
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const System& system = kProgram.systems[i];
    const RemoteFigures& one = figures[i];
    fmt::print(R"(,"{}":{:.0f},"{}":{:.1f},"{}":{:.1f},"{}":{:.0f})", system.flood_key,
               rate(options, one), system.ask_p50_key, one.round_trips.percentile_us(0.5),
               system.ask_p99_key, one.round_trips.percentile_us(0.99), system.cpu_key,
               cpu_ns(options, one));
  }
  fmt::print(",\"lost\":{}}}\n", lost(figures));
  std::fflush(stdout);
}

void print_table(const RemoteOptions& options, const AllFigures& figures) {
  fmt::print("{} messages of {} one way, by {} pair{}; then {} questions in turn\n\n",
             options.messages, size_text(options.size), options.pairs,
             options.pairs == 1 ? "" : "s", options.asks);
  fmt::print("{:<14} {:>12} {:>10} {:>14} {:>12} {:>12}\n", "", "messages/s", "MB/s",
             "CPU ns/message", "ask p50 us", "ask p99 us");
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const RemoteFigures& one = figures[i];
    fmt::print("{:<14} {:>12.0f} {:>10.0f} {:>14.0f} {:>12.1f} {:>12.1f}\n",
               kProgram.systems[i].title, rate(options, one),
               rate(options, one) * static_cast<double>(options.size) / 1e6, cpu_ns(options, one),
               one.round_trips.percentile_us(0.5), one.round_trips.percentile_us(0.99));
  }
  fmt::print("\nlost: {}\n", lost(figures));
}

void print_sweep_head() {
  fmt::print("{:>8} {:>6}", "size", "pairs");
  for (const System& system : kProgram.systems) {
    fmt::print(" | {:^41}", system.title);
  }
  fmt::print("\n{:>15}", "");
  for (std::size_t i = 0; i < kProgram.systems.size(); ++i) {
    fmt::print(" | {:>11} {:>7} {:>10} {:>10}", "messages/s", i == 0 ? "MB/s" : "ratio", "CPU ns/m",
               "ask p50 us");
  }
  fmt::print("\n");
}

void print_sweep_row(const RemoteOptions& options, const AllFigures& figures) {
  fmt::print("{:>8} {:>6}", size_text(options.size), options.pairs);
  const double first = rate(options, figures.front());
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const double messages = rate(options, figures[i]);
    fmt::print(" | {:>11.0f} {:>7.2f} {:>10.0f} {:>10.1f}", messages,
               i == 0 ? messages * static_cast<double>(options.size) / 1e6 : first / messages,
               cpu_ns(options, figures[i]), figures[i].round_trips.percentile_us(0.5));
  }
  fmt::print("\n");
  std::fflush(stdout);
}

}  // namespace spinoff::bench
