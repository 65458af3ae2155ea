#include "watchdog.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "life.hpp"
#include "support/gate.hpp"

namespace spinoff::stress {

using namespace std::chrono_literals;

void Watchdog::run(const std::stop_token& stop) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  Clock::time_point moved = begin;
  auto told = 0s;
  std::uint64_t steps = 0;
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, stop, 1s, [&] { return stop.stop_requested(); })) {
    const Clock::time_point now = Clock::now();
    if (const std::uint64_t current = world_.steps; current != steps) {
      steps = current;
      moved = now;
    } else if (now - moved > testing::kWaitLimit) {
      give_up();
    }
    if (const auto since = std::chrono::duration_cast<std::chrono::seconds>(now - begin);
        since - told >= 10s) {
      told = since;
      tell(since);
    }
  }
}

void Watchdog::tell(std::chrono::seconds since_begin) {
  const std::scoped_lock lock(world_.mutex);
  std::printf("stress: %lld s, %zu nodes, %zu actors now; messages: %s\n",
              static_cast<long long>(since_begin.count()), world_.nodes.size(), world_.lives.size(),
              world_.ledger.text().c_str());
  std::fflush(stdout);
}

void Watchdog::give_up() {
  std::fprintf(stderr, "stress: nothing moves any more; messages: %s\n",
               world_.ledger.text().c_str());
  const std::scoped_lock lock(world_.mutex);
  std::map<std::string, int> doing;
  for (const Life* const life : world_.lives) {
    ++doing["actor " + std::string(life->doing)];
  }
  for (const auto& [what, count] : doing) {
    std::fprintf(stderr, "stress: %d x %s\n", count, what.c_str());
  }
  for (const NodeLife& node : world_.nodes) {
    if (node.phase.load() != std::string("has ended")) {
      std::fprintf(stderr, "stress: node %d %s\n", node.number, node.phase.load());
      for (const std::string& actor : node.roll.names_of_living()) {
        std::fprintf(stderr, "stress:   %s lives\n", actor.c_str());
      }
    }
  }
  std::abort();
}

}  // namespace spinoff::stress
