/// How the runner writes log lines.
#pragma once

namespace spinoff::api {

/// From now on log lines go to standard error as `12:03:04.123 info  /$Echo-1: text`.
void log_with_time();

}  // namespace spinoff::api
