#include "soak/options.hpp"

#include <algorithm>
#include <random>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace spinoff::soak {

namespace {

constexpr double kLongestMinutes = 60.0 * 24 * 30;

constexpr const char* kFooter =
    "Three nodes, each in a process of its own, send each other numbered messages (some large), "
    "ask, watch actors that come and go, and spawn actors at each other. Every few seconds one is "
    "killed or stopped and started again, halted, or cut off, for less or more than the time after "
    "which it is down to others. After each fault all must talk again by themselves, and then all "
    "is counted. Exit status 0 if everything held, 1 if not, 2 for a mistake on the command line.\n"
    "The seed repeats the faults and the load, not the order in which threads and processes run.\n";

// How each breaks what is checked: see where it is used.
const std::vector<std::string> kSabotages{"ask",    "deaf",   "die",  "file",   "hang", "lose",
                                          "memory", "repeat", "stay", "thread", "watch"};

void add_node_options(CLI::App& app, NodeOrder& node, std::vector<std::uint16_t>& ports,
                      std::vector<std::uint16_t>& detours) {
  app.add_option("--node", node.node)->group("");
  app.add_option("--start", node.start)->group("");
  app.add_option("--ledger", node.ledger)->group("");
  app.add_option("--ports", ports)->delimiter(',')->group("");
  app.add_option("--detours", detours)->delimiter(',')->group("");
}

void take_ports(const std::vector<std::uint16_t>& ports, const std::vector<std::uint16_t>& detours,
                NodeOrder& node) {
  if (node.node >= kNodes || ports.size() != kNodes || detours.size() % 2 != 0) {
    throw UsageError("--node is only for the program itself");
  }
  std::ranges::copy(ports, node.ports.begin());
  for (std::size_t i = 0; i < detours.size(); i += 2) {
    node.detours.push_back({.port = detours[i], .instead = detours[i + 1]});
  }
}

}  // namespace

Order parse_options(int argc, const char* const* argv) {
  CLI::App app{"Days of faults in minutes: real nodes, killed, halted and cut off", "soak"};
  app.footer(kFooter);
  Order order;
  double minutes = 2;
  double seconds = 0;
  auto* const in_minutes = app.add_option("--minutes", minutes, "How long, with all that follows")
                               ->check(CLI::Range(0.05, kLongestMinutes))
                               ->capture_default_str();
  auto* const in_seconds = app.add_option("--seconds", seconds, "The same in seconds")
                               ->check(CLI::Range(3.0, 60 * kLongestMinutes))
                               ->excludes(in_minutes);
  auto* const seed =
      app.add_option("--seed", order.seed, "Of faults and load; another one each time");
  unsigned patience = 60;
  app.add_option("--patience", patience,
                 "Seconds that nodes may take to talk again after a fault, and to stop")
      ->check(CLI::Range(1U, 3600U))
      ->capture_default_str();
  app.add_flag("--json", order.json, "Print one JSON object");
  app.add_option("--sabotage", order.sabotage)->check(CLI::IsMember(kSabotages))->group("");
  std::vector<std::uint16_t> ports;
  std::vector<std::uint16_t> detours;
  add_node_options(app, order.node, ports, detours);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    order.help = app.help();
    return order;
  } catch (const CLI::ParseError& error) {
    throw UsageError(fmt::format("{}; `soak --help` says how", error.what()));
  }
  order.time = std::chrono::duration<double>(in_seconds->count() > 0 ? seconds : 60 * minutes);
  order.patience = std::chrono::seconds(patience);
  if (seed->count() == 0) {
    order.seed = std::random_device()();
  }
  order.is_node = app.count("--node") > 0;
  if (order.is_node) {
    take_ports(ports, detours, order.node);
  }
  return order;
}

std::vector<std::string> arguments_of(const Order& order, const NodeOrder& node) {
  std::string detours;
  for (const Detour& detour : node.detours) {
    detours += fmt::format("{}{},{}", detours.empty() ? "" : ",", detour.port, detour.instead);
  }
  std::vector<std::string> all{
      "--node",    std::to_string(node.node),
      "--start",   std::to_string(node.start),
      "--ledger",  std::to_string(node.ledger),
      "--seed",    std::to_string(order.seed),
      "--ports",   fmt::format("{},{},{}", node.ports[0], node.ports[1], node.ports[2]),
      "--detours", detours};
  if (!order.sabotage.empty()) {
    all.insert(all.end(), {"--sabotage", order.sabotage});
  }
  return all;
}

}  // namespace spinoff::soak
