/// Memory for envelopes and other small things that one thread makes and another destroys.
///
/// Blocks come in size classes of 64 bytes, so two blocks never share a cache line. Each thread
/// keeps two magazines (Bonwick and Adams, "Magazines and Vmem", 2001, section 3) of free blocks a
/// class; a full or empty one is exchanged with a central store, one lock for every
/// `kMagazineSize` blocks. So a consumer that only frees feeds a producer that only allocates, and
/// the usual way is a few instructions without an atomic. Memory that was used stays in the store:
/// it is bounded by the peak. Sanitizer builds pass every call to the heap instead, so that errors
/// are seen.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace spinoff::detail {

inline constexpr std::size_t kBlockUnit = 64;
inline constexpr std::size_t kBlockClasses = 8;  // up to 512 bytes; larger goes to the heap
inline constexpr std::size_t kMagazineSize = 64;

struct Magazine;

/// What a thread has of one size class.
struct BlockCache {
  void** top = nullptr;  // one behind the block to be taken next, in the magazine that is loaded
  void** begin = nullptr;
  void** end = nullptr;
  Magazine* spare = nullptr;  // either full or empty; there as soon as a magazine is loaded
};

// Reached without a call also from a shared library.
[[gnu::tls_model(
    "initial-exec")]] inline constinit thread_local std::array<BlockCache, kBlockClasses>
    t_blocks{};

/// The slow ways, once in `kMagazineSize` calls.
void* allocate_from_store(std::size_t size_class);
void return_to_store(std::size_t size_class, void* block) noexcept;
void* allocate_large(std::size_t size);
void deallocate_large(void* block, std::size_t size) noexcept;

/// Memory for `size` bytes, aligned to a cache line. Any thread. Throws std::bad_alloc.
inline void* allocate(std::size_t size) {
#ifndef SPINOFF_SANITIZED
  if (const std::size_t size_class = (size - 1) / kBlockUnit; size_class < kBlockClasses)
      [[likely]] {
    BlockCache& cache = t_blocks[size_class];
    if (cache.top == cache.begin) [[unlikely]] {
      return allocate_from_store(size_class);
    }
    return *--cache.top;
  }
#endif
  return allocate_large(size);
}

/// `size` is what was asked for. Any thread.
inline void deallocate(void* memory, std::size_t size) noexcept {
#ifndef SPINOFF_SANITIZED
  if (const std::size_t size_class = (size - 1) / kBlockUnit; size_class < kBlockClasses)
      [[likely]] {
    BlockCache& cache = t_blocks[size_class];
    if (cache.top == cache.end) [[unlikely]] {
      return_to_store(size_class, memory);
      return;
    }
    *cache.top++ = memory;
    return;
  }
#endif
  deallocate_large(memory, size);
}

}  // namespace spinoff::detail
