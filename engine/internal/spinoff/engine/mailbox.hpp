/// An actor's two queues and its idle/scheduled state.
///
/// The user queue is a chain from the oldest message to the newest (as in Pony, and Vyukov's queue
/// for many producers): `first_` names the oldest, each message the next, and `last_`, which
/// pushers exchange, the newest, or a mark:
///
///   last_:    kIdle    nobody runs the actor, nor will: both queues are empty
///             kEmpty   the actor is scheduled or running; the queue is empty
///             kWake    the same, and the system queue may have grown: look again
///             envelope the newest of a chain
///             kClosed  the actor has stopped; for good
///   system_:  nullptr, envelope, or kClosed: a Treiber stack, which the runner reverses
///
/// Who changes what: a pusher puts its message into `last_`, then ties it to the one that it found
/// there, or writes `first_` if it found a mark. Whose exchange turns kIdle into anything else must
/// schedule the actor, and nobody else may. The runner takes the whole chain: it reads and clears
/// `first_`, then puts kEmpty into `last_`; whoever comes later finds that mark, and begins the
/// next chain. The runner gives the actor up by kEmpty → kIdle, which is the last thing that it
/// does with the mailbox: whatever a pusher did before has made that exchange fail.
///
/// Between a pusher's exchange and its tie there is a gap, where the runner waits: two
/// instructions, unless the pusher's thread loses its core just there; then the runner lets other
/// threads go first.
///
/// No wake-up is lost. User messages: they are in `last_` itself, so kEmpty → kIdle fails. System
/// messages: the pusher pushes to `system_`, then reads `last_`; the runner takes from `last_`,
/// then reads `system_`, then finds `last_` empty, then tries kEmpty → kIdle. All are sequentially
/// consistent. If the pusher reads a chain, the runner has yet to take it and looks at `system_`
/// afterwards; if it reads kEmpty it leaves kWake, and the runner's exchange fails and it looks
/// again; if it reads kIdle it schedules.
///
/// Closing is in two steps, `last_` first: a system message that is pushed between the steps is
/// found by the runner, one pushed after them is refused to its sender. So each is answered exactly
/// once.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>

#include <spinoff/detail/envelope.hpp>

namespace spinoff::engine {

using detail::Envelope;
using detail::EnvelopePtr;

enum class Push : std::uint8_t {
  queued,  ///< someone runs the actor, or will
  woke,    ///< the caller must schedule it
  closed,  ///< not taken
};

class Mailbox {
 public:
  /// Takes the envelope over unless it says `closed`. Any thread.
  Push push(Envelope* envelope) noexcept {
    envelope->next.store(nullptr, std::memory_order_relaxed);
    Envelope* before = last_.load(std::memory_order_relaxed);
    do {
      if (before == closed()) [[unlikely]] {
        return Push::closed;
      }
    } while (!last_.compare_exchange_weak(before, envelope, std::memory_order_seq_cst,
                                          std::memory_order_relaxed));
    if (is_mark(before)) {
      first_.store(envelope, std::memory_order_release);
      return before == idle() ? Push::woke : Push::queued;
    }
    before->next.store(envelope, std::memory_order_release);
    return Push::queued;
  }

  /// The same for the system queue.
  Push push_system(Envelope* envelope) noexcept {
    Envelope* head = system_.load(std::memory_order_relaxed);
    do {
      if (head == closed()) {
        return Push::closed;
      }
      envelope->next.store(head, std::memory_order_relaxed);
    } while (!system_.compare_exchange_weak(head, envelope));
    return wake() ? Push::woke : Push::queued;
  }

  [[nodiscard]] bool is_closed() const noexcept {
    return last_.load(std::memory_order_relaxed) == closed();
  }

  // The rest is for the one thread that runs the actor.

  /// The oldest user message; null if none has come.
  Envelope* next() noexcept {
    if (pending_ == nullptr) {
      if (is_mark(last_.load())) {
        return nullptr;
      }
      const auto [first, last] = take_chain();
      if (first == last) {
        return first;
      }
      pending_ = first;
      last_pending_ = last;
    }
    return pop_pending();
  }

  /// The oldest of what was taken and not handled; null if none. Also good when the mailbox is
  /// closed.
  Envelope* pop_pending() noexcept {
    Envelope* const first = pending_;
    if (first == last_pending_ || first == nullptr) {
      pending_ = nullptr;
    } else {
      pending_ = behind(*first);
      __builtin_prefetch(pending_);  // while the first is handled
    }
    return first;
  }

  /// A message of the actor to itself: behind all that has come, and no other thread need know.
  void push_own(Envelope* envelope) noexcept {
    absorb();
    append(envelope, envelope);
  }

  /// Puts a message back that `next` just gave.
  void put_back(Envelope* first) noexcept {
    if (pending_ == nullptr) {
      last_pending_ = first;
    }
    first->next.store(pending_, std::memory_order_relaxed);
    pending_ = first;
  }

  /// Takes what has come aside, so that the actor can go idle without handling it. False if nothing
  /// had come.
  bool absorb() noexcept {
    if (is_mark(last_.load())) {
      return false;
    }
    const auto [first, last] = take_chain();
    append(first, last);
    return true;
  }

  /// All system messages that have come, the oldest first; null if none.
  Envelope* take_system() noexcept {
    if (system_.load() == nullptr) {
      return nullptr;
    }
    return reversed(system_.exchange(nullptr));
  }

  [[nodiscard]] bool has_system() const noexcept { return system_.load() != nullptr; }

  /// What has come and was not handled, as far as it is seen now, from the oldest to the newest;
  /// null behind the last.
  [[nodiscard]] const Envelope* oldest() const noexcept {
    return pending_ != nullptr ? pending_ : first_.load(std::memory_order_acquire);
  }
  [[nodiscard]] static const Envelope* newer(const Envelope* envelope) noexcept {
    return envelope->next.load(std::memory_order_acquire);
  }

  /// Gives the actor up if nothing has come since `next` gave null, or `absorb` false, and no
  /// system message since the caller looked before that. After `true` the caller must not touch the
  /// actor again.
  bool try_idle() noexcept {
    Envelope* expected = empty();
    if (last_.compare_exchange_strong(expected, idle())) [[likely]] {
      return true;
    }
    if (expected == wake_mark()) {  // the caller looks again, so the mark has done its work
      last_.compare_exchange_strong(expected, empty());
    }
    return false;
  }

  /// Begins a life: as if running, so that whoever made the actor schedules it once.
  void open() noexcept {
    system_.store(nullptr, std::memory_order_relaxed);
    last_.store(empty(), std::memory_order_release);
  }

  /// Refuses user messages from now on; those that had come are given by `pop_pending`.
  void close_user() noexcept {
    Envelope* last = last_.load();
    for (;;) {
      if (!is_mark(last)) {
        absorb();
        last = empty();
      }
      if (last_.compare_exchange_weak(last, closed())) {
        return;
      }
    }
  }
  /// Second step: refuses system messages as well.
  Envelope* close_system() noexcept { return reversed(system_.exchange(closed())); }

 private:
  // Marks are addresses that no envelope has.
  static Envelope* idle() noexcept { return reinterpret_cast<Envelope*>(std::uintptr_t{1}); }
  static Envelope* wake_mark() noexcept { return reinterpret_cast<Envelope*>(std::uintptr_t{2}); }
  static Envelope* closed() noexcept { return reinterpret_cast<Envelope*>(std::uintptr_t{3}); }
  static Envelope* empty() noexcept { return reinterpret_cast<Envelope*>(std::uintptr_t{4}); }
  static bool is_mark(const Envelope* envelope) noexcept { return envelope <= empty(); }

  bool wake() noexcept {
    Envelope* last = last_.load();
    for (;;) {
      if (last == idle()) {
        if (last_.compare_exchange_weak(last, empty())) {
          return true;
        }
      } else if (last == empty()) {
        if (last_.compare_exchange_weak(last, wake_mark())) {
          return false;
        }
      } else {
        return false;
      }
    }
  }

  // The chain that `last_` ends, which is no mark.
  std::pair<Envelope*, Envelope*> take_chain() noexcept {
    Envelope* const first = written(first_);
    first_.store(nullptr, std::memory_order_relaxed);
    return {first, last_.exchange(empty())};
  }

  void append(Envelope* first, Envelope* last) noexcept {
    if (pending_ == nullptr) {
      pending_ = first;
    } else {
      last_pending_->next.store(first, std::memory_order_relaxed);
    }
    last_pending_ = last;
  }

  // The message behind one that is not the last.
  static Envelope* behind(const Envelope& envelope) noexcept { return written(envelope.next); }

  static Envelope* written(const std::atomic<Envelope*>& word) noexcept {
    Envelope* const envelope = word.load(std::memory_order_acquire);
    return envelope != nullptr ? envelope : wait_until_written(word);
  }
  [[gnu::noinline]] static Envelope* wait_until_written(
      const std::atomic<Envelope*>& word) noexcept {
    for (;;) {
      std::this_thread::yield();
      if (Envelope* const envelope = word.load(std::memory_order_acquire)) {
        return envelope;
      }
    }
  }

  static Envelope* reversed(Envelope* chain) noexcept {
    Envelope* result = nullptr;
    while (chain != nullptr) {
      Envelope* const next = chain->next.load(std::memory_order_relaxed);
      chain->next.store(result, std::memory_order_relaxed);
      result = chain;
      chain = next;
    }
    return result;
  }

  // The runner looks at these for each message; Cell places those that pushers fight for on the
  // next cache line.
  Envelope* pending_ = nullptr;  // taken and not handled yet, the oldest first; the runner's own
  Envelope* last_pending_ = nullptr;  // good while `pending_` is not null
  std::atomic<Envelope*> system_{closed()};
  std::atomic<Envelope*> last_{closed()};
  std::atomic<Envelope*> first_{nullptr};
};

}  // namespace spinoff::engine
