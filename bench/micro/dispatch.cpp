// From a message's type to the handler, for actors that take 1, 8 or 32 types of messages.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <spinoff/actor.hpp>

namespace spinoff::bench {
namespace {

template <std::size_t Number>
struct Message {};

template <class Numbers>
class Receiver;
template <std::size_t... Numbers>
class Receiver<std::index_sequence<Numbers...>> : public Actor {
 public:
  template <std::size_t Number>
  void on(const Message<Number>& /*message*/) {
    sum_ += Number;
  }
  using Receives = Messages<Message<Numbers>...>;

  [[nodiscard]] std::size_t sum() const { return sum_; }
  static std::vector<detail::EnvelopePtr> one_of_each() {
    std::vector<detail::EnvelopePtr> envelopes;
    (envelopes.push_back(detail::Envelope::make<Message<Numbers>>(detail::Sender{})), ...);
    return envelopes;
  }

 private:
  std::size_t sum_ = 0;
};

template <std::size_t Types>
void dispatch(benchmark::State& state) {
  using ThisReceiver = Receiver<std::make_index_sequence<Types>>;
  ThisReceiver receiver;
  std::vector<detail::EnvelopePtr> envelopes = ThisReceiver::one_of_each();
  // As the engine calls it.
  const detail::ActorType* type = &detail::kActorType<ThisReceiver>;
  benchmark::DoNotOptimize(type);
  for (auto _ : state) {
    for (detail::EnvelopePtr& envelope : envelopes) {
      benchmark::DoNotOptimize(type->receive(receiver, envelope));
    }
  }
  benchmark::DoNotOptimize(receiver.sum());
  state.SetItemsProcessed(static_cast<std::int64_t>(Types) * state.iterations());
}
BENCHMARK(dispatch<1>);
BENCHMARK(dispatch<8>);
BENCHMARK(dispatch<32>);

}  // namespace
}  // namespace spinoff::bench
