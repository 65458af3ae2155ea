/// Whom threads woke that are no workers, in the order in which they came.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>

#include <spinoff/engine/fetch_mail.hpp>
#include <spinoff/engine/run_queue.hpp>
#include <spinoff/engine/spin_lock.hpp>
#include <spinoff/engine/worker.hpp>

namespace spinoff::engine {

class Inbox {
 public:
  /// Any thread.
  void push(Cell& cell, Look now) {
    const std::scoped_lock lock(lock_);
    queue_.push({&cell, now});
    size_.store(queue_.size());
  }

  /// For whoever goes to sleep: sequentially consistent with `push`.
  [[nodiscard]] bool empty() const noexcept { return size_.load() == 0; }

  [[nodiscard]] std::size_t size() const noexcept { return size_.load(); }

  [[nodiscard]] bool has_old(Look now) {
    if (size_.load(std::memory_order_relaxed) == 0) {
      return false;
    }
    const std::scoped_lock lock(lock_);
    return !queue_.empty() && is_old(queue_.oldest_since(), now);
  }

  /// Gives the oldest few to the worker, whose thread calls this.
  void give_to(Worker& worker) noexcept {
    if (size_.load(std::memory_order_relaxed) == 0) {
      return;
    }
    std::array<Cell*, kBatch> batch{};
    std::size_t count = 0;
    {
      const std::scoped_lock lock(lock_);
      for (; count < kBatch && !queue_.empty(); ++count) {
        batch.at(count) = queue_.pop_oldest().cell;
      }
      size_.store(queue_.size());
    }
    fetch_mail(count, [&](std::size_t i) -> Cell& { return *batch.at(i); }, kDeepest);
    for (std::size_t i = 0; i < count; ++i) {
      worker.push_last(*batch.at(i));
    }
  }

 private:
  static constexpr std::size_t kBatch = kMostFetched;
  static constexpr unsigned kDeepest = 256;

  SpinLock lock_;
  RunQueue queue_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace spinoff::engine
