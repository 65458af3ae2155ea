/// Memory that this core is about to write, and another one had last.
#pragma once

namespace spinoff::engine {

/// Asks for the cache line of `address` for this core alone. `__builtin_prefetch(address, 1)` does
/// that only if the compiler may count on the instruction, and else gets the line to be read: then
/// the write has to ask again, and waits. Processors that do not know the instruction do nothing.
inline void fetch_to_write(const void* address) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(address)));
#else
  __builtin_prefetch(address, 1);
#endif
}

}  // namespace spinoff::engine
