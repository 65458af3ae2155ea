/// Bytes that came over the network, for those who keep a part of them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace spinoff::engine {

/// Counts who holds it; whoever makes it is the first.
class SharedBytes {
 public:
  SharedBytes() = default;
  SharedBytes(const SharedBytes&) = delete;
  SharedBytes& operator=(const SharedBytes&) = delete;

  /// How many there are.
  [[nodiscard]] virtual std::size_t size() const noexcept = 0;

  void retain() noexcept { holders_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete this;  // NOLINT(cppcoreguidelines-owning-memory)
    }
  }

 protected:
  virtual ~SharedBytes() = default;

 private:
  std::atomic<std::uint32_t> holders_{1};
};

/// One that holds some, or none.
class BytesHolder {
 public:
  BytesHolder() = default;
  /// The count is the caller's until then.
  explicit BytesHolder(SharedBytes* held) noexcept : held_(held) {}
  BytesHolder(BytesHolder&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  BytesHolder& operator=(BytesHolder&& other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~BytesHolder() {
    if (held_ != nullptr) {
      held_->release();
    }
  }

 private:
  SharedBytes* held_ = nullptr;
};

struct KeptBytes {
  std::string_view bytes;
  BytesHolder holder;
};

/// Keeps a part of `whole`: by holding that, or else, if it is much larger, a copy of the part; or
/// a few messages that wait would keep whole frames.
KeptBytes keep(std::string_view part, SharedBytes& whole);
/// A copy of the caller's bytes.
KeptBytes keep_copy(std::string_view bytes);

}  // namespace spinoff::engine
