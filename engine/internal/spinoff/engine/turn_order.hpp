/// In which order the actors that wait for a worker get their turns.
///
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
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/fetch_mail.hpp>
#include <spinoff/engine/run_queue.hpp>

namespace spinoff::engine {

/// For one thread at a time, but for what counts: that any thread may ask.
class TurnOrder {
 public:
  using Entry = RunQueue::Entry;

  void add_woken(Cell& cell, Look now) {
    if (Cell* const before = get(next_); before != nullptr) {
      woken_.push({before, now});
    }
    set<Cell*>(next_, &cell);
  }
  void add_spawned(Cell& cell, Look now) { spawned_.push({&cell, now}); }
  /// The actor that ran last and has more to do. It has waited since it had no mail.
  void add_yielded(Cell& cell) {
    woken_.push({.cell = &cell, .since = running_since_, .has_more = true});
  }
  /// Behind all that were woken.
  void add_last(Entry entry) { woken_.push(entry); }

  /// Whose turn is next; null if nobody waits.
  Cell* next(Look now) {
    const std::uint64_t turn = get(turns_);
    if (Cell* const cell = get(next_); cell != nullptr && turn != chain_ends_at_) [[likely]] {
      set(turns_, turn + 1);
      set<Cell*>(next_, nullptr);
      running_since_ = now;
      return cell;
    }
    return next_in_queues(now);
  }

  /// The clock has moved on. `messages_are_light`: they take less time than one that goes to
  /// another core.
  void look(Look now, bool messages_are_light) {
    if (!spawned_.empty() && is_old(spawned_.oldest_since(), now)) {
      woken_.push(spawned_.pop_oldest());
    }
    woken_are_old_after_ = messages_are_light ? kOldIfLight : kOld;
  }
  /// When the first is old, unless it is alone in its queue: it is next there anyway.
  [[nodiscard]] std::optional<Look> old_at() const noexcept {
    std::optional<Look> first;
    if (woken_.size() > 1) {
      first = woken_.oldest_since() + woken_are_old_after_;
    }
    if (spawned_.size() > 1) {
      const Look at = spawned_.oldest_since() + kOld;
      first = !first || is_before(at, *first) ? at : *first;
    }
    return first;
  }

  /// Takes out, from the old end, half of what is old, or of all.
  void take_half(std::optional<Look> old_by, std::vector<Entry>& taken) {
    const auto since_before = [&](Look old_after) {
      return old_by ? std::optional(*old_by - old_after) : std::nullopt;
    };
    take_half_since(spawned_, since_before(kOld), taken);
    take_half_since(woken_, since_before(woken_are_old_after_), taken);
    if (Cell* const next = get(next_); !old_by && taken.empty() && next != nullptr) {
      taken.push_back({next, 0});
      set<Cell*>(next_, nullptr);
    }
    fetched_ = 0;
  }

  // Any thread.

  [[nodiscard]] std::size_t length() const noexcept {
    // A queue that changes meanwhile may seem to have less than nothing.
    const auto at_least_none = [](std::size_t size) {
      return static_cast<std::ptrdiff_t>(size) < 0 ? 0 : size;
    };
    return at_least_none(woken_.size()) + at_least_none(spawned_.size()) +
           (get(next_) == nullptr ? 0 : 1);
  }
  /// Changes whenever a turn begins.
  [[nodiscard]] std::uint64_t turns() const noexcept { return get(turns_); }
  /// Turns of others than `next_`.
  [[nodiscard]] std::uint64_t turns_from_queues() const noexcept { return get(from_queues_); }

 private:
  static constexpr unsigned kLongestChain = 64;
  static constexpr unsigned kRound = 16;
  static constexpr std::size_t kLargestLoot = 256;
  // As much as goes through the second level of the cache at once.
  static constexpr std::size_t kFetched = 16;
  static constexpr unsigned kFetchedEach = 128;

  // What one thread writes at a time, and others may read at any time.
  template <class T>
  static T get(const std::atomic<T>& word) noexcept {
    return word.load(std::memory_order_relaxed);
  }
  template <class T>
  static void set(std::atomic<T>& word, T to) noexcept {
    word.store(to, std::memory_order_relaxed);
  }

  Cell* next_in_queues(Look now) {
    if (Cell* const cell = get(next_); cell != nullptr) {
      woken_.push({cell, now});
      set<Cell*>(next_, nullptr);
    }
    Entry entry;
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
      return nullptr;
    }
    const std::uint64_t turn = get(turns_);
    set(turns_, turn + 1);
    chain_ends_at_ = turn + 1 + kLongestChain;
    set(from_queues_, get(from_queues_) + 1);
    running_since_ = entry.since;
    return entry.cell;
  }

  static void take_half_since(RunQueue& queue, std::optional<Look> latest,
                              std::vector<Entry>& taken) {
    for (std::size_t left = (queue.size() + (latest ? 0 : 1)) / 2;
         left > 0 && taken.size() < kLargestLoot &&
         (!latest || !is_before(*latest, queue.oldest_since()));
         --left) {
      taken.push_back(queue.pop_oldest());
    }
  }

  std::atomic<Cell*> next_{nullptr};
  std::atomic<std::uint64_t> turns_{0};
  std::uint64_t chain_ends_at_ = kLongestChain;  // by `turns_`: then `next_` has to wait as well
  Look running_since_ = 0;                       // since when the actor that runs has had mail
  unsigned round_ = 0;
  Look woken_are_old_after_ = kOld;
  std::size_t fetched_ = 0;  // how many at the front of `woken_` have their mail in the cache
  std::atomic<std::uint64_t> from_queues_{0};
  RunQueue woken_;
  RunQueue spawned_;
};

}  // namespace spinoff::engine
