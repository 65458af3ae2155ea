#include <stdexcept>
#include <utility>

#include <spinoff/engine/ask_target.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/shutdown.hpp>
#include <spinoff/engine/sole_thread.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/events.hpp>

namespace spinoff {

namespace engine {

using detail::RefAccess;

class Shutdown::PhaseLimit final : public TimerTask {
 public:
  PhaseLimit(std::shared_ptr<Shutdown> shutdown, Stage stage)
      : shutdown_(std::move(shutdown)), stage_(stage) {}
  Clock::time_point fire(Clock::time_point /*due*/) override {
    shutdown_->time_out(stage_);
    return Clock::time_point::max();
  }

 private:
  const std::shared_ptr<Shutdown> shutdown_;
  const Stage stage_;
};

Shutdown::Stage Shutdown::stage_of(StopPhase phase) noexcept {
  switch (phase) {
    case StopPhase::before_stop:
      return Stage::before_stop;
    case StopPhase::drain:
      return Stage::drain;
    default:
      return Stage::after_stop;
  }
}

std::chrono::nanoseconds Shutdown::timeout_of(Stage stage) const noexcept {
  switch (stage) {
    case Stage::before_stop:
      return timeouts_.before_stop;
    case Stage::drain:
      return timeouts_.drain;
    default:
      return timeouts_.after_stop;
  }
}

Shutdown::Shutdown(NodeCore& node, StopTimeouts timeouts)
    : node_(node),
      anchor_(node.anchor()),
      sole_(node.executor().sole_thread()),
      timeouts_(timeouts) {}

StopTask Shutdown::add(Task task) {
  if (task.name.empty()) {
    throw std::invalid_argument("a stop task has no name: give one, events and the log show it");
  }
  if (task.function == nullptr) {
    if (!task.asked) {
      throw std::invalid_argument("the stop task '" + task.name + "' asks a Ref that names nobody");
    }
    if (task.phase == StopPhase::after_stop && task.asked.is_local() &&
        RefAccess::target(task.asked)->anchor() == &anchor_) {
      throw std::invalid_argument("the stop task '" + task.name + "' asks " +
                                  task.asked.to_string() +
                                  " in after_stop, when the node's actors are gone: take drain");
    }
  }
  const std::scoped_lock lock(mutex_);
  if (stage_ >= stage_of(task.phase)) {
    throw StopTaskRefused("the stop task '" + task.name +
                          "' comes too late: the node is stopping, "
                          "and the phase " +
                          std::string(name_of(task.phase)) + " has begun");
  }
  waiting_.emplace(++last_number_, std::move(task));
  return {weak_from_this(), last_number_};
}

void Shutdown::remove(std::uint64_t number) {
  const NodeAnchor::Entry inside(anchor_);
  Next next;
  Ref question;
  std::map<std::uint64_t, Task>::node_type waited;  // destroyed outside of the lock
  {
    const std::scoped_lock lock(mutex_);
    waited = waiting_.extract(number);
    const auto found = open_.find(number);
    if (found == open_.end() || threads_.contains(number)) {
      return;
    }
    question = std::move(found->second.question);
    open_.erase(found);
    if (open_.empty()) {
      move_on(next);
    }
  }
  if (question) {
    static_cast<AskTarget*>(RefAccess::target(question))->give_up("the node waits no more");
  }
  carry_out(std::move(next));
}

void Shutdown::forget_tasks() {
  std::map<std::uint64_t, Task> forgotten;  // destroyed outside of the lock
  const std::scoped_lock lock(mutex_);
  waiting_.swap(forgotten);
}

void Shutdown::begin(StopReason reason) {
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(begun_, true)) {
      return;
    }
    reason_ = reason;
  }
  node_.events().publish(NodeStopping{reason});
  Next next;
  {
    const std::scoped_lock lock(mutex_);
    if (stage_ == Stage::running) {
      move_on(next);
    }
  }
  carry_out(std::move(next));
}

bool Shutdown::has_begun() const {
  const std::scoped_lock lock(mutex_);
  return begun_;
}

void Shutdown::hurry() {
  Next next;
  {
    const std::scoped_lock lock(mutex_);
    hurried_ = true;
    next.end_actors = stage_ == Stage::actors;
    next.kill = true;
    if (!open_.empty()) {
      leave_open(next);
      move_on(next);
    }
  }
  carry_out(std::move(next));
}

bool Shutdown::is_done() const {
  const std::scoped_lock lock(mutex_);
  return stage_ == Stage::done;
}

void Shutdown::wait() {
  if (sole_ != nullptr) {
    sole_->run_until([this] { return is_done(); }, Clock::time_point::max());
    return;
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stage_ == Stage::done; });
}

bool Shutdown::wait_for(std::chrono::nanoseconds limit) {
  if (sole_ != nullptr) {
    return is_done() ||
           sole_->run_until([this] { return is_done(); }, due_after(node_.timers().now(), limit));
  }
  const Clock::time_point until = due_after(Clock::now(), limit);
  // A limit that never comes is none: the clock cannot name that time.
  if (until == Clock::time_point::max()) {
    wait();
    return true;
  }
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, until, [this] { return stage_ == Stage::done; });
}

// Also if somebody has stopped the guardian by a Ref to it: then the phases before come to an end.
void Shutdown::actors_stopped() {
  Next next;
  {
    const std::scoped_lock lock(mutex_);
    begun_ = true;
    hurried_ = hurried_ || stage_ != Stage::actors;
    leave_open(next);
    while (stage_ <= Stage::actors) {
      move_on(next);
      next.end_actors = false;
    }
  }
  carry_out(std::move(next));
}

void Shutdown::move_on(Next& next) {
  if (limit_ != nullptr) {
    node_.timers().cancel(*limit_);
    std::exchange(limit_, nullptr)->release();
  }
  while (next.begin.empty() && !next.end_actors && stage_ != Stage::done) {
    stage_ = static_cast<Stage>(static_cast<int>(stage_) + 1);
    if (stage_ == Stage::actors) {
      next.end_actors = true;
      next.kill = hurried_;
    } else if (stage_ == Stage::done) {
      // Notified with the lock held: the waiter may end the node as soon as it has the lock.
      changed_.notify_all();
    } else {
      begin_phase(next);
    }
  }
}

void Shutdown::begin_phase(Next& next) {
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const auto one = at++;
    if (stage_of(one->second.phase) != stage_) {
      continue;
    }
    auto [number, task] = std::move(*one);
    waiting_.erase(one);
    if (hurried_ && stage_ < Stage::actors) {
      next.skipped.push_back(std::move(task));
      continue;
    }
    Open& open = open_[number];
    open.phase = task.phase;
    open.name = task.name;
    next.begin.push_back(
        {number, std::move(task), {open.phase, reason_, open.overdue.get_token()}});
  }
  if (!next.begin.empty()) {
    // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): counts its own references
    limit_ = new PhaseLimit(shared_from_this(), stage_);
    TimerService& timers = node_.timers();
    timers.start(*limit_, due_after(timers.now(), timeout_of(stage_)));
  }
}

void Shutdown::leave_open(Next& next) {
  for (auto& [number, open] : std::exchange(open_, {})) {
    next.left.push_back(std::move(open));
  }
}

// Events first: they tell of what was before.
void Shutdown::carry_out(Next next) {
  for (Open& open : next.left) {
    open.overdue.request_stop();
    if (open.question) {
      static_cast<AskTarget*>(RefAccess::target(open.question))->give_up("the node waits no more");
    }
    node_.events().publish(StopTaskLeft{open.phase, std::move(open.name)});
  }
  for (Task& task : next.skipped) {
    node_.events().publish(
        StopTaskFailed{task.phase, std::move(task.name),
                       std::make_exception_ptr(
                           Timeout("it has not begun: the actors had to stop before its turn"))});
  }
  if (next.end_actors) {
    if (next.kill) {
      Cell::send_system(node_.guardian().ref(), Kill{});
    } else {
      Cell::send_system(node_.guardian().ref(), Stop{});
    }
  }
  for (Due& due : next.begin) {
    if (due.task.function != nullptr) {
      begin_function(std::move(due));
    } else {
      begin_question(std::move(due));
    }
  }
}

// A thread that is overdue may come here when the node has ended: then nothing is open any more.
void Shutdown::finish(std::uint64_t number, const std::exception_ptr& error) {
  const NodeAnchor::Entry inside(anchor_);
  StopTaskFailed failed{.phase = {}, .task = {}, .error = error};
  {
    const std::scoped_lock lock(mutex_);
    if (const auto thread = threads_.find(number); thread != threads_.end()) {
      thread->second.has_returned = true;
    }
    const auto open = open_.find(number);
    if (open == open_.end()) {
      return;
    }
    failed.phase = open->second.phase;
    failed.task = open->second.name;
  }
  if (error != nullptr) {
    node_.events().publish(failed);
  }
  Next next;
  {
    const std::scoped_lock lock(mutex_);
    if (open_.erase(number) != 0 && open_.empty()) {
      move_on(next);
    }
  }
  carry_out(std::move(next));
}

void Shutdown::time_out(Stage stage) {
  Next next;
  {
    const std::scoped_lock lock(mutex_);
    if (stage_ != stage) {
      return;
    }
    leave_open(next);
    move_on(next);
  }
  carry_out(std::move(next));
}

}  // namespace engine

void StopTask::cancel() noexcept {
  if (const auto shutdown = shutdown_.lock()) {
    shutdown->remove(number_);
  }
}

}  // namespace spinoff
