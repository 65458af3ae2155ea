// The timer wheel: timers are started and cancelled, or expire, among some that stay.
#include <cstdint>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include <spinoff/engine/timer_wheel.hpp>

namespace spinoff::bench {
namespace {

using engine::kLastTick;
using engine::Tick;
using engine::TimerList;
using engine::TimerNode;
using engine::TimerWheel;

constexpr std::size_t kTimers = 1'000;
constexpr Tick kLongest = 60'000;  // a minute

/// The same ones in each run.
std::vector<Tick> draw_delays() {
  std::minstd_rand random;
  std::vector<Tick> delays(kTimers);
  for (Tick& delay : delays) {
    delay = random() % kLongest + 1;
  }
  return delays;
}

/// A wheel in which some timers have been started.
struct UsedWheel {
  UsedWheel() {
    for (std::size_t i = 0; i < kTimers; ++i) {
      wheel.start(nodes[i], wheel.now() + delays[i]);
    }
  }
  UsedWheel(const UsedWheel&) = delete;
  UsedWheel& operator=(const UsedWheel&) = delete;
  ~UsedWheel() {
    for (TimerNode& node : nodes) {
      wheel.cancel(node);
    }
  }
  std::vector<Tick> delays = draw_delays();
  std::vector<TimerNode> nodes = std::vector<TimerNode>(kTimers);
  TimerWheel wheel;
};

void timer_start_and_cancel(benchmark::State& state) {
  UsedWheel used;
  TimerNode node;
  std::size_t i = 0;
  for (auto _ : state) {
    used.wheel.start(node, used.wheel.now() + used.delays[i++ % kTimers]);
    used.wheel.cancel(node);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(timer_start_and_cancel);

/// Time passes from one event to the next; each timer that has expired is started again.
void timer_start_and_expire(benchmark::State& state) {
  UsedWheel used;
  TimerList expired;
  std::size_t i = 0;
  std::int64_t count = 0;
  for (auto _ : state) {
    used.wheel.advance(used.wheel.next_event().value_or(kLastTick), expired);
    while (TimerNode* const node = expired.pop_front()) {
      used.wheel.start(*node, used.wheel.now() + used.delays[i++ % kTimers]);
      ++count;
    }
  }
  state.SetItemsProcessed(count);
}
BENCHMARK(timer_start_and_expire);

}  // namespace
}  // namespace spinoff::bench
