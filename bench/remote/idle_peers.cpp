#include "remote/idle_peers.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <string>
#include <thread>
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

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace

// The idle ones are in the second process, so that this one's time is that of one node.
int measure_idle_peers(const Order& order) {
  constexpr auto kPatience = 30s;
  constexpr auto kSettling = 2s;  // of what the greetings have woken
  raise_file_limit();
  SecondSelf process({"--far-side", "idle-peers", "--idle-peers", std::to_string(order.nodes)});
  const auto ids = process.read_line();
  if (!ids.has_value()) {
    throw std::runtime_error("the second process ended before its nodes were there");
  }
  Crowd one(1);
  one.greet(words_of(*ids));
  if (!one.wait_until_up(order.nodes, std::chrono::steady_clock::now() + kPatience)) {
    throw std::runtime_error(
        fmt::format("only {} of {} nodes have answered", one.up(), order.nodes));
  }
  std::this_thread::sleep_for(kSettling);

  const double before = cpu_seconds();
  std::this_thread::sleep_for(std::chrono::seconds(order.seconds));
  const double percent = 100 * (cpu_seconds() - before) / order.seconds;
  if (order.json) {
    fmt::print("{{\"idle_peers\":{},\"seconds\":{},\"cpu_percent\":{:.3f},\"lost\":{}}}\n",
               order.nodes, order.seconds, percent, one.lost());
  } else {
    fmt::print("a node with {} idle peers used {:.2f} % of a core over {} s; sessions lost: {}\n",
               order.nodes, percent, order.seconds, one.lost());
  }
  return one.lost() == 0 ? 0 : 1;
}

void idle_peers_far_side(const Order& order) {
  Crowd crowd(order.nodes);
  fmt::print("{}\n", fmt::join(crowd.ids(), " "));
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}

}  // namespace spinoff::bench
