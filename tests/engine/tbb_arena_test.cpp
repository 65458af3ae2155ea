/// How the threads of TBB's end, with the last arena of the process.
#include <atomic>
#include <optional>
#include <thread>

#include <boost/test/unit_test.hpp>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <spinoff/engine/tbb_arena.hpp>

#include "support/gate.hpp"

namespace {

using spinoff::engine::TbbArena;
using spinoff::testing::Gate;

/// Of this process: who yields when.
struct Yields {
  void note() {
    if (std::this_thread::get_id() == owner) {
      if (ends) {
        owner_waits.open();
      }
    } else if (owner_waits.is_open()) {
      ++of_others;
    }
  }

  const std::thread::id owner = std::this_thread::get_id();
  std::atomic<bool> ends = false;
  Gate has_begun{"a thread of TBB's to be inside of the arena"};
  /// The end of the arena has come so far that it waits for the thread.
  Gate owner_waits{"the end of the arena to wait for a thread"};
  std::atomic<int> of_others = 0;
};

// TBB's thread knows no more than this: it is not instrumented, so it cannot be seen to come by
// anything that is handed to it.
std::atomic<Yields*> g_yields = nullptr;

}  // namespace

// Found before the one of glibc, also by TBB.
extern "C" __attribute__((visibility("default"))) int sched_yield() noexcept {
  if (Yields* const yields = g_yields.load()) {
    yields->note();
  }
  return static_cast<int>(syscall(SYS_sched_yield));
}

BOOST_AUTO_TEST_SUITE(tbb_arena)

// By itself it yields its core a hundred times before, which takes seconds on a busy machine.
// The task ends while the arena does, which no executor's may: so the thread is sure to be inside.
BOOST_AUTO_TEST_CASE(a_thread_that_has_found_no_more_tasks_leaves_when_the_last_arena_ends) {
  constexpr int kYieldsOfOneThatStays = 100;
  Yields yields;
  std::optional<TbbArena> arena(std::in_place, 1);
  g_yields = &yields;
  arena->enqueue([] {
    Yields& here = *g_yields.load();
    here.has_begun.open();
    here.owner_waits.wait();
  });
  yields.has_begun.wait();
  yields.ends = true;
  arena.reset();
  g_yields = nullptr;
  BOOST_TEST(yields.of_others < kYieldsOfOneThatStays / 4);
}

BOOST_AUTO_TEST_SUITE_END()
