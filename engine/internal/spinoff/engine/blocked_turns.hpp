/// Which workers' turns are blocked: they wait, for something else than a core.
///
/// Each worker is looked at once in a while. If it is in the same turn as the last time, and its
/// thread has computed for less than half of the time between, it was blocked meanwhile. Turns that
/// compute for long are none of this.
#pragma once

#include <chrono>
#include <optional>
#include <unordered_map>
#include <utility>

#include <spinoff/engine/running_turn.hpp>
#include <spinoff/engine/timer_service.hpp>

namespace spinoff::engine {

class BlockedTurns {
 public:
  /// `cpu` is how long the turn's thread has computed in its life. Since when the turn is blocked;
  /// nothing if it is not.
  std::optional<Clock::time_point> look(const RunningTurn& turn, Clock::time_point now,
                                        std::chrono::nanoseconds cpu) {
    Seen& seen = by_worker_[turn.home.worker()];
    const bool is_blocked = seen.turn == turn && (cpu - seen.cpu) * 2 < now - seen.at;
    seen.at = now;
    seen.cpu = cpu;
    if (is_blocked) {
      return seen.since;
    }
    seen.turn = turn;
    seen.since = now;
    seen.told = false;
    return std::nullopt;
  }

  /// True once for each time that the worker's turn is blocked.
  bool tell(const RunningTurn& turn) {
    return !std::exchange(by_worker_[turn.home.worker()].told, true);
  }

 private:
  struct Seen {
    RunningTurn turn{};
    Clock::time_point at;
    std::chrono::nanoseconds cpu{0};
    Clock::time_point since;
    bool told = false;
  };
  std::unordered_map<std::uint64_t, Seen> by_worker_;
};

}  // namespace spinoff::engine
