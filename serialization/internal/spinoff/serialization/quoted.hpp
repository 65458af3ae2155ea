/// Foreign text, made safe to show in an error message or a log line.
#pragma once

#include <string>
#include <string_view>

namespace spinoff::serialization {

/// `text` between double quotes: control characters, quotes and backslashes escaped, so that it
/// stays on one line and cannot steer a terminal; cut after 120 bytes, with `...` behind the
/// quotes. UTF-8 is left as it is.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace spinoff::serialization
