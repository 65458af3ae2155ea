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
/// Those in `woken_` that had more messages than one turn may handle have so many that they are not
/// in the cache: their mail is fetched for several of them at once.
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
#include <spinoff/engine/fetch_mail.hpp>
#include <spinoff/engine/owner_lock.hpp>
#include <spinoff/engine/run_queue.hpp>

namespace spinoff::engine {

class alignas(64) Worker {
 public:
  void set_number(std::uint16_t number) noexcept { number_ = number; }

  /// The one that this thread is; null on other threads.
  static Worker* current() noexcept { return t_current; }
  static void set_current(Worker* worker) noexcept { t_current = worker; }

  // For the thread that is this worker.

  void push_woken(Cell& cell) {
    // Needs no lock: others take whom they find here, but put nobody here.
    if (get(next_) == nullptr) [[likely]] {
      next_.store(&cell, std::memory_order_release);
    } else {
      displace_next(cell);
    }
  }
  void push_spawned(Cell& cell) {
    const OwnerLock::Own own(lock_);
    spawned_.push({&cell, look_});
  }
  void push_yielded(Cell& cell) {
    const OwnerLock::Own own(lock_);
    woken_.push({.cell = &cell, .since = running_since_, .has_more = true});
  }
  /// From the inbox.
  void push_last(Cell& cell) {
    const OwnerLock::Own own(lock_);
    woken_.push({&cell, look_});
  }

  /// Whose turn is next; null if nobody waits.
  Cell* next() {
    const OwnerLock::Own own(lock_);
    const std::uint64_t turn = get(turns_);
    if (Cell* const cell = get(next_); cell != nullptr && turn != chain_ends_at_) [[likely]] {
      set(turns_, turn + 1);
      set<Cell*>(next_, nullptr);
      running_since_ = look_;
      return cell;
    }
    return next_in_queues();
  }

  /// Runs the actor's turn.
  void run(Cell& cell) {
    if (cell.move_to(number_)) [[unlikely]] {
      count(moves_);
    }
    count(messages_, cell.run_turn());
  }
  void note_park() noexcept { count(parks_); }

  /// To be asked before each `next`: whether it is time to look at the clock again.
  [[nodiscard]] bool look_is_due() const noexcept { return get(turns_) >= look_due_at_; }
  /// Whether the clock has moved on. Where turns take long it is looked at after each.
  bool look(Look now) {
    const bool moved_on = now != look_;
    if (!moved_on) {
      turns_a_look_ = kTurnsALook;
    } else if (now - look_ > 1) {
      turns_a_look_ = 1;
    }
    look_due_at_ = get(turns_) + turns_a_look_;
    if (!moved_on) {
      return false;
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
    const std::uint64_t from_queues = get(from_queues_);
    const std::uint64_t turns = std::max(get(turns_), from_queues);  // they are not read at once
    return {.messages = get(messages_),
            .turns = turns,
            .hand_offs = turns - from_queues,
            .moves = get(moves_),
            .steals = get(steals_),
            .parks = get(parks_),
            .queue_length = length()};
  }

  /// Whether someone has waited here for long. As the worker knew at its last look.
  [[nodiscard]] bool has_old(Look now) const noexcept {
    const std::uint64_t since = waits_since_.load(std::memory_order_relaxed);
    return since != kNobody && is_old(static_cast<Look>(since), now);
  }
  [[nodiscard]] bool has_any() const noexcept { return length() != 0; }
  /// Whether it has not even looked at the clock for so long that it must be in one long turn.
  [[nodiscard]] bool is_absent(Look now) const noexcept {
    return has_any() && is_before(last_look_.load(std::memory_order_relaxed) + kLongAbsence, now);
  }
  /// Changes whenever a turn begins.
  [[nodiscard]] std::uint64_t turns() const noexcept { return get(turns_); }

  /// Moves half of what has waited for long, or of all if it is stuck, to `thief`, whose thread
  /// calls this. False if by now there is nothing.
  bool give_to(Worker& thief, Look now, bool is_stuck) noexcept {
    const auto is_due = [&](Look since) { return is_stuck || is_old(since, now); };
    std::vector<RunQueue::Entry> taken;
    {
      const OwnerLock::Foreign foreign(lock_);
      take_half(spawned_, is_due, is_stuck, taken);
      take_half(woken_, is_due, is_stuck, taken);
      if (Cell* const next = next_.load(std::memory_order_acquire);
          is_stuck && taken.empty() && next != nullptr) {
        taken.push_back({next, now});
        set<Cell*>(next_, nullptr);
      }
      fetched_ = 0;
      waits_since_.store(kNobody, std::memory_order_relaxed);  // until its next look
    }
    if (taken.empty()) {
      return false;
    }
    const OwnerLock::Own own(thief.lock_);
    for (const RunQueue::Entry& entry : taken) {
      thief.woken_.push({.cell = entry.cell, .since = now, .has_more = entry.has_more});
    }
    count(thief.steals_);
    return true;
  }

 private:
  using Counter = std::atomic<std::uint64_t>;  // written by the worker's thread only

  static constexpr unsigned kLongestChain = 64;
  static constexpr unsigned kRound = 16;
  static constexpr unsigned kTurnsALook = 32;
  static constexpr std::size_t kLargestLoot = 256;
  // As much as goes through the second level of the cache at once.
  static constexpr std::size_t kFetched = 16;
  static constexpr unsigned kFetchedEach = 128;
  static constexpr Look kLongAbsence = 10;
  static constexpr std::uint64_t kNobody = ~std::uint64_t{0};

  // What one thread writes, and others may read at any time.
  template <class T>
  static T get(const std::atomic<T>& word) noexcept {
    return word.load(std::memory_order_relaxed);
  }
  template <class T>
  static void set(std::atomic<T>& word, T to) noexcept {
    word.store(to, std::memory_order_relaxed);
  }
  static void count(Counter& counter, std::uint64_t more = 1) noexcept {
    set(counter, get(counter) + more);
  }

  [[gnu::noinline]] void displace_next(Cell& cell) {
    const OwnerLock::Own own(lock_);
    if (Cell* const before = get(next_); before != nullptr) {
      woken_.push({before, look_});
    }
    next_.store(&cell, std::memory_order_release);
  }

  Cell* next_in_queues() {
    if (Cell* const cell = get(next_); cell != nullptr) {
      woken_.push({cell, look_});
      set<Cell*>(next_, nullptr);
    }
    RunQueue::Entry entry;
    if (!spawned_.empty() && (++round_ % kRound == 0 || woken_.empty())) {
      entry = spawned_.pop_newest();
    } else if (!woken_.empty()) {
      if (fetched_ > 0) {
        --fetched_;
      } else if (woken_[0].has_more) {
        fetched_ = std::min(woken_.size(), kFetched);
        fetch_mail(fetched_, [&](std::size_t i) -> Cell& { return *woken_[i].cell; }, kFetchedEach);
      }
      entry = woken_.pop_oldest();
    } else {
      set(waits_since_, kNobody);
      return nullptr;
    }
    const std::uint64_t turn = get(turns_);
    set(turns_, turn + 1);
    chain_ends_at_ = turn + 1 + kLongestChain;
    count(from_queues_);
    running_since_ = entry.since;
    return entry.cell;
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

  [[nodiscard]] std::size_t length() const noexcept {
    return woken_.size() + spawned_.size() + (get(next_) == nullptr ? 0 : 1);
  }

  OwnerLock lock_;  // guards what follows up to the counters
  std::uint16_t number_ = 0;
  Look look_ = 0;           // the clock as this worker last saw it
  Look running_since_ = 0;  // since when the actor that runs has had mail
  std::atomic<Cell*> next_{nullptr};
  Counter turns_{0};
  std::uint64_t chain_ends_at_ = kLongestChain;  // by `turns_`: then `next_` has to wait as well
  std::uint64_t look_due_at_ = kTurnsALook;      // by `turns_`
  Counter messages_{0};

  unsigned turns_a_look_ = kTurnsALook;
  unsigned round_ = 0;
  std::size_t fetched_ = 0;  // how many at the front of `woken_` have their mail in the cache
  RunQueue woken_;
  RunQueue spawned_;
  std::atomic<std::uint64_t> waits_since_{kNobody};  // a Look
  std::atomic<Look> last_look_{0};

  Counter from_queues_{0};  // turns of others than `next_`
  Counter moves_{0};
  Counter steals_{0};
  Counter parks_{0};

  [[gnu::tls_model("initial-exec")]] static inline constinit thread_local Worker* t_current =
      nullptr;
};

/// Gives an actor its turn, which a push has woken.
inline void schedule(Cell& cell) {
  const Cell* const waker = Cell::running();
  if (waker != nullptr && waker->anchor() == cell.anchor()) [[likely]] {
    if (Worker* const worker = Worker::current()) [[likely]] {
      worker->push_woken(cell);
      return;
    }
  }
  cell.schedule();
}

}  // namespace spinoff::engine
