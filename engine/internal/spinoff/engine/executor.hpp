/// The seam behind which actors get their turns: threads for real, one thread and a seed under
/// test.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <spinoff/counters.hpp>
#include <spinoff/engine/running_turn.hpp>
#include <spinoff/ref.hpp>

namespace spinoff::engine {

class Cell;
class InputSource;
class SoleThread;

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
  /// Threads that have nothing to do may poll that for a moment before they sleep. Once.
  virtual void poll_when_idle(const std::shared_ptr<InputSource>& /*source*/) {}
  /// What it has done so far. Any thread.
  [[nodiscard]] virtual Counters counters() const { return {}; }
  /// The one thread that runs all actors, whatever their dispatchers; null if there are others.
  [[nodiscard]] virtual SoleThread* sole_thread() noexcept { return nullptr; }

  // For whoever watches its threads (BlockingWatch). Those that have none need no watching.

  /// Before anything is scheduled. `call` is called, by any thread, when a thread begins to run
  /// actors, if `look_at_turns` has found none since the last call.
  virtual void on_awake(const std::function<void()>& /*call*/) {}
  /// Adds the turns that run now, at most one a thread. False if all threads are idle.
  virtual bool look_at_turns(std::vector<RunningTurn>& /*turns*/) { return false; }
  /// Whose turn that is; nobody if it has ended. Costs what a thief costs.
  virtual Ref actor_in(const RunningTurn& /*turn*/) { return {}; }
};

}  // namespace spinoff::engine
