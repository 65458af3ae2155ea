/// TBB's threads, for as long as any executor of the process needs them.
#pragma once

#include <utility>

#include <tbb/task_arena.h>

namespace spinoff::engine {

/// An arena of TBB's with threads for all of its places. TBB by itself starts one thread fewer than
/// there are cores, since it counts on the thread that waits; ours never wait inside an arena. So
/// the process asks for one thread more than its arenas have places. The destructor comes when all
/// tasks have been run. That of the last one waits for the threads to end; if another part of the
/// program uses TBB, they stay, but are called back for a moment in which TBB may have none.
class TbbArena {
 public:
  explicit TbbArena(int places);
  TbbArena(const TbbArena&) = delete;
  TbbArena& operator=(const TbbArena&) = delete;
  ~TbbArena();

  template <class Task>
  void enqueue(Task&& task) {
    arena_.enqueue(std::forward<Task>(task));
  }

 private:
  const int places_;
  tbb::task_arena arena_;
};

}  // namespace spinoff::engine
