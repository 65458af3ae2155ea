/// `startnode mapper`, which knows the nodes of a host by their names.
#pragma once

#include <string>
#include <string_view>

namespace spinoff::api {

inline constexpr std::string_view kMapper = "mapper";

/// `argv[0]` is the command's own name. Runs until a signal comes; gives the exit status. Throws
/// UsageError, and what the mapper throws when it cannot start.
int run_mapper(const std::string& program, int argc, const char* const* argv);

}  // namespace spinoff::api
