/// An actor's mail: its own, a plain chain that one thread at a time may touch, and two queues to
/// which any thread pushes. Who may touch the own mail, and whom that runs the actor, is told in
/// home.hpp.
///
/// The user queue is a chain from the oldest message to the newest (as in Pony, and Vyukov's queue
/// for many producers): `first_` names the oldest, each message the next, and `last_`, which
/// pushers exchange, the newest, or a mark:
///
///   last_:    kIdle    both queues are empty; whoever pushes must wake, even if the actor runs on
///                      mail of its own
///             kEmpty   the queue is empty; the runner will look again
///             kWake    the same, and the system queue may have grown
///             envelope the newest of a chain; as with kEmpty
///             kClosed  the actor has stopped; for good
///   system_:  nullptr, envelope, or kClosed: a Treiber stack, which the runner reverses
///
/// Who changes what: a pusher puts its message into `last_`, then ties it to the one that it found
/// there, or writes `first_` if it found a mark. Whose exchange turns kIdle into anything else must
/// wake the actor, and nobody else need do so. The runner takes the whole chain: it reads and
/// clears `first_`, then puts kEmpty into `last_`; whoever comes later finds that mark, and begins
/// the next chain. The runner is done when it finds kIdle, or by kEmpty → kIdle: whatever a pusher
/// did before has made that exchange fail. So an actor whose messages all come from its own home
/// stays at kIdle, and its queues are read and never written.
///
/// Between a pusher's exchange and its tie there is a gap, where the runner waits: two
/// instructions, unless the pusher's thread loses its core just there; then the runner lets other
/// threads go first.
///
/// Order: before a message from the actor's home goes to the own mail, what lies in the user queue
/// is taken there. So messages are handled in the order in which they came, wherever from.
///
/// No wake-up is lost. User messages: they are in `last_` itself, so kEmpty → kIdle fails. System
/// messages: the pusher pushes to `system_`, then reads `last_`; the runner takes from `last_`,
/// then reads `system_`, then tries kEmpty → kIdle. All are sequentially
/// consistent. If the pusher reads a chain, the runner has yet to take it and looks at `system_`
/// afterwards; if it reads kEmpty it leaves kWake, and the runner's exchange fails and it looks
/// again; if it reads kIdle it wakes.
///
/// Closing is in two steps, `last_` first: a system message that is pushed between the steps is
/// found by the runner, one pushed after them is refused to its sender. So each is answered exactly
/// once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>

#include <spinoff/detail/envelope.hpp>

namespace spinoff::engine {

using detail::Envelope;
using detail::EnvelopePtr;

enum class Push : std::uint8_t {
  queued,  ///< someone runs the actor, or will
  woke,    ///< the caller must wake it
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
    if (!tie_to_system(envelope)) {
      return Push::closed;
    }
    return wake() ? Push::woke : Push::queued;
  }

  [[nodiscard]] bool is_closed() const noexcept {
    return last_.load(std::memory_order_relaxed) == closed();
  }

  // For the actor's home, under its lock.

  /// Takes the envelope over unless it says false: the mailbox is closed.
  bool push_at_home(Envelope* envelope) noexcept {
    const Envelope* const last = last_.load(std::memory_order_acquire);
    if (!is_mark(last)) [[unlikely]] {
      absorb();
    } else if (last == closed()) [[unlikely]] {
      return false;
    }
    envelope->next.store(nullptr, std::memory_order_relaxed);
    append(envelope, envelope);
    return true;
  }
  /// The same for the system queue.
  bool push_system_at_home(Envelope* envelope) noexcept { return tie_to_system(envelope); }

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
  [[nodiscard]] bool has_pending() const noexcept { return pending_ != nullptr; }

  /// What has come and was not handled, as far as it is seen now, from the oldest to the newest;
  /// null behind the last.
  [[nodiscard]] const Envelope* oldest() const noexcept {
    return pending_ != nullptr ? pending_ : first_.load(std::memory_order_acquire);
  }
  [[nodiscard]] static const Envelope* newer(const Envelope* envelope) noexcept {
    return envelope->next.load(std::memory_order_acquire);
  }

  /// Whether the actor can be idle: nothing has come since `next` gave null, or `absorb` false, and
  /// no system message. From then on whoever pushes wakes it.
  bool try_idle() noexcept {
    Envelope* last = last_.load();
    if (last == wake_mark()) [[unlikely]] {
      last_.compare_exchange_strong(last, empty());  // the caller looks again: it has done its work
      return false;
    }
    if (system_.load() != nullptr) [[unlikely]] {
      return false;
    }
    return last == idle() || (last == empty() && last_.compare_exchange_strong(last, idle()));
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
  bool tie_to_system(Envelope* envelope) noexcept {
    Envelope* head = system_.load(std::memory_order_relaxed);
    do {
      if (head == closed()) {
        return false;
      }
      envelope->next.store(head, std::memory_order_relaxed);
    } while (!system_.compare_exchange_weak(head, envelope));
    return true;
  }

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

  // Other threads fight for these.
  std::atomic<Envelope*> last_{closed()};
  std::atomic<Envelope*> first_{nullptr};
  // The runner looks at these for each message.
  std::atomic<Envelope*> system_{closed()};
  Envelope* pending_ = nullptr;       // the own mail, the oldest first
  Envelope* last_pending_ = nullptr;  // good while `pending_` is not null

 public:
  /// Whoever holds a mailbox begins a cache line behind as many bytes of it.
  static constexpr std::size_t kSendersPart = sizeof(last_) + sizeof(first_);
};

}  // namespace spinoff::engine
