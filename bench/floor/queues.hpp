/// The two queues that an object may have, with the same functions:
///   push    adds a message; says whether the queue was empty, so that its owner has to be woken
///   front   the oldest message, or none
///   pop     removes that one; says whether there is another
/// A message stays in the queue while it is handled, so an owner at work is never woken.
#pragma once

#include <atomic>

#include "floor/message.hpp"

namespace spinoff::bench {

/// For one thread.
class PlainQueue {
 public:
  bool push(Message* message) {
    Message* const before = last_;
    last_ = message;
    if (before == nullptr) {
      first_ = message;
      return true;
    }
    before->next.store(message, std::memory_order_relaxed);
    return false;
  }
  [[nodiscard]] Message* front() const { return first_; }
  bool pop() {
    first_ = first_->next.load(std::memory_order_relaxed);
    if (first_ == nullptr) {
      last_ = nullptr;
      return false;
    }
    return true;
  }

 private:
  Message* first_ = nullptr;
  Message* last_ = nullptr;
};

/// For any number of threads that push and one that takes (after Dmitry Vyukov's intrusive queue).
/// With the fewest atomic operations: one exchange a push, and one compare-and-exchange whenever
/// the queue becomes empty.
class AtomicQueue {
 public:
  bool push(Message* message) {
    Message* const before = last_.exchange(message, std::memory_order_acq_rel);
    if (before == nullptr) {
      first_.store(message, std::memory_order_release);
      return true;
    }
    before->next.store(message, std::memory_order_release);
    return false;
  }
  [[nodiscard]] Message* front() const { return first_.load(std::memory_order_acquire); }
  bool pop() {
    Message* const message = first_.load(std::memory_order_relaxed);
    Message* next = message->next.load(std::memory_order_acquire);
    if (next == nullptr) {
      // Before the queue is empty for others: whoever pushes then sets it again.
      first_.store(nullptr, std::memory_order_relaxed);
      Message* expected = message;
      if (last_.compare_exchange_strong(expected, nullptr, std::memory_order_acq_rel)) {
        return false;
      }
      // Somebody is between the two steps of a push.
      while ((next = message->next.load(std::memory_order_acquire)) == nullptr) {
      }
    }
    first_.store(next, std::memory_order_relaxed);
    return true;
  }

 private:
  // The taker's, and that of who pushes to an empty queue; away from the one that all write.
  alignas(64) std::atomic<Message*> first_ = nullptr;
  alignas(64) std::atomic<Message*> last_ = nullptr;
};

}  // namespace spinoff::bench
