#include "similar_names.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace spinoff::api {
namespace {

constexpr std::size_t kMostShown = 3;
// Longer names are not compared: the work grows with the product of the lengths.
constexpr std::size_t kLongest = 256;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Levenshtein's distance, without regard to upper and lower case: one row of the table at a time.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string_view last_part(std::string_view name) {
  return name.substr(name.rfind('.') + 1);  // npos + 1 is 0
}

// Two slips of the finger, or more in a long name, but not a name of which nothing is left.
bool is_close(std::size_t difference, std::string_view name) {
  return difference <= std::max<std::size_t>(2, name.size() / 4) && difference < name.size();
}

}  // namespace

std::vector<std::string_view> similar_names(std::string_view name,
                                            const std::vector<std::string_view>& known) {
  if (name.size() > kLongest) {
    return {};
  }
  std::vector<std::pair<std::size_t, std::string_view>> similar;
  for (const std::string_view one : known) {
    if (one.size() > kLongest) {
      continue;
    }
    if (is_close(distance(last_part(name), last_part(one)), last_part(name))) {
      similar.emplace_back(distance(name, one), one);
    }
  }
  std::stable_sort(similar.begin(), similar.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> result;
  for (std::size_t i = 0; i < std::min(similar.size(), kMostShown); ++i) {
    result.push_back(similar[i].second);
  }
  return result;
}

std::string similar_names_in_words(std::string_view name,
                                   const std::vector<std::string_view>& known) {
  std::string text;
  for (const std::string_view one : similar_names(name, known)) {
    text += text.empty() ? " (similar: " : ", ";
    text += one;
  }
  return text + (text.empty() ? "" : ")");
}

}  // namespace spinoff::api
