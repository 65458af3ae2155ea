/// Who runs next, and what time it is: the one thread of a simulation.
///
/// Each step runs one turn of one actor, of any of its nodes, or one piece of work that elsewhere
/// would have a thread of its own. All that have something to do are in one bag; which is next, how
/// many messages its turn may handle, and how long the turn takes, is drawn from the seed. When the
/// bag is empty, time moves on to the next task of the clock. So a run is a function of the seed
/// and of what the test does.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <spinoff/detail/random_stream.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/executor.hpp>
#include <spinoff/engine/sole_thread.hpp>
#include <spinoff/testing/trace.hpp>
#include <spinoff/testing/virtual_clock.hpp>

namespace spinoff::testing {

class Scheduler final : public engine::SoleThread, private engine::TurnObserver {
 public:
  struct Limits {
    std::chrono::nanoseconds longest_turn;
    std::uint64_t most_turns_at_once;
    std::chrono::nanoseconds longest_wait;
  };

  Scheduler(std::uint64_t seed, const Limits& limits);
  ~Scheduler() override;

  /// Of a node whose actors handle so many messages in a turn at most.
  std::unique_ptr<engine::Executor> make_executor(unsigned turn_budget);
  /// Runs the actors of that node, which has crashed, until they have ended: nobody handles any
  /// message.
  void end_actors_of(engine::Executor& executor);

  /// False if nobody has anything to do at this time.
  bool step();
  /// Until then, whatever happens.
  void run_to(Clock::time_point end);

  [[nodiscard]] Clock::time_point now() const override { return clock_->now(); }
  bool run_until(const std::function<bool()>& done, Clock::time_point limit) override;
  void run_apart(std::function<void()> work) override { work_.push_back(std::move(work)); }
  std::uint64_t random() override { return random_.next(); }

  [[nodiscard]] const std::shared_ptr<VirtualClock>& clock() const noexcept { return clock_; }
  [[nodiscard]] Trace& trace() noexcept { return trace_; }
  [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }
  [[nodiscard]] std::uint64_t turns() const noexcept { return turns_; }

 private:
  class NodeExecutor;
  struct Due {
    engine::Cell* cell;
    const NodeExecutor* executor;
  };

  void handles(engine::Cell& cell, engine::Envelope& message) override;
  void run_turn(std::size_t which);
  void run_work(std::size_t which);
  [[nodiscard]] std::uint64_t below(std::uint64_t end) { return random_.next() % end; }
  void check_not_in_a_turn() const;
  // Moves time on to the next task, if it is due by then.
  bool let_time_pass(Clock::time_point limit);

  const Limits limits_;
  spinoff::detail::RandomStream random_;
  const std::shared_ptr<VirtualClock> clock_ =
      std::make_shared<VirtualClock>(limits_.most_turns_at_once);
  SoleThread* const outer_ = current();
  std::vector<Due> due_;
  std::vector<std::function<void()>> work_;
  std::uint64_t turns_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t turns_at_once_ = 0;
  Trace trace_{*clock_};
};

}  // namespace spinoff::testing
