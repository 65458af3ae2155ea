/// One worker: the actors that are at home here, and in which order they get their turns.
///
/// The worker's own thread does almost everything, under a lock that costs it next to nothing
/// (OwnerLock). A thief may take what has waited for long.
///
/// Whoever waits for a short time only is done sooner by the worker whose cache it is in. So a
/// thief gets nothing but half of what has waited for long, or half of all if the worker is stuck
/// in one long turn, wake-ups included; an actor that always has mail waits since it had none. The
/// worker tells the age of its oldest once a look; that it is stuck is seen by its count of turns,
/// or, when all workers are busy, by its having missed many looks.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <spinoff/counters.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/fetch_mail.hpp>
#include <spinoff/engine/home.hpp>
#include <spinoff/engine/inbox.hpp>
#include <spinoff/engine/owner_lock.hpp>
#include <spinoff/engine/running_turn.hpp>
#include <spinoff/engine/turn_order.hpp>

namespace spinoff::engine {

enum class PushAtHome : std::uint8_t {
  queued,
  closed,  ///< not taken
  away,    ///< not taken: the actor is not at home here
};

class alignas(64) Worker {
 public:
  /// Once, before anything else: this worker is `all[number]` of an executor.
  void join(std::span<Worker> all, std::uint64_t number, Home homeless) noexcept {
    all_ = all;
    number_ = number;
    home_ = last_home_ = homeless_ = homeless;
    inbox_.close(homeless);
  }

  /// The one that this thread is; null on other threads.
  static Worker* current() noexcept { return t_current; }
  static void set_current(Worker* worker) noexcept { t_current = worker; }

  // For the thread that is this worker.

  /// Once a shift.
  void set_thread(ThreadId thread) noexcept { thread_.store(thread, std::memory_order_relaxed); }

  /// From a turn of an actor on this thread. Takes the message over if it says `queued`.
  [[gnu::always_inline]] PushAtHome push_at_home(Cell& cell, Envelope* message) {
    return push_at_home(cell, [&] { return cell.mailbox().push_at_home(message); });
  }
  PushAtHome push_system_at_home(Cell& cell, Envelope* message) {
    return push_at_home(cell, [&] { return cell.mailbox().push_system_at_home(message); });
  }
  /// An actor that is not started yet.
  void start(Cell& cell) {
    const OwnerLock::Own own(lock_);
    cell.move_home(home_);
    cell.set_scheduled(true);
    order_.add_spawned(cell, look_);
  }
  /// Comes with a wake-up.
  void wake(Cell& cell);
  /// The turn of this actor is over if nothing has come. Then it must not be touched any more.
  bool settle(Cell& cell) noexcept {
    const OwnerLock::Own own(lock_);
    if (!cell.mailbox().try_idle()) {
      return false;
    }
    cell.set_scheduled(false);
    return true;
  }
  /// The turn of this actor is over, and it has more to do.
  void yield(Cell& cell) {
    const OwnerLock::Own own(lock_);
    order_.add_yielded(cell);
  }
  /// This actor, whose turn it is, has closed.
  void let_go(Cell& cell) noexcept {
    const OwnerLock::Own own(lock_);
    cell.move_home(kNowhere);
  }

  /// Whose turn is next; null if nobody waits.
  Cell* next() {
    const OwnerLock::Own own(lock_);
    running_ = order_.next(look_);
    return running_;
  }
  /// Runs the actor's turn.
  void run(Cell& cell) noexcept { count(messages_, cell.run_turn()); }
  void note_park() noexcept { count(parks_); }

  /// The stay begins, if it has not.
  void arrive();
  /// The stay ends: nobody is at home here any more. False if a wake-up has come.
  bool leave();
  /// Takes some wake-ups in; false if there are none.
  bool take_wake_ups() { return take_wake_ups(inbox_); }
  /// From another inbox.
  bool take_wake_ups(Inbox& inbox);

  /// To be asked before each `next`: whether it is time to look at the clock again.
  [[nodiscard]] bool look_is_due() const noexcept { return order_.turns() >= look_due_at_; }
  /// Whether the clock has moved on. Where turns take long it is looked at after each.
  bool look(Look now);

  // For others.

  /// Leaves a wake-up; false if that home's stay is over.
  bool leave_wake_up(Cell& cell, Home home, Look now) { return inbox_.push(cell, home, now); }
  [[nodiscard]] bool has_ended(Home home) const noexcept { return inbox_.home() != home; }

  [[nodiscard]] WorkerCounters counters() const noexcept;

  /// Whether someone has waited here for long. As the worker knew at its last look.
  [[nodiscard]] bool has_old(Look now) const noexcept {
    const std::uint64_t at = old_at_.load(std::memory_order_relaxed);
    return at != kNever && !is_before(now, static_cast<Look>(at));
  }
  [[nodiscard]] bool has_any() const noexcept { return order_.length() + inbox_.size() != 0; }
  /// Whether it has not even looked at the clock for so long that it must be in one long turn.
  [[nodiscard]] bool is_absent(Look now) const noexcept {
    return has_any() && is_before(last_look_.load(std::memory_order_relaxed) +
                                      (sends_many(now) ? kLongSending : kLongAbsence),
                                  now);
  }
  /// For who sees it in one turn for long: whether others should not wait for the end of that. A
  /// turn that sends much is soon over, and who runs its receivers on another core makes it slow.
  [[nodiscard]] bool is_stuck(Look now) const noexcept {
    return has_any() && (!sends_many(now) ||
                         is_before(last_look_.load(std::memory_order_relaxed) + kLongSending, now));
  }
  /// Changes whenever a turn begins.
  [[nodiscard]] std::uint64_t turns() const noexcept { return order_.turns(); }
  /// None where there is no stay. Whoever gets the same one twice knows that it has gone on
  /// meanwhile, but for the moment between two turns.
  [[nodiscard]] std::optional<RunningTurn> running_turn() const noexcept;
  /// Whose turn that is; nobody if it has ended.
  [[nodiscard]] Ref actor_in(const RunningTurn& turn);

  /// Moves half of what has waited for long, or of all if it is stuck, to `thief`, whose thread
  /// calls this. False if by now there is nothing.
  bool give_to(Worker& thief, Look now, bool is_stuck);

 private:
  using Counter = std::atomic<std::uint64_t>;  // written by the worker's thread only

  static constexpr unsigned kTurnsALook = 32;
  static constexpr Look kLongAbsence = 10;
  static constexpr Look kLongSending = 50;
  // Sent in a look: 150 ns each, which is what one to another core costs its sender.
  static constexpr std::uint64_t kManySent = 650;
  // Handled in a look: 300 ns each, which is what one to another core costs both.
  static constexpr std::uint64_t kManyHandled = 325;
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  static void count(Counter& counter, std::uint64_t more = 1) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }

  // Since it looked at the clock.
  [[nodiscard]] bool sends_many(Look now) const noexcept {
    const Look last = last_look_.load(std::memory_order_relaxed);
    const Look looks = is_before(now, last) ? 0 : now - last;
    const std::uint64_t sent =
        sent_.load(std::memory_order_relaxed) - sent_at_look_.load(std::memory_order_relaxed);
    return sent > kManySent * std::max(looks, Look{1});
  }

  template <class PushTo>
  [[gnu::always_inline]] PushAtHome push_at_home(Cell& cell, const PushTo& push) {
    count(sent_);
    const OwnerLock::Own own(lock_);
    if (cell.home() != home_) [[unlikely]] {
      return PushAtHome::away;
    }
    if (!push()) [[unlikely]] {
      return PushAtHome::closed;
    }
    if (!cell.is_scheduled()) {
      cell.set_scheduled(true);
      order_.add_woken(cell, look_);
    }
    return PushAtHome::queued;
  }

  // Comes with a wake-up: whether the actor is now at home here, scheduled by this call, and in no
  // queue yet.
  bool claim(Cell& cell);
  void take_those_at_home(std::span<Cell*>& wake_ups, std::vector<TurnOrder::Entry>& taken) const;

  // Guards `order_`, `running_`, and of each actor at home here what home.hpp says.
  OwnerLock lock_;
  Home home_;  // good for the thread itself and whoever holds its lock
  TurnOrder order_;
  Cell* running_ = nullptr;                  // whose turn began last; it may be over
  Look look_ = 0;                            // the clock as this worker last saw it
  std::uint64_t look_due_at_ = kTurnsALook;  // by turns
  unsigned turns_a_look_ = kTurnsALook;
  Counter messages_{0};
  Counter sent_{0};
  std::uint64_t messages_at_look_ = 0;

  std::span<Worker> all_;
  std::uint64_t number_ = 0;
  Home last_home_;
  Home homeless_;
  Counter moves_{0};
  Counter steals_{0};
  Counter parks_{0};
  std::atomic<ThreadId> thread_{0};
  std::atomic<std::uint64_t> old_at_{kNever};  // a Look
  std::atomic<Look> last_look_{0};
  Counter sent_at_look_{0};

  alignas(64) Inbox inbox_;

  [[gnu::tls_model("initial-exec")]] static inline constinit thread_local Worker* t_current =
      nullptr;
};

}  // namespace spinoff::engine
