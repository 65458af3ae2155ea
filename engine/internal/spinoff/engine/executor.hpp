/// The seam behind which actors get their turns: threads for real, one thread and a seed under
/// test.
#pragma once

#include <spinoff/counters.hpp>

namespace spinoff::engine {

class Cell;

class Executor {
 public:
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  /// Sees to it that `cell.run_turn()` runs soon, on a thread of the executor. Any thread; what the
  /// caller did before happens before that turn. Never two turns of a cell at once; a turn that
  /// runs by itself may do for several calls.
  virtual void schedule(Cell& cell) = 0;
  /// The same for an actor that has never run.
  virtual void start(Cell& cell) { schedule(cell); }
  /// The same for the actor that runs now and has more to do: behind all that wait.
  virtual void yield(Cell& cell) { schedule(cell); }

  /// Returns when no turn is under way, once all actors have stopped; no actor will be scheduled.
  virtual void end() {}
  /// What it has done so far. Any thread.
  [[nodiscard]] virtual Counters counters() const { return {}; }
};

}  // namespace spinoff::engine
