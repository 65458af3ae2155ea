/// Brings the text by which GCC or Clang calls a type into the one spelling that
/// <spinoff/type_name.hpp> describes, while compiling.
///
/// Each message type goes through here in each source file, and compilers take their time to run
/// constexpr code. So it is one loop over plain characters, and no standard algorithm.
#pragma once

#include <cstddef>
#include <string_view>

namespace spinoff::detail {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

// The words of one arithmetic type, which compilers write in different orders and numbers:
// `long unsigned int`, `unsigned long`.
class ArithmeticWords {
 public:
  // Takes the word and returns true, if it is one.
  constexpr bool take(std::string_view word) {
    switch (word.front()) {
      case 'c':
        return take_if(word == "char", is_char_);
      case 'd':
        return take_if(word == "double", is_double_);
      case 'f':
        return take_if(word == "float", is_float_);
      case 'i':
        return take_if(word == "int", is_int_);
      case 'l':
        return take_if(word == "long", is_long_);
      case 's':
        return take_if(word == "short", is_short_) || take_if(word == "signed", is_signed_);
      case 'u':
        return take_if(word == "unsigned", is_unsigned_);
      default:
        return false;
    }
  }

  [[nodiscard]] constexpr bool any() const { return any_; }

  // `long` and `long long` are the same here, as on all systems that we run on.
  [[nodiscard]] constexpr std::string_view name() const {
    static_assert(sizeof(long) == sizeof(long long));
    if (is_float_) {
      return "float32";
    }
    if (is_double_) {
      return is_long_ ? "longdouble" : "float64";
    }
    if (is_char_) {
      return is_unsigned_ ? "uint8" : is_signed_ ? "int8" : "char";
    }
    if (is_short_) {
      return is_unsigned_ ? "uint16" : "int16";
    }
    if (is_long_) {
      return is_unsigned_ ? "uint64" : "int64";
    }
    return is_unsigned_ ? "uint32" : "int32";
  }

 private:
  constexpr bool take_if(bool same, bool& flag) {
    any_ |= same;
    flag |= same;
    return same;
  }

  bool any_ = false;
  bool is_unsigned_ = false;
  bool is_signed_ = false;
  bool is_char_ = false;
  bool is_short_ = false;
  bool is_int_ = false;
  bool is_long_ = false;
  bool is_float_ = false;
  bool is_double_ = false;
};

template <std::size_t Capacity>
class NameWriter {
 public:
  // Writes a compiler's text in our spelling.
  constexpr void write(std::string_view raw) {
    std::size_t i = 0;
    while (i < raw.size()) {
      const char c = raw[i];
      if (is_word_character(c)) {
        const std::size_t begin = i;
        while (i < raw.size() && is_word_character(raw[i])) {
          ++i;
        }
        const bool is_scope = i < raw.size() && raw[i] == ':';
        write_word(raw.substr(begin, i - begin), is_scope);
        if (is_scope && left_out_) {
          i += 2;
        }
        continue;
      }
      ++i;
      if (c == ' ') {
        continue;
      }
      end_number();
      if (c == ':') {
        ++i;
        put('.');
      } else if (c == '{' || (c == '(' && raw.substr(i, 9) == "anonymous")) {
        // {anonymous}, (anonymous namespace)
        put("anonymous");
        while (i < raw.size() && raw[i] != '}' && raw[i] != ')') {
          ++i;
        }
        ++i;
      } else {
        put(c);
        if (c == '>') {
          shorten_string();
        }
      }
    }
    end_number();
  }

  constexpr void put(std::string_view text) {
    for (const char c : text) {
      data_[size_++] = c;
    }
  }

  constexpr void put(char c) { data_[size_++] = c; }

  [[nodiscard]] constexpr std::string_view view() const { return {data_, size_}; }

 private:
  constexpr void write_word(std::string_view word, bool is_scope) {
    // Namespaces that only a standard library may have, and that users do not write.
    left_out_ = is_scope && word.size() > 1 && word[0] == '_' &&
                (word[1] == '_' || (word[1] >= 'A' && word[1] <= 'Z'));
    if (left_out_ || number_.take(word)) {
      return;
    }
    end_number();
    // Clang gives the type of some numbers (`3UL`), GCC does not.
    while (is_digit(word.front()) && !is_digit(word.back())) {
      word.remove_suffix(1);
    }
    put_word(word);
  }

  constexpr void end_number() {
    if (number_.any()) {
      put_word(number_.name());
      number_ = ArithmeticWords();
    }
  }

  constexpr void put_word(std::string_view word) {
    if (size_ > 0 && is_word_character(data_[size_ - 1])) {
      put(' ');
    }
    put(word);
  }

  constexpr void shorten_string() {
    for (const std::string_view text :
         {"std.basic_string<char>",
          "std.basic_string<char,std.char_traits<char>,std.allocator<char>>"}) {
      const std::size_t start = size_ - text.size();
      if (size_ >= text.size() && view().substr(start) == text &&
          (start == 0 || !(is_word_character(data_[start - 1]) || data_[start - 1] == '.'))) {
        size_ = start;
        put("string");
        return;
      }
    }
  }

  char data_[Capacity] = {};
  std::size_t size_ = 0;
  ArithmeticWords number_;
  bool left_out_ = false;
};

}  // namespace spinoff::detail
