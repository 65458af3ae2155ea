#include <cstdlib>
#include <thread>

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <spinoff/engine/owner_lock.hpp>

namespace spinoff::engine {

namespace {

long membarrier(int command) noexcept {
  return syscall(SYS_membarrier, command, 0, 0);
}

bool register_for_fences() noexcept {
  const long known = membarrier(MEMBARRIER_CMD_QUERY);
  return known > 0 && (known & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0 &&
         membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
}

}  // namespace

bool OwnerLock::kernel_fences() noexcept {
  static const bool there = register_for_fences();
  return there;
}

OwnerLock::Foreign::Foreign(OwnerLock& lock) noexcept : one_at_a_time_(lock.foreign_), lock_(lock) {
  lock_.wanted_.store(Wanted::yes, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (kernel_fences() && membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0) {
    std::abort();  // owners count on it, and do without fences of their own
  }
  while (lock_.inside_.load(std::memory_order_acquire)) {
    std::this_thread::yield();
  }
}

void OwnerLock::enter_slowly() noexcept {
  for (;;) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (wanted_.load(std::memory_order_acquire) != Wanted::yes) {
      return;
    }
    inside_.store(false, std::memory_order_release);
    while (wanted_.load(std::memory_order_acquire) == Wanted::yes) {
      std::this_thread::yield();
    }
    inside_.store(true, std::memory_order_relaxed);
  }
}

}  // namespace spinoff::engine
