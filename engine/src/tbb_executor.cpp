// Actors get their turns in two ways.
//
// The queue of an arena of TBB, first in, first out: one task an actor. Whoever is no worker of
// this executor schedules so.
//
// The hand-off slot, one a worker: the actor that this worker woke last. When its turn has ended,
// the worker runs that one next, while its message is still in the cache, and nobody else is woken
// for it. The one that was in the slot before goes to the queue. After kLongestChain turns in a
// row, or two of the monitor's looks, the slot's actor goes to the queue as well, so that no pair
// of actors keeps a worker for itself. An actor whose budget is used up goes straight to the queue.
//
// What is in a slot waits for its worker, which may be busy for long, or may wait in a handler for
// just that actor. So the monitor, a thread, looks at all slots every kLook: what it finds in a
// slot that has not been filled since the look before, it takes and puts into the queue. So an
// actor is there after two looks at the latest.
//
// The monitor sleeps when no slot has been filled for kLooksUntilSleep looks. That it is not asleep
// while something is in a slot: a worker fills the slot, then reads `monitor_sleeps_`; the monitor
// sets `monitor_sleeps_`, then looks at all slots once more. All four are sequentially consistent,
// so one of the two sees the other: the worker wakes the monitor, or the monitor does not go to
// sleep.
//
// A slot is filled and emptied by its worker, and emptied by the monitor; each takes with one
// exchange, so one of them gets the actor. Only the worker fills it, and only inside of the task
// that it runs; it leaves the task with an empty slot.
//
// The end: all actors have closed, so nothing is queued or in a slot, but the worker that ran the
// last turn may still be on its way out of its task. `Worker::inside` says so, and the destructor
// waits for it.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <tbb/spin_mutex.h>
#include <tbb/task_arena.h>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/tbb_executor.hpp>

#include "tbb_threads.hpp"
#include "worker.hpp"

#ifdef SPINOFF_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace spinoff::engine {

namespace {

constexpr int kLooksUntilSleep = 100;
constexpr int kSearches = 20;
constexpr int kPauses = 50;
constexpr std::size_t kBatch = 32;
// An arena for one thread still has two places for it.
constexpr std::size_t kLeastPlaces = 2;

void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Whom threads woke that are no workers, in order.
class Inbox {
 public:
  void push(Cell& cell, Look now) {
    const tbb::spin_mutex::scoped_lock lock(mutex_);
    queue_.push({&cell, now});
    size_.store(queue_.size());
  }

  [[nodiscard]] bool empty() const noexcept { return size_.load() == 0; }

  [[nodiscard]] bool has_old(Look now) {
    if (size_.load(std::memory_order_relaxed) == 0) {
      return false;
    }
    const tbb::spin_mutex::scoped_lock lock(mutex_);
    return !queue_.empty() && static_cast<std::int32_t>(now - queue_.oldest_since()) >=
                                  static_cast<std::int32_t>(Worker::kOld);
  }

  // Gives some to the worker, whose thread calls this.
  void give_to(Worker& worker) {
    if (size_.load(std::memory_order_relaxed) == 0) {
      return;
    }
    Cell* batch[kBatch];
    std::size_t count = 0;
    {
      const tbb::spin_mutex::scoped_lock lock(mutex_);
      for (; count < kBatch && !queue_.empty(); ++count) {
        batch[count] = queue_.pop_oldest().cell;
      }
      size_.store(queue_.size());
    }
    for (std::size_t i = 0; i < count; ++i) {
      worker.push_waiting(*batch[i]);
    }
  }

 private:
  tbb::spin_mutex mutex_;
  RunQueue queue_;
  std::atomic<std::size_t> size_{0};
};

class TbbExecutor final : public Executor {
 public:
  explicit TbbExecutor(int workers)
      : share_(workers),
        most_awake_(workers),
        workers_(std::max<std::size_t>(static_cast<std::size_t>(workers), kLeastPlaces)),
        arena_(workers, 0) {
    arena_.initialize();
    if (most_awake_ > 1) {
      monitor_ = std::thread([this] { monitor(); });
    }
  }
  TbbExecutor(const TbbExecutor&) = delete;
  TbbExecutor& operator=(const TbbExecutor&) = delete;
  ~TbbExecutor() override {
    {
      const std::scoped_lock lock(monitor_mutex_);
      ends_.store(true);
    }
    monitor_wakes_.notify_one();
    if (monitor_.joinable()) {
      monitor_.join();
    }
    while (shifts_.load(std::memory_order_acquire) != 0) {
      std::this_thread::yield();
    }
    arena_.terminate();
  }

  void schedule(Cell& cell) override {
    if (t_executor == this) [[likely]] {
      t_worker->push_woken(cell);
      return;
    }
    inbox_.push(cell, look_now());
    if (awake_.load() == 0) {
      wake_one();
    }
  }

  void yield(Cell& cell) override {
    if (t_executor == this) [[likely]] {
      t_worker->push_waiting(cell);
      return;
    }
    schedule(cell);
  }

 private:
  // Makes this thread a worker.
  class Inside {
   public:
    Inside(TbbExecutor& executor, Worker& worker) noexcept
        : outer_executor_(t_executor), outer_worker_(t_worker) {
      t_executor = &executor;
      t_worker = &worker;
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() {
      t_executor = outer_executor_;
      t_worker = outer_worker_;
    }

   private:
    TbbExecutor* outer_executor_;
    Worker* outer_worker_;
  };

  // One shift of a worker: a task of TBB's.
  void shift() {
    if (t_executor == this) {  // in a handler that waits for parallel work of TBB's
      awake_.fetch_sub(1);
      return;
    }
    Worker& worker =
        workers_[static_cast<std::size_t>(tbb::this_task_arena::current_thread_index())];
    const Inside inside(*this, worker);
    while (Cell* const cell = find(worker)) {
      cell->run_turn();
    }
  }

  // Whose turn is next; null when the shift has ended.

  Cell* find(Worker& worker) {
    for (;;) {
      if (worker.look_is_due()) [[unlikely]] {
        if (worker.look(look_now())) {
          inbox_.give_to(worker);
        }
      }
      if (Cell* const cell = worker.next()) [[likely]] {
        return cell;
      }
      for (int searches = 0; searches < kSearches; ++searches) {
        inbox_.give_to(worker);
        if (Cell* const cell = worker.next()) {
          return cell;
        }
        if (const Look now = look_now(); steal(worker, now)) {
          return worker.next();
        }
        if (ends_.load(std::memory_order_relaxed)) {
          break;
        }
        for (int i = 0; i < kPauses; ++i) {
          pause();
        }
      }
      if (awake_.fetch_sub(1) != 1) {
        start_looking();
      }
      if (inbox_.empty()) {
        return nullptr;
      }
      int nobody = 0;
      if (!awake_.compare_exchange_strong(nobody, 1)) {
        return nullptr;
      }
    }
  }

  bool steal(Worker& thief, Look now) {
    for (Worker& victim : workers_) {
      if (&victim != &thief && victim.has_old(now) && victim.give_to(thief, now) != 0) {
        return true;
      }
    }
    return false;
  }

  void wake_one() {
    int awake = awake_.load();
    do {
      if (awake >= most_awake_) {
        return;
      }
    } while (!awake_.compare_exchange_weak(awake, awake + 1));
    shifts_.fetch_add(1, std::memory_order_relaxed);
    arena_.enqueue([this] {
      shift();
      shifts_.fetch_sub(1, std::memory_order_release);  // the executor may be gone now
    });
    start_looking();
  }

  // Some are awake and others are not.
  [[nodiscard]] bool needs_looks() const noexcept {
    const int awake = awake_.load();
    return awake != 0 && awake < most_awake_;
  }

  void start_looking() {
    if (monitor_sleeps_.load() && needs_looks()) {
      wake_monitor();
    }
  }

  void monitor() {
    std::unique_lock lock(monitor_mutex_);
    for (int quiet = 0; !ends_.load();) {
      quiet = needs_looks() ? 0 : quiet + 1;
      if (quiet < kLooksUntilSleep) {
        lock.unlock();
        look();
        lock.lock();
        monitor_wakes_.wait_for(lock, kLook, [&] { return ends_.load(); });
        continue;
      }
      monitor_sleeps_.store(true);
      if (!needs_looks()) {
        monitor_wakes_.wait(lock, [&] { return ends_.load() || !monitor_sleeps_.load(); });
      }
      monitor_sleeps_.store(false);
      quiet = 0;
    }
  }

  void look() {
    if (!needs_looks()) {
      return;
    }
    const Look now = look_now();
    bool old = inbox_.has_old(now);
    for (const Worker& worker : workers_) {
      old = old || worker.has_old(now);
    }
    if (old) {
      wake_one();
    }
  }

  void wake_monitor() {
    {
      const std::scoped_lock lock(monitor_mutex_);
      monitor_sleeps_.store(false);
    }
    monitor_wakes_.notify_one();
  }

  static inline constinit thread_local TbbExecutor* t_executor = nullptr;
  static inline constinit thread_local Worker* t_worker = nullptr;

  const TbbShare share_;
  const int most_awake_;
  std::vector<Worker> workers_;  // by TBB's index of a thread in the arena
  tbb::task_arena arena_;
  alignas(64) std::atomic<bool> ends_{false};
  alignas(64) Inbox inbox_;
  std::atomic<int> awake_{0};
  std::atomic<int> shifts_{0};
  std::atomic<bool> monitor_sleeps_{false};
  std::mutex monitor_mutex_;
  std::condition_variable monitor_wakes_;
  std::thread monitor_;
};

}  // namespace

std::unique_ptr<Executor> make_tbb_executor(int workers) {
  return std::make_unique<TbbExecutor>(std::max(workers, 1));
}

}  // namespace spinoff::engine
