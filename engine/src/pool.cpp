#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include <spinoff/detail/pool.hpp>
#include <spinoff/engine/fetch_to_write.hpp>

namespace spinoff::detail {

struct Magazine {
  std::array<void*, kMagazineSize> blocks;
  std::size_t count = 0;  // good while no thread has it loaded
};

namespace {

constexpr std::align_val_t kAlignment{kBlockUnit};

// Magazines that no thread has, apart by whether there is anything in them. They and their blocks
// are never given back to the system: they are cached.
class Store {
 public:
  explicit Store(std::size_t block_size) noexcept : block_size_(block_size) {}

  // One that is not empty, with fresh memory if none is there.
  Magazine* take_filled() {
    std::unique_ptr<Magazine> magazine;
    {
      const std::scoped_lock lock(mutex_);
      if (!filled_.empty()) {
        magazine = std::move(filled_.back());
        filled_.pop_back();
      }
    }
    if (magazine == nullptr) {
      magazine.reset(take_empty());
      fill(*magazine);
    } else {
      // Another core had these blocks last, and may have them in its cache: so all are on their
      // way at once, and the thread need not wait for one after the other.
      for (std::size_t i = 0; i < magazine->count; ++i) {
        engine::fetch_to_write(magazine->blocks[i]);
      }
    }
    return magazine.release();
  }

  Magazine* take_empty() {
    {
      const std::scoped_lock lock(mutex_);
      if (!empty_.empty()) {
        std::unique_ptr<Magazine> magazine = std::move(empty_.back());
        empty_.pop_back();
        return magazine.release();
      }
    }
    return std::make_unique<Magazine>().release();
  }

  void put(Magazine* magazine) {
    if (magazine == nullptr) {
      return;
    }
    const std::scoped_lock lock(mutex_);
    (magazine->count == 0 ? empty_ : filled_).emplace_back(magazine);
  }

 private:
  void fill(Magazine& magazine) {
    auto* const memory =
        static_cast<char*>(::operator new(block_size_ * kMagazineSize, kAlignment));
    {
      const std::scoped_lock lock(mutex_);
      chunks_.push_back(memory);
    }
    for (std::size_t i = 0; i < kMagazineSize; ++i) {  // the lowest address is taken first
      magazine.blocks[i] = memory + (kMagazineSize - 1 - i) * block_size_;
    }
    magazine.count = kMagazineSize;
  }

  const std::size_t block_size_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Magazine>> filled_;
  std::vector<std::unique_ptr<Magazine>> empty_;
  std::vector<void*> chunks_;  // keeps all memory reachable
};

// Never destroyed: threads may still free blocks while the program ends.
Store& store(std::size_t size_class) {
  static auto* const stores = [] {
    auto* const all =
        new std::vector<std::unique_ptr<Store>>();  // NOLINT(cppcoreguidelines-owning-memory)
    for (std::size_t i = 0; i < kBlockClasses; ++i) {
      all->push_back(std::make_unique<Store>((i + 1) * kBlockUnit));
    }
    return all;
  }();
  return *(*stores)[size_class];
}

Magazine* loaded(const BlockCache& cache) noexcept {
  // Its blocks are its first member.
  return reinterpret_cast<Magazine*>(cache.begin);
}

Magazine* unload(BlockCache& cache) noexcept {
  Magazine* const magazine = loaded(cache);
  if (magazine != nullptr) {
    magazine->count = static_cast<std::size_t>(cache.top - cache.begin);
  }
  return magazine;
}

void load(BlockCache& cache, Magazine& magazine) noexcept {
  cache.begin = magazine.blocks.data();
  cache.top = cache.begin + magazine.count;
  cache.end = cache.begin + kMagazineSize;
}

// Gives a thread's magazines back when it ends.
struct ThreadExit {
  ThreadExit() = default;
  ThreadExit(const ThreadExit&) = delete;
  ThreadExit& operator=(const ThreadExit&) = delete;
  ~ThreadExit() {
    for (std::size_t i = 0; i < kBlockClasses; ++i) {
      store(i).put(unload(t_blocks[i]));
      store(i).put(t_blocks[i].spare);
      t_blocks[i] = {};
    }
  }
  void arm() const noexcept {}
};

void arm_thread_exit() {
  static thread_local const ThreadExit at_exit;
  at_exit.arm();
}

}  // namespace

void* allocate_from_store(std::size_t size_class) {
  arm_thread_exit();
  BlockCache& cache = t_blocks[size_class];
  Magazine* const empty = unload(cache);
  if (cache.spare != nullptr && cache.spare->count != 0) {
    load(cache, *std::exchange(cache.spare, empty));
  } else {
    load(cache, *store(size_class).take_filled());
    if (cache.spare == nullptr) {
      cache.spare = empty;
    } else {
      store(size_class).put(empty);
    }
  }
  return *--cache.top;
}

void return_to_store(std::size_t size_class, void* block) noexcept {
  arm_thread_exit();
  BlockCache& cache = t_blocks[size_class];
  Magazine* const full = unload(cache);
  if (cache.spare != nullptr && cache.spare->count == 0) {
    load(cache, *std::exchange(cache.spare, full));
  } else {
    load(cache, *store(size_class).take_empty());
    if (cache.spare == nullptr) {
      cache.spare = full;
    } else {
      store(size_class).put(full);
    }
  }
  *cache.top++ = block;
}

void* allocate_large(std::size_t size) {
  return ::operator new(size, kAlignment);
}

void deallocate_large(void* block, std::size_t size) noexcept {
  ::operator delete(block, size, kAlignment);
}

}  // namespace spinoff::detail
