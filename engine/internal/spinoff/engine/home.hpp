/// Where an actor is at home: at one worker, which alone runs it, so that the messages between
/// actors of one home need no atomic instruction.
///
/// A home is a worker's *stay*: from when it finds work to when it runs out. With a stay, a home
/// ends for good: its actors, which are all idle then, are homeless, and whoever wakes one takes it
/// home. `Cell::home` says where; `Cell::is_scheduled` says, to that home alone, that the actor
/// waits for its turn there or has it. Every worker's lock (OwnerLock) guards both of each actor
/// that is at home there, and the actor's own mail while it waits.
///
///   home           who changes it                                      under
///   kNowhere       a cell that does not live, or is not started        (nobody else knows it)
///     → stay         its spawner, a worker: it is scheduled            the worker's lock
///     → homeless     its spawner, another thread; it then leaves a wake-up
///   a stay
///     → another      a thief, of one that waits there or is to be      the victim's lock
///                    woken there
///     → kNowhere     the worker, when it has closed                    its lock
///     → ended        the worker, all at once: its inbox closes         its lock
///   homeless, or a stay that has ended
///     → stay         whoever has a wake-up, by compare-and-exchange    the new home's lock
///
/// A sender at the actor's home ties its message to the actor's own mail, and schedules the actor
/// if it is not yet. Any other thread pushes to the mailbox (see Mailbox). If it was told that
/// nobody would look, it has a *wake-up*: it goes to the home's inbox, or, if there is no home any
/// more, takes the actor home, or, being no worker, leaves the wake-up to any worker.
///
/// A wake-up is a hint. Its actor may have been run, moved, closed or begun another life since; so
/// whoever comes with one looks where the actor is at home: here and scheduled, or nowhere, or in
/// another node: then it means nothing; elsewhere: it goes there. A turn too many is harmless.
///
/// An actor with a dispatcher of its own has a *lane* for its home (lane.hpp), from its start to
/// its end: it is at home at no worker, and belongs to another executor than all workers do.
///
/// No wake-up is lost. The worker says that an actor is not scheduled any more in the same section
/// under its lock in which it finds the mailbox idle, or makes it so. A wake-up was left after its
/// message was pushed, and is looked at under the same lock. If that comes first, the section sees
/// the message; else the actor is not scheduled any more, and the wake-up schedules it. A stay ends
/// only while its inbox is empty, and under its worker's lock; who comes later finds it closed, and
/// that the home is gone.
#pragma once

#include <cstdint>

namespace spinoff::engine {

/// A stay of a worker of an executor of this process; comes again only after 2^24 stays of that
/// worker, and nobody looks away for so long in the middle of a change.
class Home {
 public:
  constexpr Home() noexcept = default;

  /// The homeless of an executor that this process has not had yet.
  static Home of_new_executor() noexcept;
  /// The homeless of an executor, which is known by a number other than 0.
  static constexpr Home homeless(std::uint64_t executor) noexcept {
    return Home((executor << kWorkerBits) | kNoWorker);
  }
  /// The stay after this one, of that worker of the same executor.
  [[nodiscard]] constexpr Home next_stay(std::uint64_t worker) const noexcept {
    const std::uint64_t stay = (bits_ >> kStayShift) + 1;
    return Home((stay << kStayShift) | (bits_ & kExecutorMask) | worker);
  }

  /// That lane of the same executor, which has no workers.
  [[nodiscard]] constexpr Home with_lane(std::uint64_t number) const noexcept {
    return Home((number << kStayShift) | (bits_ & kExecutorMask) | kNoWorker);
  }
  /// Good for a lane.
  [[nodiscard]] constexpr std::uint64_t lane() const noexcept { return bits_ >> kStayShift; }

  [[nodiscard]] constexpr bool is_homeless() const noexcept { return worker() == kNoWorker; }
  /// Good unless homeless.
  [[nodiscard]] constexpr std::uint64_t worker() const noexcept { return bits_ & kNoWorker; }
  [[nodiscard]] constexpr bool is_in_same_executor(Home other) const noexcept {
    return ((bits_ ^ other.bits_) & kExecutorMask) == 0;
  }

  friend constexpr bool operator==(Home, Home) noexcept = default;

  static constexpr int kWorkerBits = 12;
  static constexpr std::uint64_t kNoWorker = (1U << kWorkerBits) - 1;

 private:
  static constexpr int kStayShift = 40;
  static constexpr std::uint64_t kExecutorMask =
      ((std::uint64_t{1} << kStayShift) - 1) & ~kNoWorker;

  explicit constexpr Home(std::uint64_t bits) noexcept : bits_(bits) {}

  std::uint64_t bits_ = 0;
};

inline constexpr Home kNowhere{};

}  // namespace spinoff::engine
