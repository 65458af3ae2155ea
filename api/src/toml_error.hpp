/// What the parser of TOML says is wrong.
#pragma once

#include <algorithm>
#include <string>

#include <toml++/toml.h>

namespace spinoff::api {

/// In one line: the parser quotes the user's text, which may have any characters in it.
inline std::string describe(const toml::parse_error& error) {
  std::string line(error.description());
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return line;
}

}  // namespace spinoff::api
