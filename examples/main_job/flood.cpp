#include "flood.hpp"

#include <spinoff/spinoff.hpp>

namespace spinoff::examples::main_job {
namespace {

constexpr std::uint64_t kBatch = 1000;
constexpr std::uint64_t kBatchesOnTheWay = 4;

struct Number {
  std::uint64_t value;
};
struct BatchArrived {};
struct Start {
  std::uint64_t messages;
};
struct Done {};

class Receiver : public Actor {
 public:
  void on(const Number& number) {
    if (number.value != ++last_) {
      throw std::runtime_error(
          fmt::format("message {} came where {} was due", number.value, last_));
    }
    if (last_ % kBatch == 0) {
      sender() << BatchArrived{};
    }
  }
  using Receives = Messages<Number>;

 private:
  std::uint64_t last_ = 0;
};

// Has a few batches on the way at once: neither side waits, and no mailbox grows long.
class Sender : public Process {
 public:
  Task<> run() {
    const auto start = co_await get<Start>();
    const Ref asker = sender();
    auto receiver = spawn<Receiver>();
    std::uint64_t last = 0;
    for (std::uint64_t batch = 0; batch < start.messages / kBatch; ++batch) {
      if (batch >= kBatchesOnTheWay) {
        co_await get<BatchArrived>(10s);
      }
      for (std::uint64_t i = 0; i < kBatch; ++i) {
        receiver << Number{++last};
      }
    }
    for (std::uint64_t i = 0; i < std::min(kBatchesOnTheWay, start.messages / kBatch); ++i) {
      co_await get<BatchArrived>(10s);
    }
    asker << Done{};
  }
};

}  // namespace

double flood(std::uint64_t messages) {
  Node node;
  auto sender = node.spawn<Sender>();
  const auto start = std::chrono::steady_clock::now();
  static_cast<void>(sender.ask<Done>(Start{messages}, 60s).get());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace spinoff::examples::main_job
