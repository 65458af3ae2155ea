/// What all fuzzers have in common.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace spinoff::fuzz {

/// Stops the fuzzer, which then tells of the input, if a promise is broken.
inline void require(bool holds, const char* promise) {
  if (!holds) {
    std::fprintf(stderr, "a promise is broken: %s\n", promise);
    std::abort();
  }
}
inline void require(bool holds, const std::string& promise) {
  require(holds, promise.c_str());
}

/// Any bytes as a list of choices. When they are used up, all choices are 0.
class Input {
 public:
  explicit Input(std::string_view bytes) : left_(bytes) {}

  [[nodiscard]] bool empty() const noexcept { return left_.empty(); }
  std::uint8_t byte() noexcept {
    if (left_.empty()) {
      return 0;
    }
    const char first = left_.front();
    left_.remove_prefix(1);
    return static_cast<std::uint8_t>(first);
  }
  /// 1 to 256.
  unsigned below(unsigned n) noexcept { return byte() % n; }
  bool flag() noexcept { return below(2) == 1; }
  /// Small numbers, and those at the edges of what a msgpack number may be.
  std::uint64_t number() noexcept {
    const std::uint8_t choice = byte();
    if (choice < 0xF0) {
      return choice;
    }
    const unsigned shift = 4U * (choice - 0xF0U);
    return (std::uint64_t{1} << shift) - 1 + byte() % 3;
  }
  /// Behind a byte that says how long it is.
  std::string_view text() noexcept { return take(byte()); }
  std::string_view take(std::size_t size) noexcept {
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view rest() noexcept { return take(left_.size()); }

 private:
  std::string_view left_;
};

/// As a string of TOML.
inline std::string written(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    }
  }
  return out + '"';
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace spinoff::fuzz
