/// Messages on their way from outside to one actor after the other, where those that follow each
/// other to the same one cost one push to its mailbox.
#pragma once

#include <cstddef>
#include <cstdint>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/detail/target.hpp>
#include <spinoff/engine/encoded_run.hpp>

namespace spinoff::engine {

/// Of one thread that runs no actors. Whatever is added is delivered, or a dead letter, in order.
class MessageChain {
 public:
  MessageChain() = default;
  MessageChain(const MessageChain&) = delete;
  MessageChain& operator=(const MessageChain&) = delete;
  ~MessageChain() { flush(); }

  /// To what the caller's Ref names.
  void add(detail::Target& to, std::uint32_t generation, detail::EnvelopePtr message) {
    if (to_ != &to || generation_ != generation) {
      flush();
      to_ = &to;
      generation_ = generation;
    }
    detail::Envelope* const newest = message.release();
    newest->target_generation = generation;
    if (count_ == 0) {
      oldest_ = newest;
    } else {
      newest_->next.store(newest, std::memory_order_relaxed);
    }
    newest_ = newest;
    count_ += messages_in(*newest);
    if (count_ >= kMost) {
      flush();
    }
  }

  /// Delivers what was added.
  void flush() noexcept;

 private:
  void deliver_apart(detail::EnvelopePtr message);

  // So many that a push is nothing; so few that the actor begins while others are on their way.
  static constexpr std::size_t kMost = 64;

  detail::Target* to_ = nullptr;
  std::uint32_t generation_ = 0;
  std::size_t count_ = 0;
  detail::Envelope* oldest_ = nullptr;
  detail::Envelope* newest_ = nullptr;
};

}  // namespace spinoff::engine
