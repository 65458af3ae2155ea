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
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <tbb/task_arena.h>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/tbb_executor.hpp>

#include "tbb_threads.hpp"

#ifdef SPINOFF_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace spinoff::engine {

namespace {

constexpr int kLongestChain = 64;
constexpr std::uint64_t kLongestChainInLooks = 2;
constexpr std::chrono::microseconds kLook{100};
constexpr int kLooksUntilSleep = 100;
// An arena for one thread still has two places for it.
constexpr std::size_t kLeastPlaces = 2;

class TbbExecutor;

// A cell on its way through TBB's queue.
class HandOver {
 public:
  HandOver(TbbExecutor& executor, Cell& cell) noexcept : executor_(&executor), cell_(&cell) {}
#ifdef SPINOFF_TSAN
  // What the last turn and the pusher did is visible to the next turn: TBB's queue sees to that,
  // but it is not instrumented. TBB copies this into a task just before it queues that, so even
  // what `enqueue` has read is told: the next turn may be the one that ends the executor.
  __attribute__((no_sanitize("thread"))) HandOver(const HandOver& other) noexcept
      : executor_(other.executor_), cell_(other.cell_) {
    __tsan_release(cell_);
  }
  HandOver& operator=(const HandOver&) = delete;
  ~HandOver() = default;
#endif
  void run() const;

 private:
  TbbExecutor* executor_;
  Cell* cell_;
};

class TbbExecutor final : public Executor {
 public:
  explicit TbbExecutor(int workers)
      : share_(workers),
        workers_(std::max<std::size_t>(static_cast<std::size_t>(workers), kLeastPlaces)),
        arena_(workers, 0) {
    for (Worker& worker : workers_) {
      worker.executor = this;
    }
    arena_.initialize();
    monitor_ = std::thread([this] { monitor(); });
  }
  TbbExecutor(const TbbExecutor&) = delete;
  TbbExecutor& operator=(const TbbExecutor&) = delete;
  ~TbbExecutor() override {
    {
      const std::scoped_lock lock(monitor_mutex_);
      ends_ = true;
    }
    monitor_wakes_.notify_one();
    monitor_.join();
    for (const Worker& worker : workers_) {
      while (worker.inside.load(std::memory_order_acquire)) {
        std::this_thread::yield();
      }
    }
    arena_.terminate();
  }

  void schedule(Cell& cell) override {
    Worker* const worker = t_worker;
    if (worker == nullptr || worker->executor != this) {
      enqueue(cell);
      return;
    }
    worker->fills.store(worker->fills.load(std::memory_order_relaxed) + 1,
                        std::memory_order_relaxed);
    if (Cell* const displaced = worker->slot.exchange(&cell)) {
      enqueue(*displaced);
    } else if (monitor_sleeps_.load()) [[unlikely]] {
      wake_monitor();
    }
  }

  void yield(Cell& cell) override { enqueue(cell); }

  /// One task of TBB's: this turn, and those that it puts into the slot.
  void run(Cell& first) {
    Worker& worker =
        workers_[static_cast<std::size_t>(tbb::this_task_arena::current_thread_index())];
    const Inside inside(worker);
    const std::uint64_t begun = looks_.load(std::memory_order_relaxed);
    Cell* next = &first;
    for (int chain = 1; next != nullptr; ++chain) {
      next->run_turn();
      next = worker.slot.exchange(nullptr);
      const bool is_long = chain >= kLongestChain ||
                           looks_.load(std::memory_order_relaxed) - begun >= kLongestChainInLooks;
      if (next != nullptr && is_long) {
        enqueue(*next);
        return;
      }
    }
  }

 private:
  struct alignas(64) Worker {
    std::atomic<Cell*> slot{nullptr};
    std::atomic<std::uint64_t> fills{0};  // how often the slot was filled; written by its worker
    std::atomic<bool> inside{false};
    TbbExecutor* executor = nullptr;
  };

  // The worker that runs a task on this thread. A handler that waits for parallel work of TBB's may
  // be given another task meanwhile.
  class Inside {
   public:
    // An exchange, so that it comes after what another thread did that had this place before.
    explicit Inside(Worker& worker) noexcept
        : worker_(worker),
          outer_(t_worker),
          was_inside_(worker.inside.exchange(true, std::memory_order_acq_rel)) {
      t_worker = &worker;
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() {
      t_worker = outer_;
      worker_.inside.store(was_inside_, std::memory_order_release);  // the executor may be gone now
    }

   private:
    Worker& worker_;
    Worker* outer_;
    bool was_inside_;
  };

  void enqueue(Cell& cell) {
    arena_.enqueue([next = HandOver(*this, cell)] { next.run(); });
  }

  void monitor() {
    std::vector<std::uint64_t> seen(workers_.size(), 0);
    std::unique_lock lock(monitor_mutex_);
    for (int quiet = 0; !ends_;) {
      quiet = look(seen) ? 0 : quiet + 1;
      if (quiet < kLooksUntilSleep) {
        monitor_wakes_.wait_for(lock, kLook, [&] { return ends_; });
        continue;
      }
      monitor_sleeps_.store(true);
      if (!look(seen)) {
        monitor_wakes_.wait(lock, [&] { return ends_ || !monitor_sleeps_.load(); });
      }
      monitor_sleeps_.store(false);
      quiet = 0;
    }
  }

  // Whether any slot has been filled since the last look, or is full.
  bool look(std::vector<std::uint64_t>& seen) {
    looks_.fetch_add(1, std::memory_order_relaxed);
    bool active = false;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      Worker& worker = workers_[i];
      const std::uint64_t fills = worker.fills.load(std::memory_order_relaxed);
      const bool full = worker.slot.load() != nullptr;
      active = active || full || fills != seen[i];
      if (full && fills == seen[i]) {
        if (Cell* const waits = worker.slot.exchange(nullptr)) {
          enqueue(*waits);
        }
      }
      seen[i] = fills;
    }
    return active;
  }

  void wake_monitor() {
    {
      const std::scoped_lock lock(monitor_mutex_);
      monitor_sleeps_.store(false);
    }
    monitor_wakes_.notify_one();
  }

  static inline constinit thread_local Worker* t_worker = nullptr;

  const TbbShare share_;
  std::vector<Worker> workers_;  // by TBB's index of a thread in the arena
  tbb::task_arena arena_;
  std::atomic<bool> monitor_sleeps_{false};
  std::atomic<std::uint64_t> looks_{0};  // a clock that costs nothing, while any slot is in use
  std::mutex monitor_mutex_;
  std::condition_variable monitor_wakes_;
  bool ends_ = false;  // under monitor_mutex_
  std::thread monitor_;
};

void HandOver::run() const {
#ifdef SPINOFF_TSAN
  __tsan_acquire(cell_);
#endif
  executor_->run(*cell_);
}

}  // namespace

std::unique_ptr<Executor> make_tbb_executor(int workers) {
  return std::make_unique<TbbExecutor>(std::max(workers, 1));
}

}  // namespace spinoff::engine
