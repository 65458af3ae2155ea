/// Items and frames for tests of the wire.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <spinoff/serialization/wire.hpp>

namespace spinoff::serialization {

inline constexpr std::string_view kNode = "127.0.0.1:9700";

inline Item item(ItemKind kind, std::string_view to, std::string_view from = {},
                 std::string_view type = {}, std::string_view payload = {}) {
  Item result;
  result.kind = kind;
  result.to = to;
  result.from = from;
  result.type = type;
  result.payload = payload;
  return result;
}

inline std::string frame_of(const std::vector<std::string>& items, const FrameHeader& header = {}) {
  FrameBuilder builder(kNode, header);
  for (const std::string& one : items) {
    builder.add(one);
  }
  return std::move(builder).finish();
}

/// In memory of exactly that size, so that a sanitizer sees each byte that is read behind the end.
class Exact {
 public:
  explicit Exact(std::string_view bytes)
      : memory_(std::make_unique<char[]>(bytes.size())), size_(bytes.size()) {
    bytes.copy(memory_.get(), size_);
  }
  [[nodiscard]] std::string_view view() const { return {memory_.get(), size_}; }
  char& operator[](std::size_t i) { return memory_[i]; }

 private:
  std::unique_ptr<char[]> memory_;
  std::size_t size_;
};

}  // namespace spinoff::serialization
