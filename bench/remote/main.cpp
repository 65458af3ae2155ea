// remote_bench: how fast two nodes in two processes of this machine talk to each other, and how
// fast plain ZeroMQ does the same. Exit status 0 if no message was lost, 1 if one was or the two
// could not talk, 2 for a mistake on the command line.
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <spinoff/log.hpp>

#include "remote/far_side.hpp"
#include "remote/near_side.hpp"
#include "remote/options.hpp"
#include "remote/plain_zmq.hpp"
#include "support/second_self.hpp"

namespace spinoff::bench {
namespace {

constexpr std::uint64_t kMaxCount = 1'000'000'000;
constexpr std::size_t kMaxSize = std::size_t{16} << 20U;

struct Figures {
  RemoteFigures nodes;
  ZmqFigures zmq;
};

std::string read_line(SecondSelf& process, const char* what) {
  const auto line = process.read_line();
  if (!line.has_value()) {
    throw std::runtime_error(fmt::format("the second process ended before it gave its {}", what));
  }
  return *line;
}

Figures measure(const RemoteOptions& options) {
  SecondSelf process({"--far-side", "--messages", std::to_string(options.messages), "--size",
                      std::to_string(options.size), "--asks", std::to_string(options.asks)});
  const std::string node = read_line(process, "node's address");
  const std::string endpoint = read_line(process, "endpoint");
  Figures figures{.nodes = measure_nodes(node, options), .zmq = measure_zmq(endpoint, options)};
  process.close_input();
  if (const int status = process.wait(); status != 0) {
    throw std::runtime_error(fmt::format("the second process ended with status {}", status));
  }
  return figures;
}

void print_json(const RemoteOptions& options, const Figures& figures) {
  const auto messages = static_cast<double>(options.messages);
  const auto& asks = figures.nodes.round_trips;
  const auto& zmq = figures.zmq.round_trips;
  fmt::print(
      "{{\"messages\":{},\"size\":{},\"asks\":{},\"flood_msgs_per_s\":{:.0f},"
      "\"zmq_msgs_per_s\":{:.0f},\"ask_p50_us\":{:.1f},\"ask_p99_us\":{:.1f},"
      "\"zmq_rtt_p50_us\":{:.1f},\"zmq_rtt_p99_us\":{:.1f},\"lost\":{}}}\n",
      options.messages, options.size, options.asks, messages / figures.nodes.flood_seconds,
      messages / figures.zmq.flood_seconds, asks.percentile_us(0.5), asks.percentile_us(0.99),
      zmq.percentile_us(0.5), zmq.percentile_us(0.99), figures.nodes.lost);
}

void print_table(const RemoteOptions& options, const Figures& figures) {
  const auto messages = static_cast<double>(options.messages);
  const auto row = [&](const char* name, double seconds, const RoundTrips& round_trips) {
    fmt::print("{:<14} {:>12.0f} {:>12.1f} {:>12.1f}\n", name, messages / seconds,
               round_trips.percentile_us(0.5), round_trips.percentile_us(0.99));
  };
  fmt::print("{} messages of {} bytes one way, then {} questions in turn\n\n", options.messages,
             options.size, options.asks);
  fmt::print("{:<14} {:>12} {:>12} {:>12}\n", "", "messages/s", "ask p50 us", "ask p99 us");
  row("two nodes", figures.nodes.flood_seconds, figures.nodes.round_trips);
  row("plain ZeroMQ", figures.zmq.flood_seconds, figures.zmq.round_trips);
  fmt::print("\nlost: {}\n", figures.nodes.lost);
}

int remote_bench(int argc, const char* const* argv) {
  CLI::App app("Two nodes in two processes on loopback, and plain ZeroMQ on the same work.",
               "remote_bench");
  RemoteOptions options;
  bool json = false;
  bool far_side = false;
  app.add_option("--messages", options.messages, "Messages one way")
      ->check(CLI::Range(std::uint64_t{1}, kMaxCount))
      ->capture_default_str();
  app.add_option("--size", options.size, "Bytes of text in each of them")
      ->check(CLI::Range(std::size_t{0}, kMaxSize))
      ->capture_default_str();
  app.add_option("--asks", options.asks, "Questions, one after the other")
      ->check(CLI::Range(std::uint64_t{1}, kMaxCount))
      ->capture_default_str();
  app.add_flag("--json", json, "Print one JSON object");
  app.add_flag("--far-side", far_side)->group("");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return 0;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "remote_bench: {}; `remote_bench --help` says how\n", error.what());
    return 2;
  }
  set_log_level(LogLevel::warning);  // nodes that come and go are no news here
  if (far_side) {
    end_with_first_self();
    run_far_side(options);
    return 0;
  }
  const Figures figures = measure(options);
  (json ? print_json : print_table)(options, figures);
  return figures.nodes.lost == 0 ? 0 : 1;
}

}  // namespace
}  // namespace spinoff::bench

int main(int argc, char** argv) {
  try {
    return spinoff::bench::remote_bench(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "remote_bench: {}\n", error.what());
    return 1;
  }
}
