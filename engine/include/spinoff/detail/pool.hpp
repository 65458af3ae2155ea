/// Memory for envelopes and other small things that one thread makes and another destroys.
///
/// Blocks come in size classes of 64 bytes, so two blocks never share a cache line. Each thread
/// keeps two magazines (Bonwick and Adams, "Magazines and Vmem", 2001, section 3) of free blocks a
/// class; a full or empty pair is exchanged with a central store, one lock for every
/// `kMagazineSize` blocks. So a consumer that only frees feeds a producer that only allocates, and
/// the usual way is a few instructions without an atomic. Memory that was used stays in the store:
/// it is bounded by the peak. Sanitizer builds pass every call to the heap instead, so that errors
/// are seen.
#pragma once

#include <cstddef>
#include <cstdint>

namespace spinoff::detail {

inline constexpr std::size_t kBlockUnit = 64;
inline constexpr std::size_t kBlockClasses = 8;  // up to 512 bytes; larger goes to the heap
inline constexpr std::uint32_t kMagazineSize = 64;

struct FreeBlock {
  FreeBlock* next;
};

struct Magazine {
  FreeBlock* head = nullptr;
  std::uint32_t count = 0;
};

struct MagazinePair {
  Magazine loaded;
  Magazine spare;  // either full or empty
};

inline constinit thread_local MagazinePair t_magazines[kBlockClasses] = {};

/// The slow ways, once in `kMagazineSize` calls.
void* allocate_from_store(std::size_t size_class);
void return_to_store(std::size_t size_class, FreeBlock* block) noexcept;
void* allocate_large(std::size_t size);
void deallocate_large(void* block, std::size_t size) noexcept;

/// Memory for `size` bytes, aligned to a cache line. Any thread. Throws std::bad_alloc.
inline void* allocate(std::size_t size) {
#ifndef SPINOFF_SANITIZED
  if (const std::size_t size_class = (size - 1) / kBlockUnit; size_class < kBlockClasses)
      [[likely]] {
    Magazine& loaded = t_magazines[size_class].loaded;
    if (loaded.head == nullptr) [[unlikely]] {
      return allocate_from_store(size_class);
    }
    FreeBlock* const block = loaded.head;
    loaded.head = block->next;
    --loaded.count;
    return block;
  }
#endif
  return allocate_large(size);
}

/// `size` is what was asked for. Any thread.
inline void deallocate(void* memory, std::size_t size) noexcept {
#ifndef SPINOFF_SANITIZED
  if (const std::size_t size_class = (size - 1) / kBlockUnit; size_class < kBlockClasses)
      [[likely]] {
    auto* const block = static_cast<FreeBlock*>(memory);
    Magazine& loaded = t_magazines[size_class].loaded;
    if (loaded.count - 1 >= kMagazineSize - 1) [[unlikely]] {  // full, or empty
      return_to_store(size_class, block);
      return;
    }
    block->next = loaded.head;
    loaded.head = block;
    ++loaded.count;
    return;
  }
#endif
  deallocate_large(memory, size);
}

}  // namespace spinoff::detail
