/// Lets fmt and spdlog print node ids and URIs: `fmt::format("{}", uri)`. Apart from uri.hpp, so
/// that only those who print so pay for fmt.
#pragma once

#include <string>

#include <fmt/core.h>

#include <spinoff/uri.hpp>

namespace spinoff::detail {

/// Prints what `to_string()` gives; takes no format specification but `{}`.
template <class T>
struct ToStringFormatter {
  constexpr auto parse(fmt::format_parse_context& context) const { return context.begin(); }

  template <class Context>
  auto format(const T& value, Context& context) const {
    // Not fmt::format_to: its symbol in a libfmt that GCC 12 built has another name for Clang 18
    // up.
    auto out = context.out();
    for (const char c : value.to_string()) {
      *out++ = c;
    }
    return out;
  }
};

}  // namespace spinoff::detail

template <>
struct fmt::formatter<spinoff::NodeId> : spinoff::detail::ToStringFormatter<spinoff::NodeId> {};
template <>
struct fmt::formatter<spinoff::Uri> : spinoff::detail::ToStringFormatter<spinoff::Uri> {};
