#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <optional>

#include <tbb/global_control.h>

#include <spinoff/engine/tbb_arena.hpp>

namespace spinoff::engine {

namespace {

std::unique_ptr<tbb::global_control> at_most(int threads) {
  return std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                               static_cast<std::size_t>(threads) + 1);
}

class Threads {
 public:
  static Threads& instance() {
    static Threads threads;
    return threads;
  }

  void add(int places, tbb::task_arena& arena) {
    const std::scoped_lock lock(mutex_);
    if (total_ == 0) {
      handle_.emplace(tbb::attach{});
    }
    allow(total_ + places);
    arena.initialize();
    total_ += places;
  }

  void remove(int places, tbb::task_arena& arena) {
    const std::scoped_lock lock(mutex_);
    total_ -= places;
    if (total_ != 0) {
      arena.terminate();
      allow(total_);
      return;
    }
    send_home(arena);
    // The limit goes last: where TBB's own is no worker at all, on one core, there would be nobody
    // to clean up arenas that were given up before, and finalize would wait for ever.
    tbb::finalize(*handle_, std::nothrow);
    handle_.reset();
    control_.reset();
  }

 private:
  // The new limit is there before the old one goes, so that TBB's own, which may be lower than
  // both, never counts meanwhile.
  void allow(int threads) { control_ = at_most(threads); }

  // A thread of TBB's that finds no task yields its core a hundred times before it notes that the
  // arena is empty, and leaves. While others compute, each time may take as long as they are let
  // to, altogether seconds, and `finalize` waits for it. But where TBB may have no thread at all,
  // whoever gives an arena up notes it for them, and those that are inside leave at once. So for
  // this moment it may have none. Those that are still in arenas that were given up before, or
  // work for another part of the program, come back when it may.
  static void send_home(tbb::task_arena& arena) {
    const auto none = at_most(0);
    arena.terminate();
  }

  std::mutex mutex_;
  int total_ = 0;
  std::optional<tbb::task_scheduler_handle> handle_;
  std::unique_ptr<tbb::global_control> control_;
};

}  // namespace

TbbArena::TbbArena(int places) : places_(places), arena_(places, 0) {
  Threads::instance().add(places_, arena_);
}

TbbArena::~TbbArena() {
  Threads::instance().remove(places_, arena_);
}

}  // namespace spinoff::engine
