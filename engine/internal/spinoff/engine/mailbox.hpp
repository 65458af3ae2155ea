/// An actor's mail: its own, a plain chain that one thread at a time may touch, and two queues to
/// which any thread pushes. Who may touch the own mail, and whom that runs the actor, is told in
/// home.hpp.
///
/// The user queue is a chain from the oldest message to the newest (as in Pony, and Vyukov's queue
/// for many producers): `first_` names the oldest, each message the next, and `last_`, which
/// pushers exchange, the newest and how many there are, or a mark:
///
///   last_:    idle     both queues are empty; whoever pushes must wake, even if the actor runs on
///                      mail of its own
///             empty    the queue is empty; the runner will look again
///             wake     the same, and the system queue may have grown
///             message  the newest of a chain; as with `empty`
///             closed   the actor has stopped; for good
///   system_:  nullptr, envelope, or kClosed: a Treiber stack, which the runner reverses
///
/// Who changes what: a pusher puts its message into `last_`, then ties it to the one that it found
/// there, or writes `first_` if it found a mark. Whose exchange turns idle into anything else must
/// wake the actor, and nobody else need do so. The runner takes the whole chain: it reads and
/// clears `first_`, then puts empty into `last_`; whoever comes later finds that mark, and begins
/// the next chain. The runner is done when it finds idle, or by empty → idle: whatever a pusher
/// did before has made that exchange fail. So an actor whose messages all come from its own home
/// stays at idle, and its queues are read and never written.
///
/// Between a pusher's exchange and its tie there is a gap, where the runner waits: two
/// instructions, unless the pusher's thread loses its core just there; then the runner lets other
/// threads go first.
///
/// Order: before a message from the actor's home goes to the own mail, what lies in the user queue
/// is taken there. So messages are handled in the order in which they came, wherever from.
///
/// No wake-up is lost. User messages: they are in `last_` itself, so empty → idle fails. System
/// messages: the pusher pushes to `system_`, then reads `last_`; the runner takes from `last_`,
/// then reads `system_`, then tries empty → idle. All are sequentially
/// consistent. If the pusher reads a chain, the runner has yet to take it and looks at `system_`
/// afterwards; if it reads empty it leaves wake, and the runner's exchange fails and it looks
/// again; if it reads idle it wakes.
///
/// One envelope may be many messages, an EncodedRun, and counts as all of them. Its runner takes it
/// out, takes the first message from it, and puts it back with the rest, as the oldest.
///
/// Closing is in two steps, `last_` first: a system message that is pushed between the steps is
/// found by the runner, one pushed after them is refused to its sender. So each is answered exactly
/// once.
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <thread>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/engine/chain_end.hpp>
#include <spinoff/engine/encoded_run.hpp>

namespace spinoff::engine {

using detail::Envelope;
using detail::EnvelopePtr;

enum class Push : std::uint8_t {
  queued,  ///< someone runs the actor, or will
  many,    ///< the same, and the caller should look how many wait: see Mailbox::kBunch
  woke,    ///< the caller must wake it
  closed,  ///< not taken
};

class Mailbox {
 public:
  /// A queue that grows says `many` once in so many messages.
  static constexpr std::size_t kBunch = 64;

  /// Takes the envelope over unless it says `closed`. Any thread.
  Push push(Envelope* envelope) noexcept {
    assert(!EncodedRun::is_one(*envelope));
    return push_chain(envelope, envelope, 1);
  }

  /// The same for messages that are tied from the oldest to the newest, so many with all that are
  /// in runs: all of them or none.
  Push push_chain(Envelope* oldest, Envelope* newest, std::size_t count) noexcept {
    newest->next.store(nullptr, std::memory_order_relaxed);
    ChainEnd before = last_.load(std::memory_order_relaxed);
    ChainEnd after;
    do {
      if (before == ChainEnd::closed) [[unlikely]] {
        return Push::closed;
      }
      after = before.with(newest, count);
    } while (!last_.compare_exchange_weak(before, after, std::memory_order_seq_cst,
                                          std::memory_order_relaxed));
    if (before.is_mark()) {
      first_.store(oldest, std::memory_order_release);
      if (before == ChainEnd::idle) {
        return Push::woke;
      }
      return count < kBunch ? Push::queued : Push::many;
    }
    before.message()->next.store(oldest, std::memory_order_release);
    return after.count() % kBunch < count ? Push::many : Push::queued;
  }

  /// The same for the system queue.
  Push push_system(Envelope* envelope) noexcept {
    if (!tie_to_system(envelope)) {
      return Push::closed;
    }
    return wake() ? Push::woke : Push::queued;
  }

  [[nodiscard]] bool is_closed() const noexcept {
    return last_.load(std::memory_order_relaxed) == ChainEnd::closed;
  }

  /// User messages that wait, more or less: one that is just coming or going may be missing, or
  /// count twice. Any thread.
  [[nodiscard]] std::size_t length() const noexcept {
    return (pending_.load(std::memory_order_relaxed) == nullptr ? 0 : 1) +
           more_pending_.load(std::memory_order_relaxed) +
           last_.load(std::memory_order_relaxed).count();
  }

  // For the actor's home, under its lock.

  /// Takes the envelope over unless it says false: the mailbox is closed.
  bool push_at_home(Envelope* envelope) noexcept {
    assert(!EncodedRun::is_one(*envelope));
    const ChainEnd last = last_.load(std::memory_order_acquire);
    if (!last.is_mark()) [[unlikely]] {
      absorb();
    } else if (last == ChainEnd::closed) [[unlikely]] {
      return false;
    }
    envelope->next.store(nullptr, std::memory_order_relaxed);
    append(envelope, envelope, 1);
    return true;
  }
  /// The same for the system queue.
  bool push_system_at_home(Envelope* envelope) noexcept { return tie_to_system(envelope); }

  // The rest is for the one thread that runs the actor.

  /// The oldest user message; null if none has come.
  Envelope* next() noexcept {
    if (first_pending() == nullptr) {
      if (last_.load().is_mark()) {
        return nullptr;
      }
      const Chain chain = take_chain();
      if (chain.count == 1) {
        return chain.first;
      }
      append(chain.first, chain.last, chain.count);
    }
    return pop_pending();
  }

  /// The oldest of what was taken and not handled; null if none. Also good when the mailbox is
  /// closed.
  Envelope* pop_pending() noexcept {
    Envelope* const first = first_pending();
    if (first == nullptr) {
      return nullptr;
    }
    if (first == last_pending_) [[likely]] {
      set_first_pending(nullptr);
    } else {
      Envelope* const second = behind(*first);
      fetch_behind(first, second);
      set_first_pending(second);
      count_more(-1);
    }
    return first;
  }

  /// Puts a message back that `next` just gave.
  void put_back(Envelope* first) noexcept {
    Envelope* const second = first_pending();
    if (second == nullptr) {
      last_pending_ = first;
    } else {
      count_more(1);
    }
    first->next.store(second, std::memory_order_relaxed);
    set_first_pending(first);
  }

  /// The same for a run, of which one message was taken since.
  void put_back_rest(Envelope* run) noexcept {
    Envelope* const second = first_pending();
    if (second == nullptr) {
      last_pending_ = run;
      count_more(-1);
    }
    run->next.store(second, std::memory_order_relaxed);
    set_first_pending(run);
  }

  /// Takes what has come aside, so that the actor can go idle without handling it. False if nothing
  /// had come.
  [[gnu::noinline]] bool absorb() noexcept {
    if (last_.load().is_mark()) {
      return false;
    }
    const Chain chain = take_chain();
    append(chain.first, chain.last, chain.count);
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
  [[nodiscard]] bool has_pending() const noexcept { return first_pending() != nullptr; }

  /// What has come and was not handled, as far as it is seen now, from the oldest to the newest;
  /// null behind the last.
  [[nodiscard]] const Envelope* oldest() const noexcept {
    const Envelope* const first = first_pending();
    return first != nullptr ? first : first_.load(std::memory_order_acquire);
  }
  [[nodiscard]] static const Envelope* newer(const Envelope* envelope) noexcept {
    return envelope->next.load(std::memory_order_acquire);
  }

  /// Whether the actor can be idle: nothing has come since `next` gave null, or `absorb` false, and
  /// no system message. From then on whoever pushes wakes it.
  bool try_idle() noexcept {
    const ChainEnd last = last_.load();
    if (last == ChainEnd::wake) [[unlikely]] {
      // The caller looks again: it has done its work.
      change_from(ChainEnd::wake, ChainEnd::empty);
      return false;
    }
    if (system_.load() != nullptr) [[unlikely]] {
      return false;
    }
    return last == ChainEnd::idle ||
           (last == ChainEnd::empty && change_from(ChainEnd::empty, ChainEnd::idle));
  }

  /// Begins a life: as if running, so that whoever made the actor schedules it once.
  void open() noexcept {
    system_.store(nullptr, std::memory_order_relaxed);
    last_.store(ChainEnd::empty, std::memory_order_release);
  }

  /// Refuses user messages from now on; those that had come are given by `pop_pending`.
  void close_user() noexcept {
    ChainEnd last = last_.load();
    for (;;) {
      if (!last.is_mark()) {
        absorb();
        last = ChainEnd::empty;
      }
      if (last_.compare_exchange_weak(last, ChainEnd::closed)) {
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

  // Apart from the one who reads first, so that what was read stays in a register.
  bool change_from(ChainEnd before, ChainEnd after) noexcept {
    return last_.compare_exchange_strong(before, after);
  }

  // An address that no envelope has.
  static Envelope* closed() noexcept { return reinterpret_cast<Envelope*>(std::uintptr_t{1}); }

  bool wake() noexcept {
    ChainEnd last = last_.load();
    for (;;) {
      if (last == ChainEnd::idle) {
        if (last_.compare_exchange_weak(last, ChainEnd::empty)) {
          return true;
        }
      } else if (last == ChainEnd::empty) {
        if (last_.compare_exchange_weak(last, ChainEnd::wake)) {
          return false;
        }
      } else {
        return false;
      }
    }
  }

  struct Chain {
    Envelope* first;
    Envelope* last;
    std::size_t count;
  };

  // The chain that `last_` ends, which is no mark.
  Chain take_chain() noexcept {
    Envelope* const first = written(first_);
    first_.store(nullptr, std::memory_order_relaxed);
    const ChainEnd end = last_.exchange(ChainEnd::empty);
    return {first, end.message(),
            end.is_uncounted() ? count_up_to(first, end.message()) : end.count()};
  }
  [[gnu::noinline]] static std::size_t count_up_to(Envelope* first, Envelope* last) noexcept {
    std::size_t count = messages_in(*last);
    for (; first != last; first = behind(*first)) {
      count += messages_in(*first);
    }
    return count;
  }

  // The own mail. One thread at a time writes it; `length` may read on any other.
  [[nodiscard]] Envelope* first_pending() const noexcept {
    return pending_.load(std::memory_order_relaxed);
  }
  void set_first_pending(Envelope* first) noexcept {
    pending_.store(first, std::memory_order_relaxed);
  }
  void append(Envelope* first, Envelope* last, std::size_t count) noexcept {
    if (first_pending() == nullptr) [[likely]] {
      set_first_pending(first);
      --count;  // of one message nothing is counted, and most chains are that
    } else {
      last_pending_->next.store(first, std::memory_order_relaxed);
    }
    last_pending_ = last;
    if (count != 0) {
      count_more(static_cast<int>(count));
    }
  }
  void count_more(int more) noexcept {
    more_pending_.store(
        more_pending_.load(std::memory_order_relaxed) + static_cast<std::uint32_t>(more),
        std::memory_order_relaxed);
  }

  // While the first is handled. One sender's blocks mostly lie side by side: where they do, those a
  // few messages on are likely to be where that leads.
  static void fetch_behind(const Envelope* first, const Envelope* second) noexcept {
    static constexpr std::uintptr_t kMessagesOn = 4;
    static constexpr std::uintptr_t kNear = 4 * detail::kBlockUnit;
    const auto at = reinterpret_cast<std::uintptr_t>(second);
    const std::uintptr_t distance = at - reinterpret_cast<std::uintptr_t>(first);
    __builtin_prefetch(second);
    if (distance + kNear <= 2 * kNear) {  // in either direction
      const std::uintptr_t on = at + kMessagesOn * distance;
      __builtin_prefetch(reinterpret_cast<const void*>(on));  // NOLINT(performance-no-int-to-ptr)
    }
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
  std::atomic<ChainEnd> last_{ChainEnd::closed};
  std::atomic<Envelope*> first_{nullptr};
  // The runner looks at these for each message.
  std::atomic<Envelope*> system_{closed()};
  std::atomic<Envelope*> pending_{nullptr};  // the own mail, the oldest first
  Envelope* last_pending_ = nullptr;         // good while `pending_` is not null
  // How many messages more than one; while a run is out, those that are left in it are among them.
  std::atomic<std::uint32_t> more_pending_{0};

 public:
  /// Whoever holds a mailbox begins a cache line behind as many bytes of it.
  static constexpr std::size_t kSendersPart = sizeof(last_) + sizeof(first_);
};

}  // namespace spinoff::engine
