#include <algorithm>
#include <optional>

#include <spinoff/engine/blocking_watch.hpp>
#include <spinoff/events.hpp>

namespace spinoff::engine {

namespace {
constexpr int kLooksAThreshold = 4;
constexpr std::chrono::nanoseconds kShortest = std::chrono::milliseconds(1);
}  // namespace

void ReleasesTask::operator()(BlockingWatch* watch) const noexcept {
  watch->release();
}

BlockingWatchPtr BlockingWatch::make(std::chrono::nanoseconds threshold, Executor& executor,
                                     TimerService& timers, const EventStream& events) {
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): counts its own references
  BlockingWatchPtr watch(new BlockingWatch(threshold, executor, timers, events));
  executor.on_awake([task = watch.get()] { task->timers_.start(*task, task->next_look()); });
  return watch;
}

Clock::time_point BlockingWatch::next_look() const {
  return due_after(timers_.now(), std::max(threshold_ / kLooksAThreshold, kShortest));
}

Clock::time_point BlockingWatch::fire(Clock::time_point /*due*/) {
  turns_.clear();
  if (!executor_.look_at_turns(turns_)) {
    return Clock::time_point::max();
  }
  for (const RunningTurn& turn : turns_) {
    look_at(turn);
  }
  return next_look();
}

void BlockingWatch::look_at(const RunningTurn& turn) {
  const Clock::time_point now = timers_.now();
  const auto since = blocked_.look(turn, now, cpu_time_of(turn.thread));
  if (!since.has_value() || now - *since < threshold_ || !is_asleep(turn.thread)) {
    return;
  }
  const Ref actor = executor_.actor_in(turn);
  if (actor && blocked_.tell(turn)) {
    events_.publish(BlockingCall{actor, now - *since});
  }
}

}  // namespace spinoff::engine
