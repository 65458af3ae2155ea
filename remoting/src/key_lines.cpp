#include "key_lines.hpp"

#include <spinoff/keys.hpp>

namespace spinoff::remoting {
namespace {

constexpr std::string_view kSpace = " \t\r";

std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(kSpace));
  rest.remove_prefix(word.size());
  return word;
}

}  // namespace

std::vector<KeyLine> key_lines(const std::string& file, std::string_view text) {
  std::vector<KeyLine> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view rest = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(rest.size() + 1, text.size()));
    const std::string_view first = take_word(rest);
    if (first.empty() || first.starts_with('#')) {
      continue;
    }
    KeyLine line{file + ":" + std::to_string(number), first, take_word(rest)};
    if (line.second.empty() || !take_word(rest).empty()) {
      throw InvalidKey(line.place +
                       ": expected two words, a node and its public key (or, in the file of a "
                       "secret key, '" +
                       std::string(kSecretWord) + "' and the key)");
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace spinoff::remoting
