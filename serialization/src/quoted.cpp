#include <spinoff/serialization/quoted.hpp>

namespace spinoff::serialization {
namespace {

constexpr std::size_t kMaxShown = 120;

// Moves a cut back to the start of the UTF-8 sequence that it would divide.
std::size_t cut_position(std::string_view text) {
  std::size_t end = kMaxShown;
  while (end > kMaxShown - 3 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return end;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '"':
    case '\\':
      out += '\\';
      out += c;
      return;
    default:
      if (byte >= 0x20 && byte != 0x7F) {
        out += c;
        return;
      }
      out += "\\x";
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 0x0FU];
  }
}

}  // namespace

std::string quoted(std::string_view text) {
  const bool cut = text.size() > kMaxShown;
  const std::string_view shown = cut ? text.substr(0, cut_position(text)) : text;
  std::string out = "\"";
  for (const char c : shown) {
    append_escaped(out, c);
  }
  out += cut ? "\"..." : "\"";
  return out;
}

}  // namespace spinoff::serialization
