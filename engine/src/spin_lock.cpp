#include <thread>

#include <spinoff/engine/spin_lock.hpp>

namespace spinoff::engine {

void SpinLock::wait() noexcept {
  do {
    for (int i = 0; locked_.test(std::memory_order_relaxed); ++i) {
      if (i > 64) {
        std::this_thread::yield();
      }
    }
  } while (locked_.test_and_set(std::memory_order_acquire));
}

}  // namespace spinoff::engine
