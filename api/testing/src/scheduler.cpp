#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include <spinoff/testing/scheduler.hpp>
#include <spinoff/testing/simulation.hpp>

namespace spinoff::testing {

class Scheduler::NodeExecutor final : public engine::Executor {
 public:
  NodeExecutor(Scheduler& scheduler, unsigned turn_budget) noexcept
      : scheduler_(scheduler), turn_budget_(turn_budget) {}

  void schedule(engine::Cell& cell) override { scheduler_.due_.push_back({&cell, this}); }
  [[nodiscard]] engine::SoleThread* sole_thread() noexcept override { return &scheduler_; }

  [[nodiscard]] unsigned turn_budget() const noexcept { return turn_budget_; }

 private:
  Scheduler& scheduler_;
  const unsigned turn_budget_;
};

Scheduler::Scheduler(std::uint64_t seed, const Limits& limits) : limits_(limits), random_(seed) {
  set_current(this);
}

Scheduler::~Scheduler() {
  set_current(outer_);
}

std::unique_ptr<engine::Executor> Scheduler::make_executor(unsigned turn_budget) {
  return std::make_unique<NodeExecutor>(*this, turn_budget);
}

bool Scheduler::step() {
  check_not_in_a_turn();
  const std::size_t count = due_.size() + work_.size();
  if (count == 0) {
    return false;
  }
  if (++turns_at_once_ > limits_.most_turns_at_once) {
    turns_at_once_ = 0;
    throw SimulationStuck("there were " + std::to_string(limits_.most_turns_at_once) +
                          " turns without any time passing: actors keep each other busy for ever; "
                          "if not, give SimulationOptions a larger `most_turns_at_once`");
  }
  const std::size_t which = below(count);
  if (which < due_.size()) {
    run_turn(which);
  } else {
    run_work(which - due_.size());
  }
  if (limits_.longest_turn > std::chrono::nanoseconds(0)) {
    const auto most = static_cast<std::uint64_t>(limits_.longest_turn.count());
    const std::chrono::nanoseconds passed(below(most + 1));
    clock_->pass(passed);
    clock_->fire_due();
    turns_at_once_ = passed.count() == 0 ? turns_at_once_ : 0;
  }
  return true;
}

void Scheduler::run_turn(std::size_t which) {
  const Due due = std::exchange(due_[which], due_.back());
  due_.pop_back();
  // Often one message only, since then the most can happen in between.
  const unsigned most = due.executor->turn_budget();
  const unsigned budget = most == 1 || below(2) == 0 ? 1 : 1 + static_cast<unsigned>(below(most));
  ++turns_;
  messages_ += due.cell->run_turn(budget, *this);
}

// First those who are told to end, since others might begin something.
void Scheduler::end_actors_of(engine::Executor& executor) {
  check_not_in_a_turn();
  for (;;) {
    const auto is_of_node = [&](const Due& due) { return due.executor == &executor; };
    auto next = std::ranges::find_if(
        due_, [&](const Due& due) { return is_of_node(due) && due.cell->mailbox().has_system(); });
    if (next == due_.end()) {
      next = std::ranges::find_if(due_, is_of_node);
    }
    if (next == due_.end()) {
      return;
    }
    engine::Cell& cell = *next->cell;
    due_.erase(next);
    cell.run_turn(0, *this);
  }
}

void Scheduler::run_work(std::size_t which) {
  const std::function<void()> work = std::exchange(work_[which], std::move(work_.back()));
  work_.pop_back();
  work();
}

void Scheduler::handles(engine::Cell& cell, engine::Envelope& message) {
  if (trace_.is_on()) {
    trace_.handles(cell, message);
  }
}

bool Scheduler::run_until(const std::function<bool()>& done, Clock::time_point limit) {
  check_not_in_a_turn();
  const bool has_limit = limit != Clock::time_point::max();
  const Clock::time_point end = has_limit ? limit : engine::due_after(now(), limits_.longest_wait);
  while (!done()) {
    if (now() >= end) {
      if (has_limit) {
        return false;
      }
      throw SimulationStuck("what is waited for has not happened within the `longest_wait`");
    }
    if (!step() && !let_time_pass(end)) {
      if (!has_limit) {
        throw SimulationStuck(
            "nobody has anything to do, now or later, and what is waited for has not happened");
      }
      clock_->move_to(end);
      turns_at_once_ = 0;
    }
  }
  return true;
}

bool Scheduler::let_time_pass(Clock::time_point limit) {
  const Clock::time_point next = clock_->next_due();
  if (next > limit || next == Clock::time_point::max()) {
    return false;
  }
  if (next > now()) {
    turns_at_once_ = 0;
  }
  clock_->move_to(next);
  return true;
}

void Scheduler::run_to(Clock::time_point end) {
  while (now() <= end) {
    if (!step() && !let_time_pass(end)) {
      clock_->move_to(end);
      turns_at_once_ = 0;
      return;
    }
  }
}

void Scheduler::check_not_in_a_turn() const {
  if (engine::Cell::running() != nullptr) {
    throw std::logic_error("an actor cannot run the simulation that runs it: let the test do it");
  }
}

}  // namespace spinoff::testing
