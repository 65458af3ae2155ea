/// Where the program was, should it not get beyond that.
#pragma once

#include <string_view>

namespace spinoff::sim {

/// From now on, if the program crashes, or is told to end (SIGTERM) because a scenario never does,
/// this is written to standard output first. What follows is as without. At most 255 bytes of it.
void set_last_words(std::string_view words) noexcept;

}  // namespace spinoff::sim
