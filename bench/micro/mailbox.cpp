// A message's way through a mailbox: pushed, and taken by the one that runs the actor.
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include <spinoff/engine/mailbox.hpp>

namespace spinoff::bench::mailbox {
namespace {

using detail::Envelope;
using detail::EnvelopePtr;
using engine::Mailbox;

constexpr std::size_t kBatch = 1'000;

struct Empty {};

std::vector<EnvelopePtr> make_batch() {
  std::vector<EnvelopePtr> batch(kBatch);
  for (EnvelopePtr& envelope : batch) {
    envelope = Envelope::make<Empty>(detail::Sender{});
  }
  return batch;
}

void push(Mailbox& mailbox, const std::vector<EnvelopePtr>& batch) {
  for (const EnvelopePtr& envelope : batch) {
    mailbox.push(envelope.get());
  }
}

void mailbox_push_and_drain(benchmark::State& state) {
  Mailbox mailbox;
  mailbox.open();
  const std::vector<EnvelopePtr> batch = make_batch();
  for (auto _ : state) {
    push(mailbox, batch);
    while (Envelope* const message = mailbox.next()) {
      benchmark::DoNotOptimize(message);
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kBatch) * state.iterations());
}
BENCHMARK(mailbox_push_and_drain);

/// Pushes its batch once in each round.
class Producer {
 public:
  Producer(Mailbox& mailbox, const std::atomic<std::int64_t>& round)
      : thread_([&mailbox, &round] {
          const std::vector<EnvelopePtr> batch = make_batch();
          std::int64_t seen = 0;
          for (;;) {
            round.wait(seen);
            seen = round;
            if (seen < 0) {
              return;
            }
            push(mailbox, batch);
          }
        }) {}

 private:
  std::jthread thread_;
};

void mailbox_two_producers(benchmark::State& state) {
  Mailbox mailbox;
  mailbox.open();
  std::atomic<std::int64_t> round = 0;
  {
    const Producer first(mailbox, round);
    const Producer second(mailbox, round);
    for (auto _ : state) {
      ++round;
      round.notify_all();
      for (std::size_t left = 2 * kBatch; left > 0;) {
        if (mailbox.next() == nullptr) {
          std::this_thread::yield();
        } else {
          --left;
        }
      }
    }
    round = -1;
    round.notify_all();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(2 * kBatch) * state.iterations());
}
BENCHMARK(mailbox_two_producers)->UseRealTime();

}  // namespace
}  // namespace spinoff::bench::mailbox
