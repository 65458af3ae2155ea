/// Places for objects that are never freed, only used again: see Target for why.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <spinoff/engine/fetch_to_write.hpp>

namespace spinoff::engine {

/// T is default-constructible, and stays constructed while it lies here. Any thread may take and
/// put. Each thread keeps a magazine of free places, so that the lock is taken once in `kBatch`
/// calls; the last one put is the first one taken, since it is in the cache.
template <class T>
class ObjectStore {
 public:
  static T* take() {
    Local& local = t_local;
    if (local.count == 0) [[unlikely]] {
      local.arm();
      local.load(shared().take_batch());
    }
    return local.objects[--local.count];
  }

  static void put(T* object) noexcept {
    Local& local = t_local;
    if (local.count == 2 * kBatch) [[unlikely]] {
      // The older half: it is the colder one.
      shared().put_batch(local.unload());
    } else if (local.count == 0) [[unlikely]] {
      local.arm();
    }
    local.objects[local.count++] = object;
  }

 private:
  static constexpr std::size_t kBatch = 32;
  static constexpr std::size_t kLine = 64;

  struct Batch {
    std::array<T*, kBatch> objects;
    std::size_t count = 0;
  };

  struct Shared {
    std::mutex mutex;
    std::vector<Batch> batches;
    std::vector<std::unique_ptr<T[]>> chunks;

    Batch take_batch() {
      const std::scoped_lock lock(mutex);
      if (!batches.empty()) {
        const Batch batch = batches.back();
        batches.pop_back();
        return batch;
      }
      chunks.push_back(std::make_unique<T[]>(kBatch));
      Batch batch{.objects = {}, .count = kBatch};
      for (std::size_t i = 0; i < kBatch; ++i) {
        batch.objects[i] = &chunks.back()[kBatch - 1 - i];
      }
      return batch;
    }
    void put_batch(const Batch& batch) noexcept {
      const std::scoped_lock lock(mutex);
      batches.push_back(batch);
    }
  };

  // Never destroyed: refs may outlive everything else.
  static Shared& shared() {
    static auto* const instance = new Shared;  // NOLINT(cppcoreguidelines-owning-memory)
    return *instance;
  }

  struct Local {
    std::array<T*, 2 * kBatch> objects{};
    std::size_t count = 0;

    // Another core had these last: all are asked for at once, so that the thread need not wait for
    // one after the other.
    void load(const Batch& batch) noexcept {
      for (std::size_t i = 0; i < batch.count; ++i) {
        objects[i] = batch.objects[i];
        for (std::size_t at = 0; at < sizeof(T); at += kLine) {
          fetch_to_write(reinterpret_cast<const std::byte*>(objects[i]) + at);
        }
      }
      count = batch.count;
    }
    // The older half, or all if they are few.
    Batch unload() noexcept {
      Batch batch;
      batch.count = std::min(count, kBatch);
      std::copy_n(objects.begin(), batch.count, batch.objects.begin());
      std::copy(objects.begin() + batch.count, objects.begin() + count, objects.begin());
      count -= batch.count;
      return batch;
    }
    void arm() {
      static thread_local const AtExit at_exit{this};
      static_cast<void>(&at_exit);
    }
  };
  struct AtExit {
    Local* local;
    explicit AtExit(Local* owner) : local(owner) {}
    AtExit(const AtExit&) = delete;
    AtExit& operator=(const AtExit&) = delete;
    ~AtExit() {
      while (local->count != 0) {
        shared().put_batch(local->unload());
      }
    }
  };

  static inline constinit thread_local Local t_local{};
};

}  // namespace spinoff::engine
