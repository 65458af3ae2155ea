/// A node without threads: its actors run when a test says so, and time passes when a test says so.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/executor.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/timer_service.hpp>

namespace spinoff::testing {

/// Turns wait in a queue.
class ManualExecutor final : public engine::Executor {
 public:
  void schedule(engine::Cell& cell) override { due_.push_back(&cell); }
  /// Runs the turn that has waited longest; false if there is none.
  bool run_one() {
    if (due_.empty()) {
      return false;
    }
    engine::Cell* const cell = due_.front();
    due_.pop_front();
    cell->run_turn();
    return true;
  }
  /// Runs the turn that was scheduled last, as a worker that steals may; false if there is none.
  bool run_latest() {
    if (!due_.empty()) {
      due_.push_front(due_.back());
      due_.pop_back();
    }
    return run_one();
  }

 private:
  std::deque<engine::Cell*> due_;
};

/// The wheel without a thread.
class ManualTimers final : public engine::TimerService {
 public:
  ~ManualTimers() override {
    engine::TimerList left;
    wheel_.advance(engine::kLastTick, left);
    while (engine::TimerNode* const node = left.pop_front()) {
      auto& task = static_cast<engine::TimerTask&>(*node);
      task.drop();
      task.release();
    }
  }
  [[nodiscard]] engine::Clock::time_point now() const override { return now_; }
  void start(engine::TimerTask& task, engine::Clock::time_point due) override {
    ++started_;
    if (!task.is_started()) {
      task.retain();
    }
    wheel_.start(task, engine::tick_not_before(due - engine::Clock::time_point()));
  }
  void cancel(engine::TimerTask& task) noexcept override {
    if (wheel_.cancel(task)) {
      task.release();
    }
  }
  [[nodiscard]] bool empty() const { return !wheel_.next_event().has_value(); }
  [[nodiscard]] std::size_t started() const { return started_; }
  void pass(std::chrono::milliseconds time) {
    now_ += time;
    engine::TimerList expired;
    wheel_.advance(engine::tick_at(now_ - engine::Clock::time_point()), expired);
    while (engine::TimerNode* const node = expired.pop_front()) {
      auto& task = static_cast<engine::TimerTask&>(*node);
      const auto again = task.fire(now_);
      if (again != engine::Clock::time_point::max()) {
        start(task, again);
      }
      task.release();
    }
  }

 private:
  engine::Clock::time_point now_{std::chrono::hours(1)};
  engine::TimerWheel wheel_;
  std::size_t started_ = 0;
};

class ManualNode {
 public:
  ManualNode() : ManualNode(engine::NodeCore::Options{}) {}
  explicit ManualNode(engine::NodeCore::Options options) {
    auto executor = std::make_unique<ManualExecutor>();
    auto timers = std::make_unique<ManualTimers>();
    executor_ = executor.get();
    timers_ = timers.get();
    core_ = std::make_unique<engine::NodeCore>(options, std::move(executor), std::move(timers));
  }
  ManualNode(const ManualNode&) = delete;
  ManualNode& operator=(const ManualNode&) = delete;
  ~ManualNode() {
    core_->request_stop();
    run();
  }

  [[nodiscard]] engine::NodeCore& core() const { return *core_; }
  /// Until no actor has anything to do.
  void run() const {
    while (executor_->run_one()) {
    }
  }
  /// One turn; false if nobody has anything to do.
  [[nodiscard]] bool run_one() const { return executor_->run_one(); }
  /// The same, out of order: the turn that was scheduled last.
  [[nodiscard]] bool run_latest() const { return executor_->run_latest(); }
  /// What is due by then is sent; nothing runs.
  void pass(std::chrono::milliseconds time) const { timers_->pass(time); }
  [[nodiscard]] bool has_timers() const { return !timers_->empty(); }
  /// Again counts each time.
  [[nodiscard]] std::size_t timers_started() const { return timers_->started(); }

  /// A top-level actor.
  Ref spawn(const detail::ActorType& type, detail::FactoryPtr factory,
            detail::SpawnOptions options = {}) const {
    return detail::spawn(core_->guardian(), type, std::move(factory), std::move(options));
  }

 private:
  ManualExecutor* executor_;
  ManualTimers* timers_;
  std::unique_ptr<engine::NodeCore> core_;
};

}  // namespace spinoff::testing
