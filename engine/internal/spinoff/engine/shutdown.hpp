/// How a node stops: phases of tasks, with the end of all actors among them.
///
/// The stages follow each other, and none comes again:
///
///     running → before_stop → drain → actors → after_stop → done
///
/// There is no thread that leads through them: whoever ends a stage begins the next one. A phase
/// ends with its last task (on that task's thread, or that which brought the reply), by its timeout
/// (the timer thread), or since the time of the whole stop is over (`hurry`, the stopping thread).
/// The stage of the actors ends with the guardian. All that decides is done under one lock: a task
/// is in `open_` from the moment when its phase begins until exactly one of these takes it out, and
/// who takes out the last one moves on. So what comes late, such as the reply to a question that
/// the node does not wait for any more, finds nothing there and means nothing. User code, sends and
/// events happen with the lock released; a phase is not begun by two threads, since only the one
/// that ended the stage before begins it.
///
/// A function has a thread of its own (or its turn of the one that runs all), and keeps this object
/// alive; so it may go on after its phase, and after the node, which joins only those threads whose
/// function has returned.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/engine/timer_service.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/stop_task.hpp>

namespace spinoff::engine {

class NodeAnchor;
class NodeCore;
class SoleThread;

class Shutdown : public std::enable_shared_from_this<Shutdown> {
 public:
  /// Either a function, or a question, which is done when any reply has come.
  struct Task {
    StopPhase phase;
    std::string name;
    std::function<void(const Stopping&)> function;
    Ref asked;
    detail::EnvelopePtr question;
  };

  Shutdown(NodeCore& node, StopTimeouts timeouts);

  // Any thread:

  /// Throws StopTaskRefused if the phase has begun, std::invalid_argument for what can never run.
  StopTask add(Task task);
  void remove(std::uint64_t number);
  /// Those that have not begun never will.
  void forget_tasks();
  /// The first call counts.
  void begin(StopReason reason);
  [[nodiscard]] bool has_begun() const;
  /// The time of the whole stop is over: no task is waited for any more, those before the end of
  /// the actors do not begin, and the actors are killed. The tasks of `after_stop` have their time.
  void hurry();
  /// Returns when all is done.
  void wait();
  /// The same, for so long at most: false if it was not done by then.
  bool wait_for(std::chrono::nanoseconds limit);
  /// Whether this thread runs a task of this stop, and must not wait for it.
  [[nodiscard]] bool runs_here() const noexcept { return t_of_this_thread == this; }

  /// By the guardian's cell, as its last act.
  void actors_stopped();
  /// When all is done: no thread is left but those of functions that are overdue.
  void end_threads();

 private:
  enum class Stage : std::uint8_t { running, before_stop, drain, actors, after_stop, done };
  class Answer;
  class PhaseLimit;

  struct Open {
    StopPhase phase{};
    std::string name;
    Ref question;  // the ask, once it is sent
    std::stop_source overdue;
  };
  struct Thread {
    std::thread thread;
    bool has_returned = false;
  };
  struct Due {
    std::uint64_t number;
    Task task;
    Stopping stopping;
  };
  /// What has to be done and told when the lock is released.
  struct Next {
    std::vector<Due> begin;
    std::vector<Open> left;
    std::vector<Task> skipped;
    bool end_actors = false;
    bool kill = false;  // and not just stop them
  };

  [[nodiscard]] bool is_done() const;
  static Stage stage_of(StopPhase phase) noexcept;
  [[nodiscard]] std::chrono::nanoseconds timeout_of(Stage stage) const noexcept;

  // With the lock held:
  void move_on(Next& next);
  void begin_phase(Next& next);
  void leave_open(Next& next);

  void carry_out(Next next);
  void begin_function(Due due);
  void begin_question(Due due);
  void finish(std::uint64_t number, const std::exception_ptr& error);
  void time_out(Stage stage);

  static inline constinit thread_local const Shutdown* t_of_this_thread = nullptr;

  NodeCore& node_;
  NodeAnchor& anchor_;
  SoleThread* const sole_;  // null if there are threads
  const StopTimeouts timeouts_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Stage stage_ = Stage::running;
  bool begun_ = false;
  bool hurried_ = false;
  StopReason reason_ = StopReason::requested;
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, Task> waiting_;
  std::map<std::uint64_t, Open> open_;
  std::map<std::uint64_t, Thread> threads_;
  TimerTask* limit_ = nullptr;
};

}  // namespace spinoff::engine
