// From a message's type to the handler, for actors that take 1, 8 or 32 types of messages; with the
// envelope's making and end, since the end is a part of it.
#include <cstddef>
#include <cstdint>
#include <utility>

#include <benchmark/benchmark.h>

#include <spinoff/actor.hpp>

namespace spinoff::bench::dispatch {
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
  /// As the engine calls it.
  static void receive_one_of_each(const detail::ActorType& type, Receiver& receiver) {
    (receive(type, receiver, detail::Envelope::make<Message<Numbers>>(detail::Sender{})), ...);
  }

 private:
  static void receive(const detail::ActorType& type, Receiver& receiver,
                      detail::EnvelopePtr envelope) {
    benchmark::DoNotOptimize(type.receive(receiver, envelope));
  }

  std::size_t sum_ = 0;
};

template <std::size_t Types>
void dispatch(benchmark::State& state) {
  using ThisReceiver = Receiver<std::make_index_sequence<Types>>;
  ThisReceiver receiver;
  const detail::ActorType* type = &detail::kActorType<ThisReceiver>;
  benchmark::DoNotOptimize(type);
  for (auto _ : state) {
    ThisReceiver::receive_one_of_each(*type, receiver);
  }
  benchmark::DoNotOptimize(receiver.sum());
  state.SetItemsProcessed(static_cast<std::int64_t>(Types) * state.iterations());
}
BENCHMARK(dispatch<1>);
BENCHMARK(dispatch<8>);
BENCHMARK(dispatch<32>);

}  // namespace
}  // namespace spinoff::bench::dispatch
