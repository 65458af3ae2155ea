/// The payloads of short messages that follow each other in a frame and are alike otherwise, as
/// they stand there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spinoff::serialization {

class PayloadRun {
 public:
  /// What a message has in front of its payload, if its names are numbers below 128 and the payload
  /// has less than 256 bytes: the last of them is its size.
  static constexpr std::size_t kHead = 7;

  PayloadRun() = default;
  /// The bytes are so many messages of that form.
  PayloadRun(std::string_view bytes, std::uint32_t count) noexcept : bytes_(bytes), count_(count) {}

  [[nodiscard]] bool is_empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

  // The next two must not be called on an empty run.

  /// The oldest payload.
  [[nodiscard]] std::string_view first() const noexcept {
    return {bytes_.data() + kHead, first_size()};
  }
  /// Leaves the others.
  void drop_first() noexcept {
    bytes_.remove_prefix(kHead + first_size());
    --count_;
  }

  /// Calls `use(payload)` for each of them.
  template <class Use>
  void each(Use use) const {
    for (PayloadRun left = *this; !left.is_empty(); left.drop_first()) {
      use(left.first());
    }
  }

 private:
  [[nodiscard]] std::size_t first_size() const noexcept {
    return static_cast<std::uint8_t>(bytes_[kHead - 1]);
  }

  std::string_view bytes_;
  std::uint32_t count_ = 0;
};

}  // namespace spinoff::serialization
