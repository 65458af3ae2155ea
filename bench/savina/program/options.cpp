#include "savina/program/options.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "savina/program/engine.hpp"

namespace spinoff::bench {

namespace {

constexpr int kMaxWorkers = 1024;
constexpr int kMaxRepeat = 100'000;
constexpr int kMaxLimit = 1'000'000;

std::int64_t read_number(std::string_view what, std::string_view text, std::int64_t min,
                         std::int64_t max) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min || value > max) {
    throw UsageError(
        fmt::format("{} is a whole number from {} to {}, not '{}'", what, min, max, text));
  }
  return value;
}

const Workload& find_workload(std::string_view name) {
  for (const Workload& workload : workloads()) {
    if (workload.name == name) {
      return workload;
    }
  }
  throw UsageError(fmt::format("there is no benchmark '{}'; `{} --list` shows those there are",
                               name, kEngine.program));
}

std::int64_t read_value(const Workload& workload, const Parameter& parameter,
                        std::string_view text) {
  const std::string what = fmt::format("{} of {}", parameter.key, workload.name);
  const std::int64_t value = read_number(what, text, parameter.min, parameter.max);
  if (parameter.power_of != 0) {
    std::int64_t rest = value;
    while (rest % parameter.power_of == 0) {
      rest /= parameter.power_of;
    }
    if (rest != 1) {
      throw UsageError(fmt::format("{} is a power of {}, not {}", what, parameter.power_of, value));
    }
  }
  return value;
}

std::string known_keys(const std::vector<Order>& orders) {
  std::string text;
  for (const Order& order : orders) {
    text += fmt::format("{}{} has", text.empty() ? "" : ", ", order.workload->name);
    for (const Parameter& parameter : order.workload->parameters) {
      text += fmt::format(" {}", parameter.key);
    }
  }
  return text;
}

// `key=value` is for all that have the key.
void set(std::vector<Order>& orders, std::string_view setting) {
  const std::size_t middle = setting.find('=');
  if (middle == 0 || middle == std::string_view::npos) {
    throw UsageError(fmt::format("--set takes key=value, not '{}'", setting));
  }
  const std::string_view key = setting.substr(0, middle);
  bool found = false;
  for (Order& order : orders) {
    for (const Parameter& parameter : order.workload->parameters) {
      if (parameter.key == key) {
        order.values.find(key)->second =
            read_value(*order.workload, parameter, setting.substr(middle + 1));
        found = true;
      }
    }
  }
  if (!found) {
    throw UsageError(
        fmt::format("there is no parameter '{}' to --set: {}", key, known_keys(orders)));
  }
}

struct Texts {
  std::vector<std::string> names;
  std::vector<std::string> settings;
  std::string workers;
  std::string repeat = "5";
  std::string limit = "300";
};

void describe(CLI::App& app, Texts& texts, Options& options) {
  app.add_option("names", texts.names, "Benchmarks to run, one after the other")
      ->option_text("NAME...");
  app.add_flag("--list", options.list, "List the benchmarks and their parameters");
  app.add_option("--workers", texts.workers, "Threads that run actors; one a core unless told")
      ->option_text("N");
  app.add_option("--repeat", texts.repeat,
                 "Runs of each benchmark, each on a new engine; 5 unless told")
      ->option_text("R");
  app.add_option("--limit", texts.limit,
                 "Seconds that a run may wait for its actors before it fails; 300 unless told")
      ->option_text("SECONDS");
  app.add_option("--set", texts.settings, "Set a parameter, of all named benchmarks that have it")
      ->option_text("KEY=VALUE")
      ->expected(1)
      ->take_all();
  app.add_flag("--json", options.json, "Print one JSON object a benchmark");
  if (kEngine.has_counters) {
    app.add_flag("--counters", options.counters, "Show what the workers did: turns, steals ...");
  }
  app.add_flag("--for-first-self", options.for_first_self)->group("");
}

}  // namespace

Options parse_options(int argc, const char* const* argv) {
  CLI::App app{std::string(kEngine.summary), std::string(kEngine.program)};
  Texts texts;
  Options options;
  describe(app, texts, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    options.help = app.help();
    return options;
  } catch (const CLI::ParseError& error) {
    throw UsageError(fmt::format("{}; `{} --help` says how", error.what(), kEngine.program));
  }
  options.workers = texts.workers.empty()
                        ? std::max(1, static_cast<int>(std::thread::hardware_concurrency()))
                        : static_cast<int>(read_number("--workers", texts.workers, 1, kMaxWorkers));
  options.repeat = static_cast<int>(read_number("--repeat", texts.repeat, 1, kMaxRepeat));
  options.limit = std::chrono::seconds(read_number("--limit", texts.limit, 1, kMaxLimit));
  if (options.list) {
    return options;
  }
  if (texts.names.empty()) {
    throw UsageError(fmt::format("say which benchmarks to run; `{} --list` shows those there are",
                                 kEngine.program));
  }
  for (const std::string& name : texts.names) {
    Order order{.workload = &find_workload(name), .values = {}};
    for (const Parameter& parameter : order.workload->parameters) {
      order.values.emplace(parameter.key, parameter.standard);
    }
    options.orders.push_back(std::move(order));
  }
  for (const std::string& setting : texts.settings) {
    set(options.orders, setting);
  }
  return options;
}

}  // namespace spinoff::bench
