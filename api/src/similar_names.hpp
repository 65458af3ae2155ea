/// Names that somebody who mistyped one may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spinoff::api {

/// At most three of `known`, the most similar first: those whose last part (behind the last dot)
/// differs from that of `name` in few characters. Empty if none does.
std::vector<std::string_view> similar_names(std::string_view name,
                                            const std::vector<std::string_view>& known);

/// The same for the end of an error message: ` (similar: a, b)`, or nothing.
std::string similar_names_in_words(std::string_view name,
                                   const std::vector<std::string_view>& known);

}  // namespace spinoff::api
