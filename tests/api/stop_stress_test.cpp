/// Many short-lived nodes whose stop is begun, hooked into, timed out and cut short by everybody at
/// once. Each task runs once at most, each that was added ends, is told or was cancelled, the last
/// phase is the last, and no stop hangs.
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

#if SPINOFF_PATIENCE > 1
constexpr int kNodes = 150;
#else
constexpr int kNodes = 600;
#endif
constexpr std::size_t kThreads = 3;
constexpr std::size_t kTasks = 8;  // that each thread adds

struct Finish {};

/// Replies, at once or never, or ends, or throws.
class Worker : public Puppet {
 public:
  using Receives = Messages<Do, Finish>;
  explicit Worker(unsigned way) : way_(way) {}
  void pre_start() override {
    try {
      on_stop(StopPhase::drain, Finish{});
    } catch (const StopTaskRefused&) {  // it was spawned late
    }
  }
  using Puppet::on;
  void on(const Finish& finish) {
    switch (way_ % 4) {
      case 0:
        sender() << finish;
        return;
      case 1:
        stop();
        return;
      case 2:
        throw std::runtime_error("broken");
      default:
        return;
    }
  }

 private:
  unsigned way_;
};

/// What became of the functions. Shared, since some are overdue when the node has ended.
struct Tally {
  std::atomic<int> twice = 0;
  std::atomic<int> before_after = 0;  // of earlier phases, begun after the last phase
  std::atomic<bool> last_phase = false;
};

auto task_of(const std::shared_ptr<Tally>& tally, unsigned way) {
  return [tally, way, ran = std::make_shared<std::atomic<bool>>(false)](const Stopping& stopping) {
    tally->twice += static_cast<int>(ran->exchange(true));
    if (stopping.phase == StopPhase::after_stop) {
      tally->last_phase = true;
    } else if (tally->last_phase && !stopping.overdue.stop_requested()) {
      ++tally->before_after;
    }
    if (way % 3 == 0) {
      throw std::runtime_error("broken");
    }
    if (way % 3 == 1) {
      while (!stopping.overdue.stop_requested() && way % 2 == 0) {
        std::this_thread::yield();
      }
    }
  };
}

void take_part(Node& node, const std::shared_ptr<Tally>& tally, unsigned seed) {
  std::minstd_rand random(seed);
  std::vector<StopTask> tasks;
  for (std::size_t i = 0; i < kTasks; ++i) {
    const auto phase = static_cast<StopPhase>(random() % 3);
    try {
      tasks.push_back(node.on_stop(phase, "task", task_of(tally, static_cast<unsigned>(random()))));
      node.spawn<Worker>(static_cast<unsigned>(random()));
    } catch (const StopTaskRefused&) {  // as it happens
    } catch (const SpawnFailed&) {      // as it happens
    }
    if (random() % 4 == 0 && !tasks.empty()) {
      tasks[random() % tasks.size()].cancel();
    }
  }
  if (random() % 2 == 0) {
    node.request_stop();
  } else {
    node.stop();
  }
  for (StopTask& task : tasks) {
    task.cancel();
  }
}

BOOST_AUTO_TEST_SUITE(stop_stress)

BOOST_AUTO_TEST_CASE(D01_to_D10_hold_when_everybody_adds_cancels_and_stops_at_once) {
  std::minstd_rand random(1);
  for (int i = 0; i < kNodes; ++i) {
    NodeOptions options{.workers = 2, .log_events = false};
    options.stop_timeouts = {.before_stop = 1ms, .drain = 1ms, .after_stop = 1ms};
    options.stop_limit = i % 2 == 0 ? 2ms : 1h;
    const auto tally = std::make_shared<Tally>();
    std::atomic<int> begun = 0;
    {
      Node node(options);
      node.subscribe<NodeStopping>([&](const NodeStopping&) { ++begun; });
      {
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < kThreads; ++t) {
          threads.emplace_back(
              [&, seed = static_cast<unsigned>(random())] { take_part(node, tally, seed); });
        }
      }
      node.stop();
      BOOST_CHECK_THROW(node.on_stop(StopPhase::after_stop, "late", [] {}), StopTaskRefused);
    }
    BOOST_TEST(begun == 1);
    BOOST_TEST(tally->twice == 0);
    BOOST_TEST(tally->before_after == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
