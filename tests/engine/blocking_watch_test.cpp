/// When the workers are looked at, and when nobody is woken for it.
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/blocking_watch.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/engine/tbb_executor.hpp>
#include <spinoff/engine/timer_thread.hpp>
#include <spinoff/events.hpp>

#include "manual_node.hpp"
#include "support/gate.hpp"

namespace {

using namespace std::chrono_literals;
using namespace spinoff;
using namespace spinoff::engine;
using namespace spinoff::testing;

/// One worker, that does what a test says. Its thread computes nothing.
class FakeExecutor final : public Executor {
 public:
  void schedule(Cell& /*cell*/) override {}
  void on_awake(const std::function<void()>& call) override { on_awake_ = call; }
  bool look_at_turns(std::vector<RunningTurn>& turns) override {
    ++looks;
    if (turn.has_value()) {
      turns.push_back(*turn);
    }
    return turn.has_value();
  }
  Ref actor_in(const RunningTurn& asked) override { return turn == asked ? actor : Ref(); }

  /// `thread` is one that has ended, unless it is given.
  void begin(std::uint64_t number, ThreadId thread = 0x3fffffff) {
    turn = RunningTurn{.home = Home::homeless(1).next_stay(0), .number = number, .thread = thread};
  }
  void awake() const { on_awake_(); }

  std::optional<RunningTurn> turn;
  Ref actor;
  int looks = 0;

 private:
  std::function<void()> on_awake_;
};

struct World {
  World() {
    events.subscribe(detail::kMessageType<BlockingCall>, [this](const void* event) {
      told.push_back(*static_cast<const BlockingCall*>(event));
    });
    executor.actor = node.core().guardian().ref();
  }
  ManualNode node;
  ManualTimers timers;
  EventStream events;
  FakeExecutor executor;
  std::vector<BlockingCall> told;
  BlockingWatchPtr watch = BlockingWatch::make(100ms, executor, timers, events);
};

BOOST_AUTO_TEST_SUITE(blocking_watch)

BOOST_AUTO_TEST_CASE(C09_a_turn_is_told_of_once_when_it_was_blocked_for_the_threshold) {
  World world;
  world.executor.begin(1);
  world.executor.awake();
  for (int i = 0; i < 4; ++i) {
    world.timers.pass(25ms);
  }
  BOOST_TEST(world.told.empty());
  world.timers.pass(25ms);
  BOOST_TEST_REQUIRE(world.told.size() == 1U);
  BOOST_TEST((world.told[0].actor == world.executor.actor));
  BOOST_TEST((world.told[0].lasted == 100ms));
  world.timers.pass(1s);
  BOOST_TEST(world.told.size() == 1U);
  world.executor.begin(2);
  for (int i = 0; i < 5; ++i) {
    world.timers.pass(25ms);
  }
  BOOST_TEST(world.told.size() == 2U);
}

BOOST_AUTO_TEST_CASE(C09_a_turn_that_ends_just_then_is_not_told_of) {
  World world;
  world.executor.begin(1);
  world.executor.awake();
  world.executor.actor = Ref();
  for (int i = 0; i < 10; ++i) {
    world.timers.pass(25ms);
  }
  BOOST_TEST(world.told.empty());
}

// By the clock of this test its thread has done next to nothing.
BOOST_AUTO_TEST_CASE(C09_a_turn_whose_thread_does_not_sleep_is_not_told_of) {
  World world;
  world.executor.begin(1, this_thread_id());
  world.executor.awake();
  for (int i = 0; i < 10; ++i) {
    world.timers.pass(25ms);
  }
  BOOST_TEST(world.told.empty());
}

BOOST_AUTO_TEST_CASE(C09_an_idle_node_is_not_woken) {
  World world;
  BOOST_TEST(world.timers.empty());
  world.executor.begin(1);
  world.executor.awake();
  BOOST_TEST(!world.timers.empty());
  world.timers.pass(25ms);
  BOOST_TEST(!world.timers.empty());
  world.executor.turn.reset();
  world.timers.pass(25ms);
  BOOST_TEST(world.timers.empty());
  BOOST_TEST(world.executor.looks == 2);
  world.executor.awake();
  BOOST_TEST(!world.timers.empty());
}

BOOST_AUTO_TEST_CASE(C09_workers_that_have_been_seen_idle_call_when_one_begins_to_run) {
  auto executor = make_tbb_executor(1);
  Executor& workers = *executor;
  std::atomic<int> calls = 0;
  workers.on_awake([&] { ++calls; });
  NodeCore core({}, std::move(executor), std::make_unique<TimerThread>());
  std::vector<RunningTurn> turns;
  for (int expected = 1; expected < 4; ++expected) {
    BOOST_TEST(calls == expected);
    const auto limit = std::chrono::steady_clock::now() + kWaitLimit;
    while (workers.look_at_turns(turns)) {
      BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < limit));
      std::this_thread::yield();
    }
    Cell::send_system(core.guardian().ref(), WakeUp{0});
  }
  core.stop(30s);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
