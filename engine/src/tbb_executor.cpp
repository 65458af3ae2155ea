// Each wake-up of an actor is one task, enqueued in an arena: first in, first out, so that actors
// which always have mail and actors that have just been woken take turns.
//
// TBB by itself starts one thread fewer than there are cores, since it counts on the thread that
// waits; ours never wait inside an arena. So the process asks for one thread more than its
// executors have workers.
#include <algorithm>
#include <mutex>
#include <optional>

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/tbb_executor.hpp>

#ifdef SPINOFF_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace spinoff::engine {

namespace {

// TBB's threads, for as long as any executor needs them.
class Threads {
 public:
  static Threads& instance() {
    static Threads threads;
    return threads;
  }

  void add(int workers) {
    const std::scoped_lock lock(mutex_);
    if (total_ == 0) {
      handle_.emplace(tbb::attach{});
    }
    total_ += workers;
    allow();
  }

  void remove(int workers) {
    const std::scoped_lock lock(mutex_);
    total_ -= workers;
    allow();
    if (total_ == 0) {
      // Waits for the threads to end. If another part of the program uses TBB, they stay.
      tbb::finalize(*handle_, std::nothrow);
      handle_.reset();
    }
  }

 private:
  void allow() {
    control_.reset();
    if (total_ > 0) {
      control_.emplace(tbb::global_control::max_allowed_parallelism,
                       static_cast<std::size_t>(total_) + 1);
    }
  }

  std::mutex mutex_;
  int total_ = 0;
  std::optional<tbb::task_scheduler_handle> handle_;
  std::optional<tbb::global_control> control_;
};

// A cell on its way to the worker that runs it next.
class HandOver {
 public:
  explicit HandOver(Cell& cell) noexcept : cell_(&cell) {}
#ifdef SPINOFF_TSAN
  // What the last turn and the pusher did is visible to the next turn: TBB's queue sees to that,
  // but it is not instrumented. TBB copies this into a task just before it queues that, so even
  // what `enqueue` has read is told: the next turn may be the one that ends the executor.
  __attribute__((no_sanitize("thread"))) HandOver(const HandOver& other) noexcept
      : cell_(other.cell_) {
    __tsan_release(cell_);
  }
  HandOver& operator=(const HandOver&) = delete;
  ~HandOver() = default;
#endif
  void run() const {
#ifdef SPINOFF_TSAN
    __tsan_acquire(cell_);
#endif
    cell_->run_turn();
  }

 private:
  Cell* cell_;
};

class TbbExecutor final : public Executor {
 public:
  explicit TbbExecutor(int workers) : workers_(workers), arena_(workers, 0) {
    Threads::instance().add(workers_);
    arena_.initialize();
  }
  TbbExecutor(const TbbExecutor&) = delete;
  TbbExecutor& operator=(const TbbExecutor&) = delete;
  ~TbbExecutor() override {
    arena_.terminate();
    Threads::instance().remove(workers_);
  }

  void schedule(Cell& cell) override {
    arena_.enqueue([next = HandOver(cell)] { next.run(); });
  }

 private:
  int workers_;
  tbb::task_arena arena_;
};

}  // namespace

std::unique_ptr<Executor> make_tbb_executor(int workers) {
  return std::make_unique<TbbExecutor>(std::max(workers, 1));
}

}  // namespace spinoff::engine
