// The timer wheel: timers are started and cancelled, or expire, among some that stay. What a start
// and a cancel cost does not depend on how many these are.
#include <cstdint>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include <spinoff/engine/timer_wheel.hpp>

namespace spinoff::bench::timers {
namespace {

using engine::kLastTick;
using engine::Tick;
using engine::TimerList;
using engine::TimerNode;
using engine::TimerWheel;

constexpr std::int64_t kFew = 1'000;
constexpr std::int64_t kMany = 1'000'000;
constexpr Tick kLongest = 60'000;  // a minute

/// The same ones in each run.
std::vector<Tick> draw_delays(std::size_t timers) {
  std::minstd_rand random;
  std::vector<Tick> delays(timers);
  for (Tick& delay : delays) {
    delay = random() % kLongest + 1;
  }
  return delays;
}

/// A wheel in which some timers have been started.
struct UsedWheel {
  explicit UsedWheel(std::size_t timers) : delays(draw_delays(timers)), nodes(timers) {
    for (std::size_t i = 0; i < timers; ++i) {
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
  std::vector<Tick> delays;
  std::vector<TimerNode> nodes;
  TimerWheel wheel;
};

void timer_start_and_cancel(benchmark::State& state) {
  UsedWheel used(static_cast<std::size_t>(state.range(0)));
  TimerNode node;
  std::size_t i = 0;
  for (auto _ : state) {
    used.wheel.start(node, used.wheel.now() + used.delays[i++ % kFew]);
    used.wheel.cancel(node);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(timer_start_and_cancel)->Arg(kFew)->Arg(kMany);

/// Time passes from one event to the next; each timer that has expired is started again.
void timer_start_and_expire(benchmark::State& state) {
  UsedWheel used(kFew);
  TimerList expired;
  std::size_t i = 0;
  std::int64_t count = 0;
  for (auto _ : state) {
    used.wheel.advance(used.wheel.next_event().value_or(kLastTick), expired);
    while (TimerNode* const node = expired.pop_front()) {
      used.wheel.start(*node, used.wheel.now() + used.delays[i++ % kFew]);
      ++count;
    }
  }
  state.SetItemsProcessed(count);
}
BENCHMARK(timer_start_and_expire);

}  // namespace
}  // namespace spinoff::bench::timers
