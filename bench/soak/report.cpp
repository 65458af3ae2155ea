#include "soak/report.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "support/statistics.hpp"

namespace spinoff::soak {

namespace {

double middle(const std::vector<double>& values) {
  return values.empty() ? 0 : bench::median(values);
}

double longest(const std::vector<double>& values) {
  return values.empty() ? 0 : std::ranges::max(values);
}

/// A member of all nodes' notes, added up.
std::uint64_t sum(const Ledger& ledger, Count NodeNotes::* member) {
  std::uint64_t all = 0;
  for (const NodeNotes& notes : ledger.nodes) {
    all += notes.*member;
  }
  return all;
}

std::uint64_t ended(const Ledger& ledger, Matter matter) {
  std::uint64_t all = 0;
  for (const NodeNotes& notes : ledger.nodes) {
    all += notes.all_ended[static_cast<std::size_t>(matter)];
  }
  return all;
}

std::uint64_t downs(const Ledger& ledger) {
  std::uint64_t all = 0;
  for (const NodeNotes& notes : ledger.nodes) {
    all += std::accumulate(notes.downs.begin(), notes.downs.end(), std::uint64_t{0});
  }
  return all;
}

std::string json_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
    }
    result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return result + "\"";
}

}  // namespace

void print_json(const Order& order, const Result& result, const Ledger& ledger) {
  std::vector<std::string> faults;
  faults.reserve(kFaultKinds.size());
  for (std::size_t i = 0; i < kFaultKinds.size(); ++i) {
    faults.push_back(fmt::format("\"{}\":{}", kFaultKinds[i], result.faults[i]));
  }
  std::vector<std::string> nodes;
  for (std::size_t node = 0; node < kNodes; ++node) {
    const Usage& usage = result.usage[node];
    const Growth& growth = result.growth[node];
    const auto slope = growth.kib_per_minute();
    nodes.push_back(
        fmt::format(R"({{"name":"{}","starts":{},"files":{},"threads":{},"rss_kib":{:.0f},)"
                    R"("slope_kib_per_minute":{},"slope_minutes":{:.1f}}})",
                    name_of(node), result.starts[node], usage.files, usage.threads, usage.rss_kib,
                    slope ? fmt::format("{:.1f}", *slope) : "null", growth.minutes()));
  }
  std::vector<std::string> wrong;
  for (const std::string& text : ledger.all_wrong()) {
    wrong.push_back(json_text(text));
  }
  fmt::print(
      R"({{"seconds":{:.1f},"seed":{},"faults":{{{}}},"calms":{},"calms_disturbed":{},)"
      R"("recovery_median_s":{:.2f},"recovery_max_s":{:.2f},"stops":{},"stop_max_s":{:.2f},)"
      R"("sent":{},"handled":{},"dead_letters":{},"lost":{},"sessions_ended":{},)"
      R"("answered":{},"refused":{},"timed_out":{},"watches":{},"families":{},"far_spawns":{},)"
      R"("late":{},"nodes":[{}],"wrongs":{},"wrong":[{}],"held":{}}})"
      "\n",
      result.seconds, order.seed, fmt::join(faults, ","), result.calms, result.disturbed,
      middle(result.recoveries), longest(result.recoveries), result.stops.size(),
      longest(result.stops), result.messages.sent, result.messages.handled, result.messages.dead,
      result.messages.lost(), downs(ledger), sum(ledger, &NodeNotes::answered),
      sum(ledger, &NodeNotes::refused), sum(ledger, &NodeNotes::timed_out),
      ended(ledger, Matter::watches), ended(ledger, Matter::families),
      ended(ledger, Matter::far_spawns), sum(ledger, &NodeNotes::late), fmt::join(nodes, ","),
      ledger.wrongs.load(), fmt::join(wrong, ","), ledger.wrongs == 0);
  std::fflush(stdout);
}

void print_text(const Order& order, const Result& result, const Ledger& ledger) {
  fmt::print("\n{:.1f} minutes, seed {}\nfaults:     ", result.seconds / 60, order.seed);
  for (std::size_t i = 0; i < kFaultKinds.size(); ++i) {
    fmt::print("{}{} {}", i == 0 ? "" : ", ", result.faults[i], kFaultKinds[i]);
  }
  fmt::print("; {} ends of sessions\n", downs(ledger));
  fmt::print("recovery:   median {:.2f} s, longest {:.2f} s (with up to 1 s of load)\n",
             middle(result.recoveries), longest(result.recoveries));
  fmt::print("stops:      {}, the longest {:.2f} s\n", result.stops.size(), longest(result.stops));
  fmt::print("calms:      {}, of which a session ended in {}\n", result.calms, result.disturbed);
  fmt::print("messages:   {} sent = {} handled + {} dead letters + {} lost with their sessions\n",
             result.messages.sent, result.messages.handled, result.messages.dead,
             result.messages.lost());
  fmt::print("asks:       {} answered, {} refused, {} timed out\n",
             sum(ledger, &NodeNotes::answered), sum(ledger, &NodeNotes::refused),
             sum(ledger, &NodeNotes::timed_out));
  fmt::print("lives:      {} watches, {} families, {} spawns at another node\n",
             ended(ledger, Matter::watches), ended(ledger, Matter::families),
             ended(ledger, Matter::far_spawns));
  fmt::print("late:       {} items or frames of sessions that had ended, and were dropped\n",
             sum(ledger, &NodeNotes::late));
  for (std::size_t node = 0; node < kNodes; ++node) {
    const Usage& usage = result.usage[node];
    const Growth& growth = result.growth[node];
    const auto slope = growth.kib_per_minute();
    fmt::print("node {}:     {} starts; {} files, {} threads, {:.1f} MiB; ", name_of(node),
               result.starts[node], usage.files, usage.threads, usage.rss_kib / 1024);
    if (slope) {
      fmt::print("memory {:+.1f} KiB a minute over {:.1f} minutes (at most {:.0f})\n", *slope,
                 growth.minutes(), growth.bound());
    } else {
      fmt::print("too short to say how memory grows\n");
    }
  }
  for (const std::string& text : ledger.all_wrong()) {
    fmt::print("WRONG: {}\n", text);
  }
  fmt::print("{}\n", ledger.wrongs == 0 ? "everything held"
                                        : fmt::format("{} did not hold; repeat with --seed {}",
                                                      ledger.wrongs.load(), order.seed));
  std::fflush(stdout);
}

}  // namespace spinoff::soak
