#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include <spinoff/detail/pool.hpp>

namespace spinoff::detail {

namespace {

constexpr std::align_val_t kAlignment{kBlockUnit};

// Full magazines that no thread has loaded, and the odd blocks that ended threads left.
class Store {
 public:
  // A full magazine, made of fresh memory if none is there.
  Magazine take(std::size_t size_class) {
    {
      const std::scoped_lock lock(mutex_);
      if (!full_.empty()) {
        const Magazine magazine = full_.back();
        full_.pop_back();
        return magazine;
      }
    }
    return carve((size_class + 1) * kBlockUnit);
  }

  void put(Magazine magazine) {
    if (magazine.count == 0) {
      return;
    }
    const std::scoped_lock lock(mutex_);
    full_.push_back(magazine);
  }

 private:
  Magazine carve(std::size_t block_size) {
    auto* const memory = static_cast<char*>(::operator new(block_size * kMagazineSize, kAlignment));
    {
      const std::scoped_lock lock(mutex_);
      chunks_.push_back(memory);
    }
    Magazine magazine;
    for (std::uint32_t i = kMagazineSize; i > 0; --i) {
      magazine.head = ::new (memory + (i - 1) * block_size) FreeBlock{magazine.head};
    }
    magazine.count = kMagazineSize;
    return magazine;
  }

  std::mutex mutex_;
  std::vector<Magazine> full_;
  std::vector<void*> chunks_;  // keeps all memory reachable: it is cached, not leaked
};

// Never destroyed: threads may still free blocks while the program ends.
Store& store(std::size_t size_class) {
  static auto* const stores = new Store[kBlockClasses];  // NOLINT(cppcoreguidelines-owning-memory)
  return stores[size_class];
}

// Gives a thread's magazines back when it ends.
struct ThreadExit {
  ThreadExit() = default;
  ThreadExit(const ThreadExit&) = delete;
  ThreadExit& operator=(const ThreadExit&) = delete;
  ~ThreadExit() {
    for (std::size_t i = 0; i < kBlockClasses; ++i) {
      store(i).put(std::exchange(t_magazines[i].loaded, {}));
      store(i).put(std::exchange(t_magazines[i].spare, {}));
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
  MagazinePair& pair = t_magazines[size_class];
  if (pair.spare.head != nullptr) {
    std::swap(pair.loaded, pair.spare);
  } else {
    pair.loaded = store(size_class).take(size_class);
  }
  FreeBlock* const block = pair.loaded.head;
  pair.loaded.head = block->next;
  --pair.loaded.count;
  return block;
}

void return_to_store(std::size_t size_class, FreeBlock* block) noexcept {
  arm_thread_exit();
  MagazinePair& pair = t_magazines[size_class];
  if (pair.loaded.count != 0) {
    if (pair.spare.count != 0) {
      store(size_class).put(pair.spare);
    }
    pair.spare = pair.loaded;
  }
  block->next = nullptr;
  pair.loaded = Magazine{block, 1};
}

void* allocate_large(std::size_t size) {
  return ::operator new(size, kAlignment);
}

void deallocate_large(void* block, std::size_t size) noexcept {
  ::operator delete(block, size, kAlignment);
}

}  // namespace spinoff::detail
