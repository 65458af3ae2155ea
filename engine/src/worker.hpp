/// One worker's part of the executor: the actors that wait for it. The worker's own thread adds and
/// takes; a thief may take what has waited for long.
///
/// Two queues. `woken`: whom an actor woke in its turn on this worker, run the newest first, while
/// its message is in the cache; so a tree of actors is worked off depth first, in little memory.
/// `waiting`: whoever has used up its budget, came from outside of the workers, or has grown old
/// in `woken`; run the oldest first. After kLongestChain turns out of `woken` in a row the next is
/// out of `waiting`, and at each look at the clock a part of what is old in `woken`
/// moves to `waiting`: so everybody gets a turn, however busily others wake each other.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <spinoff/engine/owner_lock.hpp>
#include <spinoff/engine/run_queue.hpp>

namespace spinoff::engine {

class alignas(64) Worker {
 public:
  // For the thread that is this worker.

  void push_woken(Cell& cell) {
    const OwnerLock::Own own(lock_);
    woken_.push({&cell, look_});
    if (waits_since_.load(std::memory_order_relaxed) == kNobody) {
      tell_oldest();
    }
  }

  void push_waiting(Cell& cell) {
    const OwnerLock::Own own(lock_);
    add_waiting({&cell, look_});
    tell_oldest();
  }

  /// Whose turn is next; null if nobody waits.
  Cell* next() {
    const OwnerLock::Own own(lock_);
    Cell* cell = nullptr;
    if (!woken_.empty() && (chain_ < kLongestChain || waiting_.empty())) [[likely]] {
      ++chain_;
      cell = woken_.pop_newest().cell;
    } else if (!waiting_.empty()) {
      chain_ = 0;
      cell = waiting_.pop_oldest().cell;
    }
    tell_oldest();
    return cell;
  }

  /// To be asked before each `next`: whether it is time to look at the clock again.
  [[nodiscard]] bool look_is_due() noexcept { return (++turns_ & (kTurnsPerLook - 1)) == 0; }
  /// Whether the clock has moved on.
  bool look(Look now) {
    if (now == look_) {
      return false;
    }
    const OwnerLock::Own own(lock_);
    look_ = now;
    for (std::size_t left = woken_.size() / kAgingShare + 1;
         left > 0 && !woken_.empty() && is_old(woken_.oldest_since(), now); --left) {
      add_waiting(woken_.pop_oldest());
    }
    tell_oldest();
    return true;
  }

  // For others.

  /// Whether a thief would find something. Good as a hint only.
  [[nodiscard]] bool has_old(Look now) const noexcept {
    const std::uint64_t since = waits_since_.load(std::memory_order_relaxed);
    return since != kNobody && is_old(static_cast<Look>(since), now);
  }

  /// Moves some of what has waited for long to `thief`, whose thread calls this. False if by now
  /// there is nothing.
  bool give_to(Worker& thief, Look now) {
    std::vector<RunQueue::Entry> taken;
    {
      const OwnerLock::Foreign foreign(lock_);
      for (std::size_t left = std::min(kLargestLoot, (waiting_.size() + 1) / 2); left > 0; --left) {
        taken.push_back(waiting_.pop_oldest());
      }
      for (std::size_t left = std::min(kLargestLoot, (woken_.size() + 1) / 2);
           taken.size() < kLargestLoot && left > 0 && is_old(woken_.oldest_since(), now); --left) {
        taken.push_back(woken_.pop_oldest());
      }
      tell_oldest();
    }
    const OwnerLock::Own own(thief.lock_);
    for (const RunQueue::Entry& entry : taken) {
      thief.add_waiting({entry.cell, now});
    }
    thief.tell_oldest();
    return !taken.empty();
  }

 private:
  static constexpr int kLongestChain = 64;
  static constexpr std::uint64_t kTurnsPerLook = 32;
  static constexpr std::size_t kAgingShare = 16;
  static constexpr std::size_t kLargestLoot = 256;
  static constexpr std::uint64_t kNobody = ~std::uint64_t{0};

  void add_waiting(RunQueue::Entry entry) {
    if (waiting_.empty()) {
      busy_since_ = entry.since;
    }
    waiting_.push(entry);
  }

  void tell_oldest() noexcept {
    std::uint64_t since = kNobody;
    if (!waiting_.empty()) {
      since = busy_since_;
    } else if (!woken_.empty()) {
      since = woken_.oldest_since();
    }
    waits_since_.store(since, std::memory_order_relaxed);
  }

  OwnerLock lock_;  // guards all of the following
  int chain_ = 0;   // turns out of `woken_` since the last one out of `waiting_`
  std::uint64_t turns_ = 0;
  Look look_ = 0;        // the clock as this worker last saw it
  Look busy_since_ = 0;  // since when `waiting_` has not been empty
  RunQueue woken_;
  RunQueue waiting_;
  std::atomic<std::uint64_t> waits_since_{kNobody};  // a Look
};

}  // namespace spinoff::engine
