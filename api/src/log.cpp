#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>

#include <spinoff/log.hpp>

namespace spinoff {

namespace {

std::atomic<LogLevel> g_level{LogLevel::info};

struct Sink {
  std::mutex mutex;
  std::shared_ptr<const LogSink> sink;
};
Sink& sink() {
  static auto* const instance = new Sink;  // NOLINT(cppcoreguidelines-owning-memory)
  return *instance;
}

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    default:
      return "error";
  }
}

}  // namespace

void set_log_level(LogLevel level) noexcept {
  g_level.store(level, std::memory_order_relaxed);
}
LogLevel log_level() noexcept {
  return g_level.load(std::memory_order_relaxed);
}

void set_log_sink(LogSink function) {
  auto made = function ? std::make_shared<const LogSink>(std::move(function)) : nullptr;
  const std::scoped_lock lock(sink().mutex);
  sink().sink = std::move(made);
}

namespace detail {

void write_log(LogLevel level, std::string_view source, fmt::string_view format,
               fmt::format_args args) {
  const std::string text = fmt::vformat(format, args);
  std::shared_ptr<const LogSink> to;
  {
    const std::scoped_lock lock(sink().mutex);
    to = sink().sink;
  }
  if (to != nullptr) {
    (*to)(level, source, text);
    return;
  }
  // One write, so that lines of several threads and processes stay whole.
  const std::string line = fmt::format("[{}] {}: {}\n", name_of(level), source, text);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void write_log(LogLevel level, const Ref& source, fmt::string_view format, fmt::format_args args) {
  write_log(level, source.uri().to_string(), format, args);
}

}  // namespace detail
}  // namespace spinoff
