// How fast two processes of this machine talk to each other, by each system that the program has.
// Exit status 0 if no message was lost, 1 if one was or the two could not talk, 2 for a mistake on
// the command line.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "remote/program/program.hpp"
#include "remote/program/report.hpp"
#include "support/second_self.hpp"

namespace spinoff::bench {
namespace {

constexpr std::array<std::size_t, 4> kSizes{16, 1U << 10U, 64U << 10U, 1U << 20U};
constexpr std::array kPairs{1U, 4U, 16U};
constexpr std::size_t kMostBytes = std::size_t{1} << 30U;

RemoteFigures measure(const System& system, const RemoteOptions& options) {
  SecondSelf process({"--far-side", std::string(system.name), "--messages",
                      std::to_string(options.messages), "--size", std::to_string(options.size),
                      "--pairs", std::to_string(options.pairs), "--asks",
                      std::to_string(options.asks)});
  const auto address = process.read_line();
  if (!address.has_value()) {
    throw std::runtime_error(
        fmt::format("the second process of {} ended before it gave its address", system.title));
  }
  RemoteFigures figures = system.near_side(*address, options, CpuTime(process.id()));
  process.close_input();
  if (const int status = process.wait(); status != 0) {
    throw std::runtime_error(
        fmt::format("the second process of {} ended with status {}", system.title, status));
  }
  return figures;
}

AllFigures measure_all(const RemoteOptions& options) {
  AllFigures figures;
  for (const System& system : kProgram.systems) {
    figures.push_back(measure(system, options));
  }
  return figures;
}

bool nothing_lost(const AllFigures& figures) {
  return std::ranges::all_of(figures, [](const RemoteFigures& one) { return one.lost == 0; });
}

bool sweep(const Order& order) {
  bool complete = true;
  if (!order.json) {
    print_sweep_head();
  }
  for (const std::size_t size : kSizes) {
    for (const unsigned pairs : kPairs) {
      RemoteOptions options = order.work;
      options.size = size;
      options.pairs = pairs;
      options.messages = std::clamp<std::uint64_t>(options.messages, pairs, kMostBytes / size);
      const AllFigures figures = measure_all(options);
      (order.json ? print_json : print_sweep_row)(options, figures);
      complete = complete && nothing_lost(figures);
    }
  }
  return complete;
}

void run_far_side(const Order& order) {
  end_with_first_self();
  for (const System& system : kProgram.systems) {
    if (system.name == order.far_side) {
      system.far_side(order.work);
    }
  }
  for (const Mode& mode : kProgram.modes) {
    if (mode.name == order.far_side) {
      mode.far_side(order);
    }
  }
}

int run_mode(const Order& order) {
  const auto mode = std::ranges::find(kProgram.modes, order.mode, &Mode::name);
  return mode->run(order);
}

int run_program(int argc, const char* const* argv) {
  try {
    const Order order = parse_options(kProgram, argc, argv);
    if (!order.help.empty()) {
      fmt::print("{}", order.help);
      return 0;
    }
    if (!order.far_side.empty()) {
      run_far_side(order);
      return 0;
    }
    if (!order.mode.empty()) {
      return run_mode(order);
    }
    if (order.sweep) {
      return sweep(order) ? 0 : 1;
    }
    const AllFigures figures = measure_all(order.work);
    (order.json ? print_json : print_table)(order.work, figures);
    return nothing_lost(figures) ? 0 : 1;
  } catch (const UsageError& error) {
    fmt::print(stderr, "{}: {}\n", kProgram.name, error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", kProgram.name, error.what());
    return 1;
  }
}

}  // namespace
}  // namespace spinoff::bench

int main(int argc, char** argv) {
  return spinoff::bench::run_program(argc, argv);
}
