/// A lane: threads that run the actors of one dispatcher, and nobody else's. They may block.
///
/// All is under one lock, which is free while an actor runs: who waits for a turn, which threads
/// wait for an actor, and of each actor of the lane what home.hpp says of a home (where it is, and
/// whether it is scheduled). So wake-ups are hints here, too: one that comes late, from another
/// life of the place, gives an actor a turn too many, or means nothing.
///
/// A thread that waits for an actor is handed the next one itself. The one that has waited least is
/// taken, so that those at the other end are soon not needed any more: who has waited for `linger`
/// ends. If none waits, and none is on its way, a new one starts, as long as there are fewer than
/// `threads`; else the actor waits for the first turn that ends. So actors wait only while no
/// thread does.
///
/// While the lane has actors, one thread stays. It starts before the first of them is spawned: the
/// system may have none left then, and `spawn` can still say so. Later threads are a matter of
/// speed: if one cannot start, the turn is left to those that there are.
///
///   a lane with  1 thread,  linger 0: ends with its actor     is `pinned`
///   a lane with  n threads, linger t                          is `blocking`
///
/// The end: all actors have closed, but a thread may still be on its way out of the last turn. It
/// touches the lane last when it says under the lock that it ends. The lane is there until the crew
/// has joined all.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <spinoff/counters.hpp>
#include <spinoff/engine/crew.hpp>
#include <spinoff/engine/home.hpp>

namespace spinoff::engine {

class Cell;

class Lane {
 public:
  struct Limits {
    std::size_t threads = 1;
    std::chrono::nanoseconds linger{0};
  };

  /// `on_vacant` is called by each last thread that ends when the lane has no actors, as the last
  /// thing that it does here.
  Lane(Home home, Limits limits, Crew& crew, std::function<void()> on_vacant = {});
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane() = default;

  /// The one that this thread is of; null on other threads.
  static Lane* current() noexcept { return t_current; }

  // Any thread.

  /// There will be one actor more; `name` is for threads that start from now on. False if the lane
  /// has ended. Throws std::system_error if there is no thread, and none can be started.
  [[nodiscard]] bool enter(const std::string& name);
  /// One actor less: what has entered will not start after all.
  void leave();
  /// An actor that has entered gets its first turn.
  void start(Cell& cell);
  /// Comes with a wake-up.
  void schedule(Cell& cell);
  /// Idle threads end, and no actor enters any more.
  void end();
  void add_to(DispatcherCounters& counters) const;

  // In a turn of this actor, on a thread of the lane. As with Worker.

  bool settle(Cell& cell);
  void yield(Cell& cell);
  void let_go(Cell& cell);

 private:
  // A thread that waits.
  struct Seat {
    Cell* cell = nullptr;
    std::condition_variable called;
  };

  void run(const std::string& name);
  // All under the lock, but `next` lets go of it while the thread waits.
  Cell* next(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool must_stay() const noexcept { return actors_ != 0 && threads_ == 1 && !ends_; }
  void add(Cell& cell);
  void start_thread();
  void call_all();
  void remove_actor();

  const Home home_;
  const Limits limits_;
  Crew& crew_;
  const std::function<void()> on_vacant_;

  mutable std::mutex mutex_;
  std::deque<Cell*> due_;    // the oldest first
  std::vector<Seat*> idle_;  // who has waited longest first
  std::size_t threads_ = 0;
  std::size_t coming_ = 0;  // of them, those that have just started, and will look for an actor
  std::size_t actors_ = 0;
  bool ends_ = false;
  std::string name_;
  std::uint64_t messages_ = 0;
  std::uint64_t turns_ = 0;

  [[gnu::tls_model("initial-exec")]] static inline constinit thread_local Lane* t_current = nullptr;
};

}  // namespace spinoff::engine
