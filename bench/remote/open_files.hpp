/// Of this process: how many files it has open and may have, and how many threads it has.
#pragma once

#include <cstddef>

namespace spinoff::bench {

/// Raises the limit as far as it goes without more rights, for this process and those that it
/// starts; gives what it is then.
std::size_t raise_file_limit();

[[nodiscard]] std::size_t open_files();
[[nodiscard]] std::size_t threads();

}  // namespace spinoff::bench
