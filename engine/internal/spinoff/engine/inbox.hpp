/// Wake-ups from other threads (see home.hpp), in the order in which they came.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <span>

#include <spinoff/engine/home.hpp>
#include <spinoff/engine/run_queue.hpp>
#include <spinoff/engine/spin_lock.hpp>

namespace spinoff::engine {

/// Any thread may call all of it. It is closed at first.
class Inbox {
 public:
  static constexpr std::size_t kBatch = 32;

  /// Takes wake-ups for that home from now on.
  void open(Home home) {
    const std::scoped_lock lock(lock_);
    home_.store(home, std::memory_order_release);
  }
  /// False if it is not empty.
  bool close(Home for_whom) {
    const std::scoped_lock lock(lock_);
    if (!queue_.empty()) {
      return false;
    }
    home_.store(for_whom, std::memory_order_release);
    return true;
  }
  /// Whose actors' wake-ups it takes. Who sees that a stay is over sees all that was done in it.
  [[nodiscard]] Home home() const noexcept { return home_.load(std::memory_order_acquire); }

  /// False if it does not take wake-ups for that home.
  bool push(Cell& cell, Home home, Look now) {
    const std::scoped_lock lock(lock_);
    if (home_.load(std::memory_order_relaxed) != home) {
      return false;
    }
    queue_.push({&cell, now});
    size_.store(queue_.size());
    return true;
  }

  /// For whoever goes to sleep: sequentially consistent with `push`.
  [[nodiscard]] bool empty() const noexcept { return size_.load() == 0; }

  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

  [[nodiscard]] bool has_old(Look now) {
    if (size() == 0) {
      return false;
    }
    const std::scoped_lock lock(lock_);
    return !queue_.empty() && is_old(queue_.oldest_since(), now);
  }

  using Batch = std::array<Cell*, kBatch>;
  /// Takes out the oldest few.
  std::span<Cell*> pop(Batch& batch) noexcept {
    if (size() == 0) {
      return {};
    }
    std::size_t count = 0;
    const std::scoped_lock lock(lock_);
    for (; count < kBatch && !queue_.empty(); ++count) {
      batch.at(count) = queue_.pop_oldest().cell;
    }
    size_.store(queue_.size());
    return std::span(batch).first(count);
  }

 private:
  SpinLock lock_;
  std::atomic<Home> home_{kNowhere};
  RunQueue queue_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace spinoff::engine
