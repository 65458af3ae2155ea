/// The words of a line.
#pragma once

#include <sstream>
#include <string>
#include <vector>

namespace spinoff::bench {

inline std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream text(line);
  for (std::string word; text >> word;) {
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace spinoff::bench
