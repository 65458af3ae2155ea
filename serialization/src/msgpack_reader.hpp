/// Reads msgpack one value after the other, where msgpack's own parsers would allocate for each
/// message. It looks at no byte behind the end, and a length that cannot be true costs nothing.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace spinoff::serialization {

/// A value, or the head of a container.
struct Token {
  enum class Type : std::uint8_t {
    nil,
    boolean,
    number,    ///< an integer of 0 or more
    negative,  ///< an integer below 0, as two's complement
    float32,
    float64,
    text,
    bytes,
    extension,  ///< `text` begins with its type's byte
    array,
    map,
  };

  Type type = Type::nil;
  /// An integer, a boolean, a container's number of elements, or a float's bits.
  std::uint64_t number = 0;
  std::string_view text;

  [[nodiscard]] bool is(Type t) const noexcept { return type == t; }
};

class MsgpackReader {
 public:
  explicit MsgpackReader(std::string_view bytes) noexcept
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  /// False if the bytes end too early, or with a byte that begins nothing; see `is_invalid`.
  bool next(Token& token) noexcept {
    if (at_ == end_) {
      return false;
    }
    const auto head = static_cast<std::uint8_t>(*at_++);
    if (head < 0x80) {
      return number(token, head);
    }
    if (head < 0x90) {
      return container(token, Token::Type::map, head & 0x0FU);
    }
    if (head < 0xA0) {
      return container(token, Token::Type::array, head & 0x0FU);
    }
    if (head < 0xC0) {
      return text(token, Token::Type::text, head & 0x1FU);
    }
    if (head >= 0xE0) {
      return negative(token, static_cast<std::int8_t>(head));
    }
    return rest(token, head);
  }

  [[nodiscard]] bool is_invalid() const noexcept { return is_invalid_; }
  [[nodiscard]] bool at_end() const noexcept { return at_ == end_; }
  [[nodiscard]] std::size_t bytes_left() const noexcept {
    return static_cast<std::size_t>(end_ - at_);
  }
  [[nodiscard]] std::string_view left() const noexcept { return {at_, bytes_left()}; }
  /// Of what is left.
  void skip(std::size_t bytes) noexcept { at_ += bytes; }

 private:
  static bool number(Token& token, std::uint64_t value) noexcept {
    token.type = Token::Type::number;
    token.number = value;
    return true;
  }
  static bool negative(Token& token, std::int64_t value) noexcept {
    token.type = value < 0 ? Token::Type::negative : Token::Type::number;
    token.number = static_cast<std::uint64_t>(value);
    return true;
  }
  static bool container(Token& token, Token::Type type, std::uint64_t count) noexcept {
    token.type = type;
    token.number = count;
    return true;
  }
  bool text(Token& token, Token::Type type, std::size_t size) noexcept {
    if (size > bytes_left()) {
      return false;
    }
    token.type = type;
    token.text = {at_, size};
    at_ += size;
    return true;
  }
  bool rest(Token& token, std::uint8_t head) noexcept;

  template <class T>
  bool read(T& value) noexcept {
    if (bytes_left() < sizeof(T)) {
      return false;
    }
    value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      value = static_cast<T>((std::uint64_t{value} << 8U) | static_cast<std::uint8_t>(at_[i]));
    }
    at_ += sizeof(T);
    return true;
  }
  // What begins with its length, or is one, of sizeof(T) bytes.
  template <class T>
  bool sized_number(Token& token) noexcept {
    T value = 0;
    return read(value) && number(token, value);
  }
  template <class T, class Signed>
  bool sized_negative(Token& token) noexcept {
    T value = 0;
    return read(value) && negative(token, static_cast<Signed>(value));
  }
  template <class T>
  bool sized_text(Token& token, Token::Type type) noexcept {
    T size = 0;
    return read(size) && text(token, type, size);
  }
  template <class T>
  bool sized_container(Token& token, Token::Type type) noexcept {
    T count = 0;
    return read(count) && container(token, type, count);
  }
  template <class T>
  bool sized_extension(Token& token) noexcept {
    T size = 0;
    return read(size) && text(token, Token::Type::extension, std::size_t{size} + 1);
  }
  template <class T>
  bool floating(Token& token, Token::Type type) noexcept {
    T bits = 0;
    token.type = type;
    if (!read(bits)) {
      return false;
    }
    token.number = bits;
    return true;
  }

  const char* at_;
  const char* end_;
  bool is_invalid_ = false;
};

inline bool MsgpackReader::rest(Token& token, std::uint8_t head) noexcept {
  switch (head) {
    case 0xC0:
      token.type = Token::Type::nil;
      return true;
    case 0xC2:
    case 0xC3:
      token.type = Token::Type::boolean;
      token.number = head & 1U;
      return true;
    case 0xC4:
      return sized_text<std::uint8_t>(token, Token::Type::bytes);
    case 0xC5:
      return sized_text<std::uint16_t>(token, Token::Type::bytes);
    case 0xC6:
      return sized_text<std::uint32_t>(token, Token::Type::bytes);
    case 0xC7:
      return sized_extension<std::uint8_t>(token);
    case 0xC8:
      return sized_extension<std::uint16_t>(token);
    case 0xC9:
      return sized_extension<std::uint32_t>(token);
    case 0xCA:
      return floating<std::uint32_t>(token, Token::Type::float32);
    case 0xCB:
      return floating<std::uint64_t>(token, Token::Type::float64);
    case 0xCC:
      return sized_number<std::uint8_t>(token);
    case 0xCD:
      return sized_number<std::uint16_t>(token);
    case 0xCE:
      return sized_number<std::uint32_t>(token);
    case 0xCF:
      return sized_number<std::uint64_t>(token);
    case 0xD0:
      return sized_negative<std::uint8_t, std::int8_t>(token);
    case 0xD1:
      return sized_negative<std::uint16_t, std::int16_t>(token);
    case 0xD2:
      return sized_negative<std::uint32_t, std::int32_t>(token);
    case 0xD3:
      return sized_negative<std::uint64_t, std::int64_t>(token);
    case 0xD4:
    case 0xD5:
    case 0xD6:
    case 0xD7:
    case 0xD8:
      return text(token, Token::Type::extension, (std::size_t{1} << (head - 0xD4U)) + 1);
    case 0xD9:
      return sized_text<std::uint8_t>(token, Token::Type::text);
    case 0xDA:
      return sized_text<std::uint16_t>(token, Token::Type::text);
    case 0xDB:
      return sized_text<std::uint32_t>(token, Token::Type::text);
    case 0xDC:
      return sized_container<std::uint16_t>(token, Token::Type::array);
    case 0xDD:
      return sized_container<std::uint32_t>(token, Token::Type::array);
    case 0xDE:
      return sized_container<std::uint16_t>(token, Token::Type::map);
    case 0xDF:
      return sized_container<std::uint32_t>(token, Token::Type::map);
    default:
      is_invalid_ = true;
      return false;
  }
}

}  // namespace spinoff::serialization
