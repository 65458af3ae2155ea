// Runs the scenarios under as many seeds as told. See `--help`.
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include <spinoff/log.hpp>

#include "last_words.hpp"
#include "scenario.hpp"

namespace {

using spinoff::sim::Scenario;
using spinoff::sim::scenarios;

struct Options {
  std::uint64_t seeds = 100;
  std::uint64_t from = 0;
  std::optional<std::uint64_t> seed;
  std::string scenario;
  bool until_failure = false;
};

[[noreturn]] void refuse(const std::string& why) {
  std::cerr << "sim: " << why << "; see --help\n";
  std::exit(2);
}

void help() {
  std::cout
      << "sim [--seeds N] [--from S] [--scenario NAME] [--until-failure] [--seed S]\n\n"
         "Runs each scenario under N seeds (100) from S on (0), or only the one of that NAME.\n"
         "With --until-failure a scenario ends with the first seed that fails.\n"
         "--seed S runs one seed, shows what its actors log, and writes what happened to\n"
         "sim-NAME-S.txt.\n"
         "The last line is `seeds N failures F`; exit status 1 if any failed.\n\n";
  for (const Scenario& scenario : scenarios()) {
    std::cout << "  " << scenario.name << ": " << scenario.what << "\n";
  }
}

std::uint64_t number(std::string_view option, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    refuse(std::string(option) + " takes a number, not '" + std::string(text) + "'");
  }
  return value;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--help") {
      help();
      std::exit(0);
    }
    if (option == "--until-failure") {
      options.until_failure = true;
      continue;
    }
    if (i + 1 == argc) {
      refuse("there is no value behind " + std::string(option));
    }
    const std::string_view value = argv[++i];
    if (option == "--seeds") {
      options.seeds = number(option, value);
    } else if (option == "--from") {
      options.from = number(option, value);
    } else if (option == "--seed") {
      options.seed = number(option, value);
    } else if (option == "--scenario") {
      options.scenario = value;
    } else {
      refuse("there is no option " + std::string(option));
    }
  }
  return options;
}

std::string repeated_by(const Scenario& scenario, std::uint64_t seed) {
  std::ostringstream text;
  text << "\n  repeat it: ./dev sim --scenario " << scenario.name << " --seed " << seed << "\n";
  return text.str();
}

/// Empty if it kept its promise.
std::string failure_of(const Scenario& scenario, spinoff::sim::Run& run) {
  try {
    scenario.run(run);
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

struct Counts {
  std::uint64_t seeds = 0;
  std::uint64_t failures = 0;
};

Counts run_seeds(const Scenario& scenario, const Options& options) {
  Counts counts;
  std::uint64_t messages = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t seed = options.from; seed < options.from + options.seeds; ++seed) {
    const std::string repeat = repeated_by(scenario, seed);
    spinoff::sim::set_last_words(std::string(scenario.name) + " does not get beyond seed " +
                                 std::to_string(seed) + repeat);
    std::ofstream trace;
    if (options.seed.has_value()) {
      const std::string file =
          "sim-" + std::string(scenario.name) + "-" + std::to_string(seed) + ".txt";
      trace.open(file);
      std::cout << "what happens goes to " << file << "\n" << std::flush;
    }
    spinoff::sim::Run run{.seed = seed, .trace = trace.is_open() ? &trace : nullptr};
    const std::string failure = failure_of(scenario, run);
    messages += run.messages;
    ++counts.seeds;
    if (!failure.empty()) {
      ++counts.failures;
      std::cout << scenario.name << " breaks its promise with seed " << seed << ": " << failure
                << repeat << std::flush;
      if (options.until_failure) {
        break;
      }
    }
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  std::cout << scenario.name << ": " << counts.seeds << " seeds, " << messages << " messages in "
            << time.count() << " s" << "\n"
            << std::flush;
  return counts;
}

}  // namespace

int main(int argc, char** argv) {
  Options options = parse(argc, argv);
  if (options.seed.has_value()) {
    options.from = *options.seed;
    options.seeds = 1;
  } else {
    spinoff::set_log_level(spinoff::LogLevel::off);
  }
  Counts all;
  bool found = false;
  for (const Scenario& scenario : scenarios()) {
    if (options.scenario.empty() || options.scenario == scenario.name) {
      found = true;
      const Counts counts = run_seeds(scenario, options);
      all.seeds += counts.seeds;
      all.failures += counts.failures;
    }
  }
  if (!found) {
    refuse("there is no scenario '" + options.scenario + "'");
  }
  std::cout << "seeds " << all.seeds << " failures " << all.failures << "\n";
  return all.failures == 0 ? 0 : 1;
}
