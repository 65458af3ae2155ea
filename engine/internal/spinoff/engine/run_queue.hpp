/// Actors that wait for a turn, in the order in which they came, and since when. For one thread at
/// a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace spinoff::engine {

class Cell;

/// The executor's clock. It may wrap around.
using Look = std::uint32_t;
inline constexpr std::chrono::microseconds kLook{100};
inline Look look_now() noexcept {
  return static_cast<Look>(std::chrono::steady_clock::now().time_since_epoch() / kLook);
}
inline bool is_before(Look a, Look b) noexcept {
  return static_cast<std::int32_t>(a - b) < 0;
}
/// Whether who waits since then has waited for at least one whole look.
inline bool is_old(Look since, Look now) noexcept {
  return static_cast<std::int32_t>(now - since) >= 2;
}

class RunQueue {
 public:
  struct Entry {
    Cell* cell = nullptr;
    Look since = 0;
  };

  [[nodiscard]] bool empty() const noexcept { return newest_ == oldest_; }
  [[nodiscard]] std::size_t size() const noexcept { return newest_ - oldest_; }
  /// The next three must not be called on an empty queue.
  [[nodiscard]] Look oldest_since() const noexcept { return ring_[oldest_ & mask_].since; }
  Entry pop_oldest() noexcept { return ring_[oldest_++ & mask_]; }
  Entry pop_newest() noexcept { return ring_[--newest_ & mask_]; }

  void push(Entry entry) {
    if (size() == capacity_) [[unlikely]] {
      grow();
    }
    ring_[newest_++ & mask_] = entry;
  }

 private:
  static constexpr std::size_t kSmallest = 64;

  void grow() {
    const std::size_t larger = capacity_ == 0 ? kSmallest : 2 * capacity_;
    auto ring = std::make_unique_for_overwrite<Entry[]>(larger);
    const std::size_t count = size();
    for (std::size_t i = 0; i < count; ++i) {
      ring[i] = ring_[(oldest_ + i) & mask_];
    }
    ring_ = std::move(ring);
    capacity_ = larger;
    mask_ = larger - 1;
    oldest_ = 0;
    newest_ = count;
  }

  std::unique_ptr<Entry[]> ring_;  // a power of two, so that positions may wrap around
  std::size_t capacity_ = 0;
  std::size_t mask_ = 0;
  std::size_t oldest_ = 0;
  std::size_t newest_ = 0;  // one behind
};

}  // namespace spinoff::engine
