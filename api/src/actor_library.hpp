/// Shared objects with actor classes.
#pragma once

#include <string>

namespace spinoff::api {

/// Loads a shared object for as long as the program runs; the actor classes that it registers are
/// known from then on. A name without a slash is looked for in the current folder, then where the
/// system looks for libraries. Throws UsageError.
void load_actor_library(const std::string& file);

}  // namespace spinoff::api
