// What it costs a process to get messages while it keeps many others: 100 come, then each is got.
// None of these may depend on how many are kept, except by a predicate with captures, which looks
// at all of them.
#include <cstdint>
#include <latch>

#include <benchmark/benchmark.h>

#include <spinoff/spinoff.hpp>

namespace spinoff::bench::kept {
namespace {

constexpr std::int64_t kBatch = 100;

struct Item {
  std::int64_t id;  // those that are kept for good have a negative one
};
struct Other {
  std::int64_t id;
};
struct Another {
  std::int64_t id;
};
struct AllCame {};
struct GetBatch {
  std::latch* done;
};

/// Keeps items; then sends itself a batch, and gets it as `How` says.
template <class How>
class Keeps : public Process {
 public:
  Task<> run() {
    for (;;) {
      const auto batch = co_await this->template get<GetBatch>();
      for (std::int64_t i = 0; i < kBatch; ++i) {
        this->self() << typename How::Message{i};
      }
      this->self() << AllCame{};
      co_await this->template get<AllCame>();
      for (std::int64_t i = 0; i < kBatch; ++i) {
        co_await How::get(*this, i);
      }
      batch.done->count_down();
    }
  }
  using Process::get;
};

struct OfAnotherType {
  using Message = Other;
  static auto get(auto& process, std::int64_t /*id*/) { return process.template get<Other>(); }
};
struct OfTwoTypes {
  using Message = Other;
  static auto get(auto& process, std::int64_t /*id*/) {
    return process.template get<Other, Another>();
  }
};
struct ByMember {
  using Message = Item;
  static auto get(auto& process, std::int64_t id) { return process.template get<&Item::id>(id); }
};
struct ByPredicateAlone {
  using Message = Item;
  static auto get(auto& process, std::int64_t /*id*/) {
    return process.get([](const Item& item) { return item.id >= 0; });
  }
};
struct ByPredicate {
  using Message = Item;
  static auto get(auto& process, std::int64_t id) {
    return process.get([id](const Item& item) { return item.id == id; });
  }
};

template <class How>
void get_past_kept(benchmark::State& state) {
  // It keeps as many as it is told: nobody needs to be warned.
  Node node({.workers = 1, .high_water_mark = 0});
  const auto process = node.spawn<Keeps<How>>();
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    process << Item{-1 - i};
  }
  const auto get_batch = [&] {
    std::latch done(1);
    process << GetBatch{&done};
    done.wait();
  };
  get_batch();  // after it has got all that it is to keep
  for (auto _ : state) {
    get_batch();
  }
  state.SetItemsProcessed(kBatch * state.iterations());
}
BENCHMARK(get_past_kept<OfAnotherType>)
    ->Name("get_of_another_type_past_kept")
    ->Arg(0)
    ->Arg(100'000)
    ->UseRealTime();
BENCHMARK(get_past_kept<OfTwoTypes>)
    ->Name("get_of_two_types_past_kept")
    ->Arg(0)
    ->Arg(100'000)
    ->UseRealTime();
BENCHMARK(get_past_kept<ByMember>)
    ->Name("get_by_member_past_kept")
    ->Arg(0)
    ->Arg(100'000)
    ->UseRealTime();
BENCHMARK(get_past_kept<ByPredicateAlone>)
    ->Name("get_by_predicate_without_captures_past_kept")
    ->Arg(0)
    ->Arg(100'000)
    ->UseRealTime();
BENCHMARK(get_past_kept<ByPredicate>)
    ->Name("get_by_predicate_past_kept")
    ->Arg(0)
    ->Arg(100'000)
    ->UseRealTime();

}  // namespace
}  // namespace spinoff::bench::kept
