// Questions and their replies, one after the other, asked from outside and by an actor.
#include <cstdint>
#include <latch>

#include <benchmark/benchmark.h>

#include <spinoff/spinoff.hpp>

namespace spinoff::bench::ask {
namespace {

constexpr std::int64_t kBatch = 1'000;

struct Question {
  std::int64_t value;
};
struct Reply {
  std::int64_t value;
};

class Oracle : public Actor {
 public:
  void on(const Question& question) { sender() << Reply{question.value}; }
  using Receives = Messages<Question>;
};

void ask_from_outside(benchmark::State& state) {
  Node node({.workers = 1});
  const auto oracle = node.spawn<Oracle>();
  for (auto _ : state) {
    benchmark::DoNotOptimize(oracle.ask<Reply>(Question{1}).get());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ask_from_outside)->UseRealTime();

struct AskBatch {
  std::latch* done;
};

class Asker : public Process {
 public:
  Task<> run(Ref oracle) {
    for (;;) {
      const auto batch = co_await get<AskBatch>();
      for (std::int64_t i = 0; i < kBatch; ++i) {
        const Question question{i};
        const Reply reply = co_await oracle.ask<Reply>(question);
        benchmark::DoNotOptimize(reply);
      }
      batch.done->count_down();
    }
  }
};

void ask_from_an_actor(benchmark::State& state) {
  Node node({.workers = 1});
  const auto oracle = node.spawn<Oracle>();
  const auto asker = node.spawn<Asker>(Ref(oracle));
  for (auto _ : state) {
    std::latch done(1);
    asker << AskBatch{&done};
    done.wait();
  }
  state.SetItemsProcessed(kBatch * state.iterations());
}
BENCHMARK(ask_from_an_actor)->UseRealTime();

}  // namespace
}  // namespace spinoff::bench::ask
