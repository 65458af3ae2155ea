#include <atomic>
#include <cstdint>

#include <spinoff/engine/home.hpp>

namespace spinoff::engine {

Home Home::of_new_executor() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return homeless(last.fetch_add(1, std::memory_order_relaxed) + 1);
}

}  // namespace spinoff::engine
