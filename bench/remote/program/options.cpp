#include "remote/program/options.hpp"

#include <algorithm>
#include <cstddef>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "remote/program/program.hpp"

namespace spinoff::bench {

namespace {

constexpr std::uint64_t kMaxCount = 1'000'000'000;
constexpr std::size_t kMaxSize = std::size_t{16} << 20U;
constexpr unsigned kMaxPairs = 256;

constexpr const char* kFlow =
    "How the flood flows: no pair has more messages under way than its share of 65536, or of 64 "
    "MiB "
    "if that is less, at least 4. Actors count what the receiver has acknowledged, each quarter of "
    "that share; plain ZeroMQ sockets have it as the high-water mark of each end, and block. Each "
    "pair of plain ZeroMQ is two sockets (DEALER, ROUTER) and two threads, with one I/O thread a "
    "process. Every system runs in two processes of its own, one system after the other, and they "
    "know each other before the clock starts. CPU time is that of all threads of both processes.\n";

void add_modes(CLI::App& app, const Program& program, Order& order) {
  for (const Mode& mode : program.modes) {
    app.add_option_function<unsigned>(
           "--" + std::string(mode.name),
           [&order, &mode](unsigned nodes) {
             order.mode = mode.name;
             order.nodes = nodes;
           },
           std::string(mode.summary))
        ->check(CLI::Range(mode.fewest, mode.most))
        ->type_name("NODES");
  }
  if (!program.modes.empty()) {
    app.add_option("--processes", order.processes,
                   "Processes that share the nodes of --mesh; 0: as few as open files allow")
        ->check(CLI::Range(0U, 64U))
        ->capture_default_str();
    app.add_option("--seconds", order.seconds, "How long --idle-peers looks")
        ->check(CLI::Range(1U, 3600U))
        ->capture_default_str();
  }
}

}  // namespace

Order parse_options(const Program& program, int argc, const char* const* argv) {
  CLI::App app{std::string(program.summary), std::string(program.name)};
  app.footer(kFlow);
  Order order;
  RemoteOptions& work = order.work;
  app.add_option("--messages", work.messages, "Messages one way, of all pairs together")
      ->check(CLI::Range(std::uint64_t{1}, kMaxCount))
      ->capture_default_str();
  app.add_option("--size", work.size, "Bytes of text in each of them")
      ->check(CLI::Range(std::size_t{0}, kMaxSize))
      ->capture_default_str();
  app.add_option("--pairs", work.pairs, "Senders, each with a receiver of its own")
      ->check(CLI::Range(1U, kMaxPairs))
      ->capture_default_str();
  app.add_option("--asks", work.asks, "Questions of one pair, one after the other")
      ->check(CLI::Range(std::uint64_t{1}, kMaxCount))
      ->capture_default_str();
  app.add_flag("--sweep", order.sweep,
               "16 B to 1 MiB with 1 to 16 pairs, each at most --messages and 1 GiB");
  app.add_flag("--json", order.json, "Print one JSON object a line");
  app.add_option("--far-side", order.far_side)->group("");
  add_modes(app, program, order);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    order.help = app.help();
  } catch (const CLI::ParseError& error) {
    throw UsageError(fmt::format("{}; `{} --help` says how", error.what(), program.name));
  }
  if (work.messages < work.pairs && !order.sweep) {
    throw UsageError(
        fmt::format("--messages is {}, fewer than the {} of --pairs; each pair needs one",
                    work.messages, work.pairs));
  }
  return order;
}

}  // namespace spinoff::bench
