/// Encoded items with room in front of them, so that they become a frame where they are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace spinoff::serialization {

/// Of one thread at a time.
class FrameBytes {
 public:
  FrameBytes() = default;
  /// Without room.
  FrameBytes(std::string bytes) noexcept  // NOLINT(google-explicit-constructor)
      : memory_(std::move(bytes)) {}
  /// None yet, with so much room in front, in the buffer's memory.
  FrameBytes(std::string buffer, std::size_t room) : memory_(std::move(buffer)), begin_(room) {
    memory_.resize(room);
  }
  FrameBytes(const FrameBytes&) = default;
  FrameBytes(FrameBytes&& other) noexcept
      : memory_(std::exchange(other.memory_, {})), begin_(std::exchange(other.begin_, 0)) {}
  FrameBytes& operator=(const FrameBytes&) = default;
  FrameBytes& operator=(FrameBytes&& other) noexcept {
    memory_ = std::exchange(other.memory_, {});
    begin_ = std::exchange(other.begin_, 0);
    return *this;
  }
  ~FrameBytes() = default;

  [[nodiscard]] std::string_view view() const noexcept {
    return std::string_view(memory_).substr(begin_);
  }
  // NOLINTNEXTLINE(google-explicit-constructor)
  operator std::string_view() const noexcept { return view(); }
  [[nodiscard]] std::size_t size() const noexcept { return memory_.size() - begin_; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// How many bytes can be put in front.
  [[nodiscard]] std::size_t room() const noexcept { return begin_; }

  /// Whatever is appended to this comes behind the bytes.
  [[nodiscard]] std::string& end() noexcept { return memory_; }
  /// There is room for it.
  void put_in_front(std::string_view head) noexcept {
    begin_ -= head.size();
    std::ranges::copy(head, memory_.begin() + static_cast<std::ptrdiff_t>(begin_));
  }
  /// The reverse: so many bytes are room again.
  void drop_front(std::size_t bytes) noexcept { begin_ += bytes; }

  /// None again, with so much room in front.
  void clear(std::size_t room) {
    memory_.resize(room);
    begin_ = room;
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return memory_.capacity(); }

  /// The memory, for something else.
  [[nodiscard]] std::string release() && noexcept {
    begin_ = 0;
    return std::exchange(memory_, {});
  }

 private:
  std::string memory_;
  std::size_t begin_ = 0;
};

}  // namespace spinoff::serialization
