/// Memory that batches and frames have used, for the next ones.
///
/// It is filled by one thread, freed by another, and just too large for what the allocator keeps at
/// hand: to give it back to the system and to get it anew costs more than what is written there.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace spinoff::remoting {

/// Any thread.
class BufferPool {
 public:
  /// Smaller ones are not worth the lock.
  static constexpr std::size_t kSmallest = std::size_t{4} << 10U;

  /// An empty string; with memory, if there is any.
  std::string take() {
    const std::lock_guard lock(mutex_);
    if (buffers_.empty()) {
      return {};
    }
    std::string buffer = std::move(buffers_.back());
    buffers_.pop_back();
    bytes_ -= buffer.capacity();
    return buffer;
  }

  void give(std::string&& used) {
    if (used.capacity() < kSmallest || used.capacity() > kLargest) {
      return;
    }
    std::string buffer = std::move(used);
    buffer.clear();
    const std::lock_guard lock(mutex_);
    if (const std::size_t bytes = bytes_ + buffer.capacity(); bytes <= kMostBytes) {
      bytes_ = bytes;
      buffers_.push_back(std::move(buffer));
    }
  }

 private:
  static constexpr std::size_t kLargest = std::size_t{256} << 10U;
  // Of all together: what a node may have on its way to ZeroMQ while it floods another.
  static constexpr std::size_t kMostBytes = std::size_t{32} << 20U;

  std::mutex mutex_;
  std::vector<std::string> buffers_;
  std::size_t bytes_ = 0;
};

}  // namespace spinoff::remoting
