/// The lines of key files and lists of peers: two words each, apart from comments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spinoff::remoting {

/// In a secret key's file, what stands in front of the key. No node is called so.
inline constexpr std::string_view kSecretWord = "secret-key";

struct KeyLine {
  /// `file:line`, as compilers write it.
  std::string place;
  std::string_view first;
  std::string_view second;
};

/// The views are of `text`. Throws InvalidKey if a line has not two words; the error does not show
/// them, since one may be a secret.
[[nodiscard]] std::vector<KeyLine> key_lines(const std::string& file, std::string_view text);

}  // namespace spinoff::remoting
