// A fast producer, a slow consumer, flat memory: each stage has a mailbox for a few messages, and
// whoever sends to it waits until there is room. Run it with
//
//     startnode --actor spinoff.examples.bounded_pipeline.Pipeline --params blocks=1000
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

namespace spinoff::examples::bounded_pipeline {

constexpr std::size_t kRoom = 8;

/// Counts the blocks that are somewhere in the pipeline.
struct Meter {
  std::atomic<int> now{0};
  std::atomic<int> most{0};

  void add() {
    const int count = ++now;
    for (int before = most; before < count && !most.compare_exchange_weak(before, count);) {
    }
  }
};

/// 64 KiB.
class Block {
 public:
  explicit Block(std::shared_ptr<Meter> meter) : bytes_(1U << 16U), meter_(std::move(meter)) {
    meter_->add();
  }
  Block(Block&&) = default;
  Block& operator=(Block&&) = delete;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {
    if (meter_ != nullptr) {
      --meter_->now;
    }
  }

  std::vector<std::uint8_t>& bytes() { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::shared_ptr<Meter> meter_;
};

struct Finished {};

/// Makes blocks as fast as it can.
class Producer : public Process {
 public:
  Task<> run(Ref next, std::uint32_t blocks, std::shared_ptr<Meter> meter) {
    for (std::uint32_t number = 0; number < blocks; ++number) {
      Block block(meter);
      std::ranges::fill(block.bytes(), static_cast<std::uint8_t>(number));
      co_await next.send_when_room(std::move(block));
    }
    co_await next.send_when_room(Finished{});
  }
};

/// Takes a while for each block, and passes the sum of its bytes on.
class Summer : public Process {
 public:
  Task<> run(Ref next) {
    for (;;) {
      auto message = co_await get<Block, Finished>();
      if (std::holds_alternative<Finished>(message)) {
        co_await next.send_when_room(Finished{});
        co_return;
      }
      std::uint64_t sum = 0;
      for (const std::uint8_t byte : std::get<Block>(message).bytes()) {
        sum += byte;
      }
      co_await sleep(1ms);
      co_await next.send_when_room(sum);
    }
  }
};

class Pipeline : public Process {
 public:
  Task<> run(std::uint32_t blocks) {
    const auto meter = std::make_shared<Meter>();
    const Ref summer = spawn<Summer>(
        {.name = "summer", .mailbox = bounded(kRoom, Overflow::suspend_sender)}, self());
    spawn<Producer>({.name = "producer"}, summer, blocks, meter);
    std::uint64_t total = 0;
    for (;;) {
      const auto message = co_await get<std::uint64_t, Finished>();
      if (std::holds_alternative<Finished>(message)) {
        break;
      }
      total += std::get<std::uint64_t>(message);
    }
    log("{} blocks went through, with the sum {}; at most {} were there at a time", blocks, total,
        meter->most.load());
  }
};

const Registered<Pipeline> kPipeline{"blocks"};

}  // namespace spinoff::examples::bounded_pipeline
