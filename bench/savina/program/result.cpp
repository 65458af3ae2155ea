#include "savina/program/result.hpp"

#include <cstdio>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "savina/program/engine.hpp"
#include "support/second_self.hpp"

namespace spinoff::bench {

namespace {

Result run_here(const Order& order, const Options& options) {
  try {
    return kEngine.run(order, options);
  } catch (const RunFailed& error) {
    fmt::print(stderr, "{}: {} failed: {}\n", kEngine.program, order.workload->name, error.what());
    return {};
  }
}

// The result as `run_for_first_self` prints it; not verified if it has not come.
Result run_in_new_process(const Order& order, const Options& options) {
  std::vector<std::string> arguments{"--for-first-self",
                                     "--workers",
                                     std::to_string(options.workers),
                                     "--limit",
                                     std::to_string(options.limit.count()),
                                     std::string(order.workload->name)};
  for (const auto& [key, value] : order.values) {
    arguments.insert(arguments.end(), {"--set", fmt::format("{}={}", key, value)});
  }
  SecondSelf process(arguments);
  Result result;
  bool complete = false;
  while (const auto line = process.read_line()) {
    std::istringstream words(*line);
    std::string name;
    words >> name;
    if (name == "messages") {
      words >> result.messages;
    } else if (name == "seconds") {
      words >> result.seconds;
    } else if (name == "figure" && words >> name) {
      words >> result.figures[name];
    } else if (name == "verified") {
      complete = true;
    }
  }
  result.verified = process.wait() == 0 && complete;
  return result;
}

}  // namespace

Result run_once(const Order& order, const Options& options) {
  return order.workload->in_new_process ? run_in_new_process(order, options)
                                        : run_here(order, options);
}

void run_for_first_self(const Order& order, const Options& options) {
  const Result result = run_here(order, options);
  fmt::print("messages {}\nseconds {}\n", result.messages, result.seconds);
  for (const auto& [name, value] : result.figures) {
    fmt::print("figure {} {}\n", name, value);
  }
  if (result.verified) {
    fmt::print("verified\n");
  }
}

}  // namespace spinoff::bench
