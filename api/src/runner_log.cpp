#include "runner_log.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <spinoff/log.hpp>

namespace spinoff::api {

void log_with_time() {
  const auto logger = std::make_shared<spdlog::logger>(
      "spinoff", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%T.%e %v");
  set_log_sink([logger](LogLevel level, std::string_view source, std::string_view text) {
    // Not spdlog's names of the levels: these are as long as each other.
    constexpr std::array<std::string_view, 4> kLevels{"debug ", "info  ", "warn  ", "error "};
    std::string line(kLevels.at(static_cast<std::size_t>(level)));
    line += source;
    line += ": ";
    line += text;
    logger->log(spdlog::level::info, line);
  });
}

}  // namespace spinoff::api
