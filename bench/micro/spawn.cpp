// Actors are spawned, and stop at once. One worker, so that nothing but that is measured.
#include <cstdint>
#include <latch>

#include <benchmark/benchmark.h>

#include <spinoff/actor.hpp>
#include <spinoff/node.hpp>

namespace spinoff::bench::spawn {
namespace {

constexpr std::int64_t kBatch = 1'000;

class ShortLived : public Actor {
 public:
  explicit ShortLived(std::latch& stopped) : stopped_(stopped) {}
  void pre_start() override { stop(); }
  void post_stop() override { stopped_.count_down(); }

 private:
  std::latch& stopped_;
};

struct SpawnBatch {
  std::latch* stopped;
};

class Parent : public Actor {
 public:
  void on(const SpawnBatch& batch) {
    for (std::int64_t i = 0; i < kBatch; ++i) {
      spawn<ShortLived>(std::ref(*batch.stopped));
    }
  }
  using Receives = Messages<SpawnBatch>;
};

void spawn_and_stop_child(benchmark::State& state) {
  Node node({.workers = 1});
  const auto parent = node.spawn<Parent>();
  for (auto _ : state) {
    std::latch stopped(kBatch);
    parent << SpawnBatch{&stopped};
    stopped.wait();
  }
  state.SetItemsProcessed(kBatch * state.iterations());
}
BENCHMARK(spawn_and_stop_child)->UseRealTime();

void spawn_and_stop_top_level(benchmark::State& state) {
  Node node({.workers = 1});
  for (auto _ : state) {
    std::latch stopped(kBatch);
    for (std::int64_t i = 0; i < kBatch; ++i) {
      node.spawn<ShortLived>(std::ref(stopped));
    }
    stopped.wait();
  }
  state.SetItemsProcessed(kBatch * state.iterations());
}
BENCHMARK(spawn_and_stop_top_level)->UseRealTime();

}  // namespace
}  // namespace spinoff::bench::spawn
