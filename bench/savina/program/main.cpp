// Runs benchmarks on the engine that the program supplies and says how long they took. Exit status
// 0 if every run was verified, 1 if one was not, 2 for a mistake on the command line.
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "savina/program/engine.hpp"
#include "savina/program/options.hpp"
#include "savina/program/progress.hpp"
#include "savina/program/report.hpp"
#include "support/second_self.hpp"

namespace spinoff::bench {
namespace {

Series run_series(const Order& order, const Options& options) {
  Series series{.order = order, .workers = options.workers, .results = {}};
  Progress progress;
  for (int i = 1; i <= options.repeat; ++i) {
    progress.begin(fmt::format("{}, run {} of {}", order.workload->name, i, options.repeat));
    series.results.push_back(run_once(order, options));
  }
  return series;
}

bool run_all(const Options& options) {
  bool verified = true;
  if (!options.json) {
    print_table_head();
  }
  for (const Order& order : options.orders) {
    const Series series = run_series(order, options);
    verified = verified && series.verified();
    if (options.json) {
      print_json(series);
    } else {
      print_table_row(series);
    }
  }
  return verified;
}

int run_program(int argc, const char* const* argv) {
  try {
    const Options options = parse_options(argc, argv);
    if (!options.help.empty()) {
      fmt::print("{}", options.help);
      return 0;
    }
    if (options.list) {
      print_workloads();
      return 0;
    }
    if (options.for_first_self) {
      end_with_first_self();
      run_for_first_self(options.orders.front(), options);
      return 0;
    }
    return run_all(options) ? 0 : 1;
  } catch (const UsageError& error) {
    fmt::print(stderr, "{}: {}\n", kEngine.program, error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", kEngine.program, error.what());
    return 1;
  }
}

}  // namespace
}  // namespace spinoff::bench

int main(int argc, char** argv) {
  return spinoff::bench::run_program(argc, argv);
}
