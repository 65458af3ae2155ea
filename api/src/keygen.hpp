/// `startnode keygen`, which makes keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <spinoff/security.hpp>

#include "runner_options.hpp"

namespace spinoff::api {

inline constexpr std::string_view kKeygen = "keygen";

/// `argv[0]` is the command's own name. Gives the exit status. Throws UsageError, or InvalidKey.
int run_keygen(const std::string& program, int argc, const char* const* argv);

/// Reads the files that the runner was told. Throws UsageError, or InvalidKey.
std::optional<Security> security_of(const RunnerOptions& options);

}  // namespace spinoff::api
