/// Lines for people: formatted with fmt, written with the actor's path.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include <fmt/core.h>

#include <spinoff/format.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/typed_ref.hpp>

namespace spinoff {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };

/// What is below this level is not even formatted. `info` at first. Any thread.
void set_log_level(LogLevel level) noexcept;
LogLevel log_level() noexcept;

/// Where lines go: to standard error at first. The sink may be called by several threads at once.
/// An empty function restores the first one. Set it before nodes start.
using LogSink = std::function<void(LogLevel level, std::string_view source, std::string_view text)>;
void set_log_sink(LogSink sink);

namespace detail {
/// `source` is computed only if the line is written.
void write_log(LogLevel level, const Ref& source, fmt::string_view format, fmt::format_args args);
void write_log(LogLevel level, std::string_view source, fmt::string_view format,
               fmt::format_args args);
}  // namespace detail

}  // namespace spinoff

/// Refs print as `<127.0.0.1:9700/app/worker>`.
template <>
struct fmt::formatter<spinoff::Ref> : spinoff::detail::ToStringFormatter<spinoff::Ref> {};
template <class A>
struct fmt::formatter<spinoff::TypedRef<A>> : fmt::formatter<spinoff::Ref> {};
