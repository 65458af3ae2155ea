/// Places for objects that are never freed, only used again: see Target for why.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

namespace spinoff::engine {

/// T is default-constructible, has a member `T* next_free`, and stays constructed while it lies
/// here. Any thread may take and put. Each thread keeps a magazine of free places, so that the lock
/// is taken once in `kBatch` calls; the last one put is the first one taken, since it is in the
/// cache.
template <class T>
class ObjectStore {
 public:
  static T* take() {
    Local& local = t_local;
    if (local.head == nullptr) {
      local.arm();
      std::tie(local.head, local.count) = shared().take_batch();
    }
    T* const object = local.head;
    local.head = object->next_free;
    --local.count;
    return object;
  }

  static void put(T* object) noexcept {
    Local& local = t_local;
    if (local.head == nullptr) {
      local.arm();
    }
    object->next_free = local.head;
    local.head = object;
    if (++local.count == 2 * kBatch) {
      T* const rest = local.head;
      T* last = rest;
      for (std::size_t i = 1; i < kBatch; ++i) {
        last = last->next_free;
      }
      local.head = std::exchange(last->next_free, nullptr);
      local.count = kBatch;
      shared().put_batch(rest, kBatch);
    }
  }

 private:
  static constexpr std::size_t kBatch = 64;

  struct Shared {
    std::mutex mutex;
    std::vector<std::pair<T*, std::size_t>> batches;
    std::vector<std::unique_ptr<T[]>> chunks;

    std::pair<T*, std::size_t> take_batch() {
      const std::scoped_lock lock(mutex);
      if (!batches.empty()) {
        const auto batch = batches.back();
        batches.pop_back();
        return batch;
      }
      chunks.push_back(std::make_unique<T[]>(kBatch));
      T* const objects = chunks.back().get();
      for (std::size_t i = 0; i + 1 < kBatch; ++i) {
        objects[i].next_free = &objects[i + 1];
      }
      return {objects, kBatch};
    }
    void put_batch(T* head, std::size_t count) noexcept {
      const std::scoped_lock lock(mutex);
      batches.emplace_back(head, count);
    }
  };

  // Never destroyed: refs may outlive everything else.
  static Shared& shared() {
    static auto* const instance = new Shared;  // NOLINT(cppcoreguidelines-owning-memory)
    return *instance;
  }

  struct Local {
    T* head = nullptr;
    std::size_t count = 0;
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
      if (local->head != nullptr) {
        shared().put_batch(std::exchange(local->head, nullptr), std::exchange(local->count, 0));
      }
    }
  };

  static inline constinit thread_local Local t_local{};
};

}  // namespace spinoff::engine
