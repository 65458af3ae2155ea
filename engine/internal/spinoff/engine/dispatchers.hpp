/// The lanes of a node: one for all actors of Dispatcher::blocking, and one for each pinned actor.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include <spinoff/counters.hpp>
#include <spinoff/dispatcher.hpp>
#include <spinoff/engine/crew.hpp>
#include <spinoff/engine/home.hpp>
#include <spinoff/engine/lane.hpp>
#include <spinoff/engine/spin_lock.hpp>

namespace spinoff::engine {

/// Any thread. A lane is never freed before the node's end, so who has looked one up by the home of
/// an actor that has closed meanwhile does no harm; that of a pinned actor is used again when its
/// thread has ended.
class Dispatchers {
 public:
  struct Options {
    std::size_t blocking_threads = 64;
    std::chrono::nanoseconds blocking_linger = std::chrono::seconds(10);
  };

  explicit Dispatchers(const Options& options);

  /// A lane that has let an actor of that dispatcher, which is not the pool, in; null if the node
  /// has ended. `name` is for a thread of its own. Throws std::system_error if there is no thread.
  Lane* enter(Dispatcher dispatcher, const std::string& name);

  [[nodiscard]] bool has(Home home) const noexcept { return home.is_in_same_executor(lanes_); }
  /// Leaves a wake-up for an actor that is at home there.
  void schedule(Cell& cell, Home home);

  /// Returns when no turn is under way and all threads have ended, once all actors have stopped.
  void end();
  void add_to(Counters& counters) const;

 private:
  Lane* enter_pinned(const std::string& name);
  Lane& vacant_lane();
  Lane& lane(Home home) noexcept;

  const Home lanes_;
  Crew crew_;
  Lane blocking_;

  mutable SpinLock lock_;
  std::deque<Lane> pinned_;  // the lane number `i + 1` is the `i`th
  std::vector<Lane*> vacant_;
  bool ended_ = false;
};

}  // namespace spinoff::engine
