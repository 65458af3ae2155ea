// Memory for messages: envelopes are made and released.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include <spinoff/detail/envelope.hpp>

namespace spinoff::bench::envelope {
namespace {

using detail::Envelope;
using detail::EnvelopePtr;

constexpr std::size_t kBatch = 1'000;

struct Number {
  std::int64_t value;
};

void fill(std::vector<EnvelopePtr>& batch, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    batch.push_back(Envelope::make<Number>(detail::Sender{}, Number{1}));
  }
}

/// So many are alive at once.
void envelope_same_thread(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  std::vector<EnvelopePtr> batch;
  batch.reserve(size);
  for (auto _ : state) {
    fill(batch, size);
    batch.clear();
  }
  state.SetItemsProcessed(state.range(0) * state.iterations());
}
BENCHMARK(envelope_same_thread)->Arg(1)->Arg(1'000);

/// Is filled by one thread and emptied by another.
struct Crate {
  void await(bool full_or_not) const { full.wait(!full_or_not); }
  void set(bool full_or_not) {
    full = full_or_not;
    full.notify_one();
  }
  std::vector<EnvelopePtr> envelopes;
  std::atomic<bool> full = false;
};
using Crates = std::array<Crate, 2>;

/// An empty one ends it.
void empty_crates(Crates& crates) {
  for (std::size_t i = 0;; ++i) {
    Crate& crate = crates[i % crates.size()];
    crate.await(true);
    if (crate.envelopes.empty()) {
      return;
    }
    crate.envelopes.clear();
    crate.set(false);
  }
}

void envelope_other_thread(benchmark::State& state) {
  Crates crates;
  const std::jthread consumer([&crates] { empty_crates(crates); });
  std::size_t i = 0;
  for (auto _ : state) {
    Crate& crate = crates[i++ % crates.size()];
    crate.await(false);
    fill(crate.envelopes, kBatch);
    crate.set(true);
  }
  Crate& last = crates[i % crates.size()];
  last.await(false);
  last.set(true);
  state.SetItemsProcessed(static_cast<std::int64_t>(kBatch) * state.iterations());
}
BENCHMARK(envelope_other_thread)->UseRealTime();

}  // namespace
}  // namespace spinoff::bench::envelope
