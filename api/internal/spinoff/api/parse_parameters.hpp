/// The text behind `--params`.
#pragma once

#include <string_view>

#include <spinoff/parameters.hpp>

namespace spinoff::api {

/// Reads `name=value, name=value`: TOML on one line, with bools, integers, floating point numbers,
/// texts in quotes, and arrays of these, as in
/// `other='127.0.0.1:9700/other', count=3, ratio=0.5, verbose=true, names=['a', 'b']`. A text of
/// nothing but spaces gives no parameters. Throws InvalidParameter, which names the parameter, what
/// was given, and what to write instead.
[[nodiscard]] Parameters parse_parameters(std::string_view text);

}  // namespace spinoff::api
