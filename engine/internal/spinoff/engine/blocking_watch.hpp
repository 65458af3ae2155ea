/// Tells of turns on the pool that are blocked for long.
///
/// A timer looks at the workers a few times a threshold, as long as any of them is awake; the
/// executor calls for it when that begins. So nobody is slowed down, and an idle node sleeps.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include <spinoff/engine/blocked_turns.hpp>
#include <spinoff/engine/event_stream.hpp>
#include <spinoff/engine/executor.hpp>
#include <spinoff/engine/timer_service.hpp>

namespace spinoff::engine {

class BlockingWatch;
struct ReleasesTask {
  void operator()(BlockingWatch* watch) const noexcept;
};
using BlockingWatchPtr = std::unique_ptr<BlockingWatch, ReleasesTask>;

class BlockingWatch final : public TimerTask {
 public:
  /// Before any actor runs. All that is given has to be there until the timers have ended.
  static BlockingWatchPtr make(std::chrono::nanoseconds threshold, Executor& executor,
                               TimerService& timers, const EventStream& events);

  Clock::time_point fire(Clock::time_point due) override;

 private:
  BlockingWatch(std::chrono::nanoseconds threshold, Executor& executor, TimerService& timers,
                const EventStream& events)
      : threshold_(threshold), executor_(executor), timers_(timers), events_(events) {}

  [[nodiscard]] Clock::time_point next_look() const;
  void look_at(const RunningTurn& turn);

  const std::chrono::nanoseconds threshold_;
  Executor& executor_;
  TimerService& timers_;
  const EventStream& events_;
  BlockedTurns blocked_;            // in `fire` only
  std::vector<RunningTurn> turns_;  // the same
};

}  // namespace spinoff::engine
