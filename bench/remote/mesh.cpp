// The nodes are in processes of their own (one, unless told), which do in step what the first one
// says: start so many, meet these, stop. So that process has nothing to do while it takes the time.
#include "remote/mesh.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "remote/crowd.hpp"
#include "remote/open_files.hpp"
#include "remote/program/words.hpp"
#include "support/second_self.hpp"

namespace spinoff::bench {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Processes = std::vector<std::unique_ptr<SecondSelf>>;

constexpr std::chrono::duration<double> kLimit = 60s;
// They may take longer than that, but not for ever.
constexpr auto kMeshPatience = 300s;

// Each pair says twice a heartbeat that it is there. With 200 nodes that are 40 000 frames in each
// second, which alone would keep a small machine busy.
NodeOptions patient() {
  return {.heartbeat = 5s, .silence = 20s, .unreachable_after = 60s};
}

unsigned share(const Order& order, unsigned process) {
  return order.nodes / order.processes + (process < order.nodes % order.processes ? 1 : 0);
}

// Each node sends to each other one by a socket, which has a connection and an event's descriptor,
// and has a connection from each.
std::size_t files_of(unsigned nodes, const Order& order) {
  constexpr std::size_t kOfANode = 16;
  constexpr std::size_t kOfAProcess = 64;
  return kOfAProcess + nodes * (3 * (std::size_t{order.nodes} - 1) + kOfANode);
}

// The order, with a number of processes that the limit of open files allows.
Order checked(Order order) {
  const std::size_t limit = raise_file_limit();
  const bool as_few_as_fit = order.processes == 0;
  order.processes = std::clamp(order.processes, 1U, order.nodes);
  const std::size_t needed = files_of(share(order, 0), order);
  unsigned fit = order.processes;
  while (fit < order.nodes && files_of((order.nodes + fit - 1) / fit, order) > limit) {
    ++fit;
  }
  if (fit > order.processes && !as_few_as_fit) {
    throw UsageError(fmt::format(
        "{} nodes that are all connected need about {} open files in a process, and it may have {} "
        "here; raise the limit (ulimit -Hn), or share them between processes (--processes {})",
        order.nodes, needed, limit, fit));
  }
  order.processes = fit;
  return order;
}

std::string read_from(SecondSelf& process) {
  auto line = process.read_line();
  if (!line.has_value()) {
    throw std::runtime_error("a process of the mesh has ended before its time");
  }
  return std::move(*line);
}

void tell_all(const Processes& processes, const std::string& line) {
  for (const auto& process : processes) {
    process->write_line(line);
  }
}

void say(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

std::string hear() {
  std::string line;
  if (!std::getline(std::cin, line)) {
    throw std::runtime_error("the first process has ended before its time");
  }
  return line;
}

struct MeshFigures {
  double started = 0;
  double met = 0;
  double stopped = 0;
  /// Of all processes together.
  std::size_t heard = 0;
  std::size_t lost = 0;
  std::size_t files = 0;
  std::size_t files_left = 0;
  std::size_t threads = 0;
  std::size_t threads_left = 0;

  [[nodiscard]] double total() const { return started + met + stopped; }
};

double seconds_since(Clock::time_point& begin) {
  const Clock::time_point now = Clock::now();
  return std::chrono::duration<double>(now - std::exchange(begin, now)).count();
}

MeshFigures run_mesh(const Order& order) {
  std::signal(SIGPIPE, SIG_IGN);
  Processes processes;
  for (unsigned i = 0; i < order.processes; ++i) {
    processes.push_back(std::make_unique<SecondSelf>(
        std::vector<std::string>{"--far-side", "mesh", "--mesh", std::to_string(order.nodes)}));
    read_from(*processes.back());
  }
  MeshFigures figures;
  Clock::time_point begin = Clock::now();
  for (unsigned i = 0; i < order.processes; ++i) {
    processes[i]->write_line(std::to_string(share(order, i)));
  }
  std::string ids;
  for (const auto& process : processes) {
    ids += read_from(*process) + " ";
  }
  figures.started = seconds_since(begin);
  tell_all(processes, ids);
  for (const auto& process : processes) {
    figures.heard += std::stoul(read_from(*process));
  }
  figures.met = seconds_since(begin);
  tell_all(processes, "stop");
  for (const auto& process : processes) {
    const auto words = words_of(read_from(*process));
    figures.lost += std::stoul(words.at(0));
    figures.files += std::stoul(words.at(1));
    figures.files_left += std::stoul(words.at(2));
    figures.threads += std::stoul(words.at(3));
    figures.threads_left += std::stoul(words.at(4));
  }
  figures.stopped = seconds_since(begin);
  return figures;
}

}  // namespace

int measure_mesh(const Order& asked) {
  const Order order = checked(asked);
  const MeshFigures figures = run_mesh(order);
  const std::size_t sessions = std::size_t{order.nodes} * (order.nodes - 1);
  const bool ok = figures.heard == sessions && figures.lost == 0 && figures.files_left == 0 &&
                  figures.threads_left == 0 && figures.total() < kLimit.count();
  if (order.json) {
    fmt::print(
        "{{\"mesh\":{},\"processes\":{},\"started_s\":{:.2f},\"met_s\":{:.2f},\"stopped_s\":{:.2f},"
        "\"total_s\":{:.2f},\"sessions\":{},\"heard\":{},\"lost\":{},\"files\":{},"
        "\"files_left\":{},\"threads\":{},\"threads_left\":{}}}\n",
        order.nodes, order.processes, figures.started, figures.met, figures.stopped,
        figures.total(), sessions, figures.heard, figures.lost, figures.files, figures.files_left,
        figures.threads, figures.threads_left);
  } else {
    fmt::print("{} nodes in {} process{}, {} open files, {} threads\n", order.nodes,
               order.processes, order.processes == 1 ? "" : "es", figures.files, figures.threads);
    fmt::print("started       {:7.2f} s\nall have met  {:7.2f} s, {} of {} sessions up, {} lost\n",
               figures.started, figures.met, figures.heard, sessions, figures.lost);
    fmt::print("all stopped   {:7.2f} s, {} files and {} threads left\ntotal         {:7.2f} s\n",
               figures.stopped, figures.files_left, figures.threads_left, figures.total());
  }
  return ok ? 0 : 1;
}

void mesh_far_side(const Order& order) {
  {
    const Crowd first(1);
  }  // so that what a process keeps from its first node on is no surplus
  const std::size_t files_before = open_files();
  const std::size_t threads_before = threads();
  say("ready");
  Crowd crowd(static_cast<unsigned>(std::stoul(hear())), patient());
  say(fmt::format("{}", fmt::join(crowd.ids(), " ")));
  crowd.greet(words_of(hear()));
  crowd.wait_until_up(crowd.ids().size() * (order.nodes - 1), Clock::now() + kMeshPatience);
  say(std::to_string(crowd.up()));
  hear();
  const std::size_t files = open_files();
  const std::size_t threads_now = threads();
  crowd.stop();
  say(fmt::format("{} {} {} {} {}", crowd.lost(), files,
                  open_files() - std::min(open_files(), files_before), threads_now,
                  threads() - std::min(threads(), threads_before)));
}

}  // namespace spinoff::bench
