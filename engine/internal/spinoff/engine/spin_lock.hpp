/// A lock of one byte, for a few instructions at a time.
#pragma once

#include <atomic>

namespace spinoff::engine {

/// Fair to nobody; a waiter soon gives its core away.
class SpinLock {
 public:
  void lock() noexcept {
    if (locked_.test_and_set(std::memory_order_acquire)) [[unlikely]] {
      wait();
    }
  }
  void unlock() noexcept { locked_.clear(std::memory_order_release); }

 private:
  void wait() noexcept;

  std::atomic_flag locked_;
};

}  // namespace spinoff::engine
