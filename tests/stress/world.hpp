/// What actors and threads of a stress test share. Outlives all nodes.
#pragma once

#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

#include <spinoff/node.hpp>
#include <spinoff/timer.hpp>

#include "dice.hpp"
#include "findings.hpp"
#include "ledger.hpp"
#include "messages.hpp"
#include "roll.hpp"
#include "watches.hpp"

namespace spinoff::stress {

class Life;
struct World;

/// One node from its begin to its end, and after.
struct NodeLife {
  NodeLife(int which, Findings& findings) : number(which), roll(findings) {}

  const int number;
  Roll roll;
  /// Good in its own actors.
  Node* node = nullptr;
  /// Its last actor has ended.
  std::atomic<bool> ended = false;
  std::atomic<const char*> phase = "begins";
  // What of its actors is there now.
  std::atomic<int> lives = 0;
  std::atomic<int> instances = 0;
  std::atomic<int> frames = 0;
};

/// Where everybody finds somebody: the living and the dead, of this node and others.
template <class T, std::size_t N>
class Board {
 public:
  void put(T value, Dice& dice) {
    T& place = values_[dice.below(N)];
    const std::scoped_lock lock(mutex_);
    std::swap(place, value);  // the old one is destroyed without the lock
  }
  T pick(Dice& dice) const {
    const T& place = values_[dice.below(N)];
    const std::scoped_lock lock(mutex_);
    return place;
  }
  void drop_if(const std::predicate<const T&> auto& is_unwanted) {
    const std::scoped_lock lock(mutex_);
    for (T& value : values_) {
      if (is_unwanted(value)) {
        value = T();
      }
    }
  }
  void clear() {
    std::array<T, N> old;
    const std::scoped_lock lock(mutex_);
    std::swap(values_, old);
  }

 private:
  mutable std::mutex mutex_;
  std::array<T, N> values_;
};

/// Sends a Parcel by a router of whatever kind.
using Route = std::function<void(World& world, ActorId from, unsigned hops)>;

/// A timer that whoever drops it cancels.
class CancelledLater {
 public:
  CancelledLater() = default;
  CancelledLater(Timer timer, std::shared_ptr<std::atomic<bool>> cancelled)
      : timer_(std::move(timer)), cancelled_(std::move(cancelled)) {}
  CancelledLater(CancelledLater&&) = default;
  CancelledLater& operator=(CancelledLater&&) = default;
  CancelledLater(const CancelledLater&) = delete;
  CancelledLater& operator=(const CancelledLater&) = delete;
  ~CancelledLater() {
    if (cancelled_ != nullptr) {
      *cancelled_ = true;
      timer_.cancel();
    }
  }

 private:
  Timer timer_;
  std::shared_ptr<std::atomic<bool>> cancelled_;
};

struct World {
  explicit World(std::uint64_t first_seed) : seed(first_seed) {}

  [[nodiscard]] Dice new_dice() { return Dice(seed.fetch_add(0x632be59bd9b4e019U)); }
  NodeLife& add_node() {
    const std::scoped_lock lock(mutex);
    return nodes.emplace_back(static_cast<int>(nodes.size()) + 1, findings);
  }

  /// Maybe nobody.
  [[nodiscard]] Address somebody(Dice& dice) const {
    return dice.one_in(12) ? museum.pick(dice) : board.pick(dice);
  }

  std::atomic<std::uint64_t> seed;
  Findings findings;
  Ledger ledger{findings};
  Watches watches{findings};
  Board<Address, 96> board;
  Board<Address, 8> museum;  // those from earlier rounds
  Board<Route, 6> routes;
  Board<CancelledLater, 32> timers;
  std::atomic<std::uint64_t> steps = 0;  // so that a standstill can be seen
  // So that it can be seen that all this happens.
  std::atomic<int> restarts = 0;
  std::atomic<int> ends_told = 0;
  std::atomic<int> names_taken = 0;
  std::atomic<int> errors_ignored = 0;

  std::mutex mutex;
  std::deque<NodeLife> nodes;
  std::unordered_set<const Life*> lives;
};

}  // namespace spinoff::stress
