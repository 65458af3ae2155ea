/// An actor's two queues and its idle/scheduled state.
///
/// Two words, each the head of a Treiber stack (last in, first out; the consumer reverses what it
/// takes) or a mark. Many threads push; only the one that runs the actor takes.
///
///   user_:    kIdle    nobody runs the actor, nor will: both queues are empty
///             nullptr  the actor is scheduled or running; the queue is empty
///             kWake    the same, and the system queue may have grown: look again
///             envelope the same, with a chain that ends in nullptr or kWake
///             kClosed  the actor has stopped; for good
///   system_:  nullptr, envelope, or kClosed
///
/// Who changes what: a pusher whose exchange turns kIdle into anything else must schedule the
/// actor, and nobody else may. The runner takes whole chains (→ nullptr), and gives the actor up by
/// nullptr → kIdle, which is the last thing that it does with the mailbox: whatever a pusher did
/// before has made that exchange fail.
///
/// No wake-up is lost. User messages: they are in `user_` itself, so nullptr → kIdle fails. System
/// messages: the pusher pushes to `system_`, then reads `user_`; the runner takes from `user_`,
/// then reads `system_`, then tries nullptr → kIdle. All four are sequentially consistent. If the
/// pusher reads a chain, the runner has yet to take it and looks at `system_` afterwards; if it
/// reads nullptr it leaves kWake, and the runner's exchange fails and it looks again; if it reads
/// kIdle it schedules.
///
/// Closing is in two steps, `user_` first: a system message that is pushed between the steps is
/// found by the runner, one pushed after them is refused to its sender. So each is answered exactly
/// once.
#pragma once

#include <atomic>
#include <cstdint>

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
    Envelope* head = user_.load(std::memory_order_relaxed);
    for (;;) {
      if (head == closed()) {
        return Push::closed;
      }
      envelope->next = head == idle() ? nullptr : head;
      if (user_.compare_exchange_weak(head, envelope, std::memory_order_seq_cst,
                                      std::memory_order_relaxed)) {
        return head == idle() ? Push::woke : Push::queued;
      }
    }
  }

  /// The same for the system queue.
  Push push_system(Envelope* envelope) noexcept {
    Envelope* head = system_.load(std::memory_order_relaxed);
    do {
      if (head == closed()) {
        return Push::closed;
      }
      envelope->next = head;
    } while (!system_.compare_exchange_weak(head, envelope));
    return wake() ? Push::woke : Push::queued;
  }

  [[nodiscard]] bool is_closed() const noexcept {
    return user_.load(std::memory_order_relaxed) == closed();
  }

  // The rest is for the one thread that runs the actor.

  /// The oldest user message; null if none has come.
  Envelope* next() noexcept {
    if (pending_ == nullptr) {
      if (user_.load() == nullptr) {
        return nullptr;
      }
      Envelope* const newest = user_.exchange(nullptr);
      if (is_last(newest)) {
        return newest == wake_mark() ? nullptr : newest;
      }
      put_last(newest);
    }
    return pop_pending();
  }

  /// The oldest of what was taken and not handled; null if none. Also good when the mailbox is
  /// closed.
  Envelope* pop_pending() noexcept {
    Envelope* const first = pending_;
    if (first != nullptr) {
      pending_ = first->next;
      __builtin_prefetch(pending_);  // while the first is handled
    }
    return first;
  }

  /// A message of the actor to itself: behind all that has come, and no other thread need know.
  void push_own(Envelope* envelope) noexcept {
    absorb();
    envelope->next = nullptr;
    (pending_ == nullptr ? pending_ : last_pending_->next) = envelope;
    last_pending_ = envelope;
  }

  /// Puts a message back that `next` just gave.
  void put_back(Envelope* first) noexcept {
    if (pending_ == nullptr) {
      last_pending_ = first;
    }
    first->next = pending_;
    pending_ = first;
  }

  /// Takes what has come aside, so that the actor can go idle without handling it. False if nothing
  /// had come.
  bool absorb() noexcept {
    if (user_.load() == nullptr) {
      return false;
    }
    return put_last(user_.exchange(nullptr));
  }

  /// All system messages that have come, the oldest first; null if none.
  Envelope* take_system() noexcept {
    if (system_.load() == nullptr) {
      return nullptr;
    }
    return reversed(system_.exchange(nullptr));
  }

  [[nodiscard]] bool has_system() const noexcept { return system_.load() != nullptr; }

  /// What has come and was not taken, from the newest to the oldest; null behind the last.
  [[nodiscard]] const Envelope* newest() const noexcept {
    const Envelope* const head = user_.load();
    return is_mark(head) ? nullptr : head;
  }
  [[nodiscard]] static const Envelope* older(const Envelope* envelope) noexcept {
    return is_mark(envelope->next) ? nullptr : envelope->next;
  }

  /// Gives the actor up if nothing has come. After `true` the caller must not touch the actor
  /// again.
  bool try_idle() noexcept {
    Envelope* expected = nullptr;
    return user_.compare_exchange_strong(expected, idle());
  }

  /// Begins a life: as if running, so that whoever made the actor schedules it once.
  void open() noexcept {
    system_.store(nullptr);
    user_.store(nullptr);
  }

  /// Refuses user messages from now on; those that had come are given by `pop_pending`.
  void close_user() noexcept { put_last(user_.exchange(closed())); }
  /// Second step: refuses system messages as well.
  Envelope* close_system() noexcept { return reversed(system_.exchange(closed())); }

 private:
  // Marks are addresses that no envelope has.
  static Envelope* idle() noexcept { return reinterpret_cast<Envelope*>(std::uintptr_t{1}); }
  static Envelope* wake_mark() noexcept { return reinterpret_cast<Envelope*>(std::uintptr_t{2}); }
  static Envelope* closed() noexcept { return reinterpret_cast<Envelope*>(std::uintptr_t{3}); }
  static bool is_mark(const Envelope* envelope) noexcept { return envelope <= closed(); }

  // Whether nothing hangs on what was taken from `user_`.
  static bool is_last(const Envelope* taken) noexcept {
    return taken == wake_mark() || taken->next == nullptr || taken->next == wake_mark();
  }

  bool wake() noexcept {
    Envelope* head = user_.load();
    for (;;) {
      if (head == idle()) {
        if (user_.compare_exchange_weak(head, nullptr)) {
          return true;
        }
      } else if (head == nullptr) {
        if (user_.compare_exchange_weak(head, wake_mark())) {
          return false;
        }
      } else {
        return false;
      }
    }
  }

  // Adds what was taken from `user_`, the newest first, behind what is pending.
  bool put_last(Envelope* chain) noexcept {
    Envelope* const newest = chain;
    Envelope* const oldest = reversed(chain);
    if (oldest == nullptr) {
      return false;
    }
    (pending_ == nullptr ? pending_ : last_pending_->next) = oldest;
    last_pending_ = newest;
    return true;
  }

  static Envelope* reversed(Envelope* chain) noexcept {
    Envelope* result = nullptr;
    while (chain != nullptr && chain != wake_mark()) {
      Envelope* const next = chain->next;
      chain->next = result;
      result = chain;
      chain = next;
    }
    return result;
  }

  // The runner looks at these for each message; Cell places `user_`, which the pushers fight for,
  // on the next cache line.
  Envelope* pending_ = nullptr;  // taken and not handled yet, the oldest first; the runner's own
  Envelope* last_pending_ = nullptr;  // good while `pending_` is not null
  std::atomic<Envelope*> system_{closed()};
  std::atomic<Envelope*> user_{closed()};
};

}  // namespace spinoff::engine
