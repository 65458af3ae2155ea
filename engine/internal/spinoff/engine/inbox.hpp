/// Whom threads woke that are no workers, in the order in which they came.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <span>

#include <spinoff/engine/run_queue.hpp>
#include <spinoff/engine/spin_lock.hpp>
#include <spinoff/engine/worker.hpp>

namespace spinoff::engine {

class Inbox {
 public:
  /// Any thread.
  void push(Cell& cell) {
    const Look now = look_now();
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
    fetch_mail({batch.data(), count});
    for (std::size_t i = 0; i < count; ++i) {
      worker.push_last(*batch.at(i));
    }
  }

 private:
  static constexpr std::size_t kBatch = 32;
  static constexpr int kDeepest = 256;

  // Gets the actors' mail into this core's cache. It is in that of the core that sent it, and along
  // one mailbox each message is found by the one before: one wait after the other. Along
  // many mailboxes at once the waits overlap. Nobody takes anything out meanwhile: whoever has an
  // actor that waits for its turn will run it, and that is this worker.
  static void fetch_mail(std::span<Cell* const> actors) noexcept {
    std::array<const Envelope*, kBatch> at{};
    std::size_t left = 0;
    for (Cell* const actor : actors) {
      at.at(left++) = actor->mailbox().newest();
    }
    for (int depth = 0; left > 1 && depth < kDeepest; ++depth) {
      std::size_t more = 0;
      for (std::size_t i = 0; i < left; ++i) {
        if (at.at(i) != nullptr) {
          at.at(more++) = Mailbox::older(at.at(i));
        }
      }
      left = more;
    }
  }

  SpinLock lock_;
  RunQueue queue_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace spinoff::engine
