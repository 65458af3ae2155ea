/// One worker's part of the executor: the actors that wait for it. The worker's own thread adds and
/// takes; a thief may take what has waited for long.
///
/// In the order in which they get their turns:
///   next_     whom an actor woke last, in its turn on this worker: its message is in the cache.
///             At most kLongestChain turns in a row go this way
///   woken_    others that were woken, and those that had more messages than one turn may handle;
///             the oldest first
///   spawned_  those that have not run yet, the newest first: so a tree of actors is worked off
///             depth first, in little memory
/// One turn in kRound goes to `spawned_`, however many were woken; and at each look at the clock
/// its oldest moves to `woken_` if it is old. So everybody gets a turn.
///
/// Whoever waits for a short time only is done sooner by the worker whose cache it is in. So a
/// thief gets nothing but half of what has waited for long, or half of all if the worker is stuck
/// in one long turn; an actor that always has mail waits since it had none. Who is alone in its
/// queue is next there anyway. The worker tells the age of its oldest once a look; that it is stuck
/// is seen by its count of turns, or, when all workers are busy, by its having missed many looks.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <spinoff/counters.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/owner_lock.hpp>
#include <spinoff/engine/run_queue.hpp>

namespace spinoff::engine {

class alignas(64) Worker {
 public:
  void set_number(std::uint16_t number) noexcept { number_ = number; }

  // For the thread that is this worker.

  void push_woken(Cell& cell) {
    const OwnerLock::Own own(lock_);
    if (next_.cell != nullptr) {
      woken_.push(next_);
    }
    next_ = {&cell, look_};
    tell_length();
  }
  void push_spawned(Cell& cell) {
    const OwnerLock::Own own(lock_);
    spawned_.push({&cell, look_});
    tell_length();
  }
  void push_yielded(Cell& cell) {
    const OwnerLock::Own own(lock_);
    woken_.push({&cell, running_since_});
    tell_length();
  }
  /// From the inbox.
  void push_last(Cell& cell) {
    const OwnerLock::Own own(lock_);
    woken_.push({&cell, look_});
    tell_length();
  }

  /// Whose turn is next; null if nobody waits.
  Cell* next() {
    const OwnerLock::Own own(lock_);
    Cell* cell = nullptr;
    if (next_.cell != nullptr && chain_ < kLongestChain) [[likely]] {
      ++chain_;
      count(hand_offs_);
      running_since_ = next_.since;
      cell = std::exchange(next_.cell, nullptr);
    } else {
      const RunQueue::Entry entry = next_in_queues();
      running_since_ = entry.since;
      cell = entry.cell;
      if (cell == nullptr) {
        waits_since_.store(kNobody, std::memory_order_relaxed);
      }
    }
    tell_length();
    return cell;
  }

  /// Runs the actor's turn.
  void run(Cell& cell) {
    count(turns_);
    if (cell.move_to(number_)) {
      count(moves_);
    }
    count(messages_, cell.run_turn());
  }
  void note_park() noexcept { count(parks_); }

  /// To be asked before each `next`: whether it is time to look at the clock again.
  [[nodiscard]] bool look_is_due() noexcept { return ++turns_since_look_ >= turns_a_look_; }
  /// Whether the clock has moved on. Where turns take long it is looked at after each.
  bool look(Look now) {
    turns_since_look_ = 0;
    if (now == look_) {
      turns_a_look_ = kTurnsALook;
      return false;
    }
    if (now - look_ > 1) {
      turns_a_look_ = 1;
    }
    const OwnerLock::Own own(lock_);
    look_ = now;
    last_look_.store(now, std::memory_order_relaxed);
    if (!spawned_.empty() && is_old(spawned_.oldest_since(), now)) {
      woken_.push(spawned_.pop_oldest());
    }
    tell_oldest();
    return true;
  }

  // For others.

  [[nodiscard]] WorkerCounters counters() const noexcept {
    return {.messages = messages_.load(std::memory_order_relaxed),
            .turns = turns_.load(std::memory_order_relaxed),
            .hand_offs = hand_offs_.load(std::memory_order_relaxed),
            .moves = moves_.load(std::memory_order_relaxed),
            .steals = steals_.load(std::memory_order_relaxed),
            .parks = parks_.load(std::memory_order_relaxed),
            .queue_length = length_.load(std::memory_order_relaxed)};
  }

  /// Whether someone has waited here for long. As the worker knew at its last look.
  [[nodiscard]] bool has_old(Look now) const noexcept {
    const std::uint64_t since = waits_since_.load(std::memory_order_relaxed);
    return since != kNobody && is_old(static_cast<Look>(since), now);
  }
  [[nodiscard]] bool has_any() const noexcept {
    return length_.load(std::memory_order_relaxed) != 0;
  }
  /// Whether it has not even looked at the clock for so long that it must be in one long turn.
  [[nodiscard]] bool is_absent(Look now) const noexcept {
    return has_any() && is_before(last_look_.load(std::memory_order_relaxed) + kLongAbsence, now);
  }
  /// Changes whenever a turn begins.
  [[nodiscard]] std::uint64_t turns() const noexcept {
    return turns_.load(std::memory_order_relaxed);
  }

  /// Moves half of what has waited for long, or of all if it is stuck, to `thief`, whose thread
  /// calls this. False if by now there is nothing.
  bool give_to(Worker& thief, Look now, bool is_stuck) noexcept {
    const auto is_due = [&](Look since) { return is_stuck || is_old(since, now); };
    std::vector<RunQueue::Entry> taken;
    {
      const OwnerLock::Foreign foreign(lock_);
      take_half(spawned_, is_due, is_stuck, taken);
      take_half(woken_, is_due, is_stuck, taken);
      if (is_stuck && taken.empty() && next_.cell != nullptr) {
        taken.push_back(std::exchange(next_, {}));
      }
      tell_length();
      waits_since_.store(kNobody, std::memory_order_relaxed);  // until its next look
    }
    if (taken.empty()) {
      return false;
    }
    const OwnerLock::Own own(thief.lock_);
    for (const RunQueue::Entry& entry : taken) {
      thief.woken_.push({entry.cell, now});
    }
    thief.tell_length();
    count(thief.steals_);
    return true;
  }

 private:
  using Counter = std::atomic<std::uint64_t>;  // written by the worker's thread only

  static constexpr int kLongestChain = 64;
  static constexpr unsigned kRound = 16;
  static constexpr unsigned kTurnsALook = 32;
  static constexpr std::size_t kLargestLoot = 256;
  static constexpr Look kLongAbsence = 10;
  static constexpr std::uint64_t kNobody = ~std::uint64_t{0};

  static void count(Counter& counter, std::uint64_t more = 1) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }

  RunQueue::Entry next_in_queues() {
    chain_ = 0;
    if (next_.cell != nullptr) {
      woken_.push(std::exchange(next_, {}));
    }
    if (!spawned_.empty() && (++round_ % kRound == 0 || woken_.empty())) {
      return spawned_.pop_newest();
    }
    return woken_.empty() ? RunQueue::Entry{} : woken_.pop_oldest();
  }

  template <class IsDue>
  static void take_half(RunQueue& queue, const IsDue& is_due, bool also_the_last,
                        std::vector<RunQueue::Entry>& taken) {
    for (std::size_t left = (queue.size() + (also_the_last ? 1 : 0)) / 2;
         left > 0 && taken.size() < kLargestLoot && is_due(queue.oldest_since()); --left) {
      taken.push_back(queue.pop_oldest());
    }
  }

  void tell_oldest() noexcept {
    std::uint64_t oldest = kNobody;
    if (woken_.size() > 1) {
      oldest = woken_.oldest_since();
    }
    if (spawned_.size() > 1) {
      const Look since = spawned_.oldest_since();
      oldest = oldest == kNobody || is_before(since, static_cast<Look>(oldest)) ? since : oldest;
    }
    waits_since_.store(oldest, std::memory_order_relaxed);
  }

  void tell_length() noexcept {
    length_.store(woken_.size() + spawned_.size() + (next_.cell == nullptr ? 0 : 1),
                  std::memory_order_relaxed);
  }

  OwnerLock lock_;  // guards what follows up to the counters
  RunQueue::Entry next_{nullptr, 0};
  int chain_ = 0;  // turns that went to `next_` in a row
  unsigned round_ = 0;
  unsigned turns_since_look_ = 0;
  unsigned turns_a_look_ = kTurnsALook;
  Look look_ = 0;           // the clock as this worker last saw it
  Look running_since_ = 0;  // since when the actor that runs has had mail
  RunQueue woken_;
  RunQueue spawned_;
  std::atomic<std::uint64_t> waits_since_{kNobody};  // a Look
  std::atomic<std::size_t> length_{0};
  std::atomic<Look> last_look_{0};

  std::uint16_t number_ = 0;
  Counter messages_{0};
  Counter turns_{0};
  Counter hand_offs_{0};
  Counter moves_{0};
  Counter steals_{0};
  Counter parks_{0};
};

}  // namespace spinoff::engine
