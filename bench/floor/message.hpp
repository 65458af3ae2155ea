/// A message and its memory.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace spinoff::bench {

struct Object;

enum class Kind : std::uint8_t { start, next, ping, pong, stop, increment, retrieve, result };

struct Message {
  std::atomic<Message*> next = nullptr;  // the queue's, or the free list's
  Object* sender = nullptr;
  std::int64_t value = 0;
  Kind kind = Kind::stop;
};

/// Messages that are free, last in, first out: the cheapest allocator there is. One thread.
class FreeList {
 public:
  Message* take() {
    if (free_ == nullptr) {
      grow();
    }
    Message* const message = free_;
    free_ = message->next.load(std::memory_order_relaxed);
    message->next.store(nullptr, std::memory_order_relaxed);
    return message;
  }
  void put_back(Message* message) {
    message->next.store(free_, std::memory_order_relaxed);
    free_ = message;
  }
  [[nodiscard]] bool is_empty() const { return free_ == nullptr; }
  /// A chain of messages, or none, when it is empty itself.
  void refill(Message* chain) { free_ = chain; }

 private:
  static constexpr std::size_t kBlock = 1024;

  void grow() {
    for (Message& message : *blocks_.emplace_back(std::make_unique<Block>())) {
      put_back(&message);
    }
  }

  using Block = std::array<Message, kBlock>;
  std::vector<std::unique_ptr<Block>> blocks_;
  Message* free_ = nullptr;
};

}  // namespace spinoff::bench
