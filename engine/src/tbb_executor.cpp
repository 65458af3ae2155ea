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
    Cell* const to_run = &cell;
#ifdef SPINOFF_TSAN
    // What the last turn and the pusher did is visible to the next turn: TBB's queue sees to that,
    // but it is not instrumented.
    __tsan_release(to_run);
#endif
    arena_.enqueue([to_run] {
#ifdef SPINOFF_TSAN
      __tsan_acquire(to_run);
#endif
      to_run->run_turn();
    });
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
