/// Actors that wait for a turn, in the order in which they came, and since when. For one thread at
/// a time, but for its size, which any thread may ask.
#pragma once

#include <atomic>
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
/// Who waits for so long is old: for at least one whole look.
inline constexpr Look kOld = 2;
/// Where messages are light: then it costs more to run actors that talk with each other on two
/// cores than to let them wait.
inline constexpr Look kOldIfLight = 50;
inline bool is_old(Look since, Look now) noexcept {
  return !is_before(now, since + kOld);
}

class RunQueue {
 public:
  struct Entry {
    Cell* cell = nullptr;
    Look since = 0;
    bool has_more = false;  // it had more messages than one turn may handle
  };

  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return get(newest_) - get(oldest_); }
  /// The `i`th, from the oldest on, of `size` ones.
  [[nodiscard]] const Entry& operator[](std::size_t i) const noexcept {
    return ring_[(get(oldest_) + i) & mask_];
  }
  /// The next three must not be called on an empty queue.
  [[nodiscard]] Look oldest_since() const noexcept { return (*this)[0].since; }
  Entry pop_oldest() noexcept {
    const std::size_t at = get(oldest_);
    set(oldest_, at + 1);
    return ring_[at & mask_];
  }
  Entry pop_newest() noexcept {
    const std::size_t at = get(newest_) - 1;
    set(newest_, at);
    return ring_[at & mask_];
  }

  void push(Entry entry) {
    if (size() == capacity_) [[unlikely]] {
      grow();
    }
    const std::size_t at = get(newest_);
    ring_[at & mask_] = entry;
    set(newest_, at + 1);
  }

 private:
  using Position = std::atomic<std::size_t>;
  static constexpr std::size_t kSmallest = 64;

  static std::size_t get(const Position& position) noexcept {
    return position.load(std::memory_order_relaxed);
  }
  static void set(Position& position, std::size_t to) noexcept {
    position.store(to, std::memory_order_relaxed);
  }

  [[gnu::noinline]] void grow() {
    const std::size_t larger = capacity_ == 0 ? kSmallest : 2 * capacity_;
    auto ring = std::make_unique_for_overwrite<Entry[]>(larger);
    const std::size_t count = size();
    for (std::size_t i = 0; i < count; ++i) {
      ring[i] = (*this)[i];
    }
    ring_ = std::move(ring);
    capacity_ = larger;
    mask_ = larger - 1;
    set(oldest_, 0);
    set(newest_, count);
  }

  std::unique_ptr<Entry[]> ring_;  // a power of two, so that positions may wrap around
  std::size_t capacity_ = 0;
  std::size_t mask_ = 0;
  Position oldest_{0};
  Position newest_{0};  // one behind
};

}  // namespace spinoff::engine
