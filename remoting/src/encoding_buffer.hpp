/// Where a thread encodes its messages, one after the other, in the same memory.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include <spinoff/serialization/frame_bytes.hpp>

namespace spinoff::remoting {

/// The thread's buffer, with nothing in it behind some room. The user's code may send while it
/// encodes; then that has a buffer of its own.
class EncodingBuffer {
 public:
  explicit EncodingBuffer(std::size_t room) : is_outermost_(!t_in_use) {
    if (is_outermost_) {
      of_thread().clear(room);
      t_in_use = true;
    } else {
      own_.emplace().clear(room);
    }
  }
  EncodingBuffer(const EncodingBuffer&) = delete;
  EncodingBuffer& operator=(const EncodingBuffer&) = delete;
  ~EncodingBuffer() {
    if (!is_outermost_) {
      return;
    }
    if (of_thread().capacity() > kLargest) [[unlikely]] {
      static_cast<void>(std::move(of_thread()).release());
    }
    t_in_use = false;
  }

  serialization::FrameBytes& operator*() noexcept { return own_ ? *own_ : of_thread(); }

 private:
  // One that has become larger is not kept.
  static constexpr std::size_t kLargest = std::size_t{1} << 20U;

  static serialization::FrameBytes& of_thread() noexcept {
    static thread_local serialization::FrameBytes bytes;
    return bytes;
  }

  static inline constinit thread_local bool t_in_use = false;
  const bool is_outermost_;
  std::optional<serialization::FrameBytes> own_;
};

}  // namespace spinoff::remoting
