/// A lock that costs its owner almost nothing.
///
/// One thread, the owner, locks often; others do so seldom, and pay for both. The owner says
/// `inside_`, then looks whether it is `wanted_`; another says `wanted_`, then looks whether the
/// owner is `inside_` (Dekker's way). Each must not look before what it said can be seen. The
/// owner does without a fence for that: the other side has the kernel run one on every core
/// that runs a thread of this process (membarrier), between its own two steps. So either the owner
/// had said `inside_` before that moment, and the other sees it, or it looks at `wanted_`
/// after it, and sees that. Where the kernel has no membarrier it is always `wanted_`, at least by
/// nobody: then the owner runs a fence itself and looks again.
///
/// Who finds the other there: the owner steps back and waits until it is not wanted any more; the
/// other keeps wanting, and waits until the owner is not inside. Others are kept apart by a lock of
/// their own.
///
/// What the owner did inside happens before what the other does (`inside_`, release and acquire),
/// and the other way round (`wanted_`). The owner may change: whoever becomes the owner must
/// come after what the owner before did.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include <spinoff/engine/spin_lock.hpp>

namespace spinoff::engine {

class OwnerLock {
 public:
  OwnerLock() noexcept : wanted_(nobody()) {}
  OwnerLock(const OwnerLock&) = delete;
  OwnerLock& operator=(const OwnerLock&) = delete;
  ~OwnerLock() = default;

  /// The owner's way in and out. It must not hold the lock while it runs code of others.
  class Own {
   public:
    explicit Own(OwnerLock& lock) noexcept : lock_(lock) { lock_.enter(); }
    Own(const Own&) = delete;
    Own& operator=(const Own&) = delete;
    ~Own() { lock_.inside_.store(false, std::memory_order_release); }

   private:
    OwnerLock& lock_;
  };

  /// Any other thread's. Costs microseconds, and interrupts all threads of the process.
  class Foreign {
   public:
    explicit Foreign(OwnerLock& lock) noexcept;
    Foreign(const Foreign&) = delete;
    Foreign& operator=(const Foreign&) = delete;
    ~Foreign() { lock_.wanted_.store(nobody(), std::memory_order_release); }

   private:
    std::scoped_lock<SpinLock> one_at_a_time_;
    OwnerLock& lock_;
  };

 private:
  enum class Wanted : std::uint8_t { no, by_nobody, yes };

  /// Whether the kernel runs the owner's fences. Found out once.
  static bool kernel_fences() noexcept;
  static Wanted nobody() noexcept { return kernel_fences() ? Wanted::no : Wanted::by_nobody; }

  void enter() noexcept {
    inside_.store(true, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (wanted_.load(std::memory_order_acquire) != Wanted::no) [[unlikely]] {
      enter_slowly();
    }
  }
  void enter_slowly() noexcept;

  std::atomic<bool> inside_{false};
  std::atomic<Wanted> wanted_;
  SpinLock foreign_;
};

}  // namespace spinoff::engine
