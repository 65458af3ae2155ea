/// The text behind `--params`. What is read, written as TOML on one line, reads the same; each
/// conversion gives a value or InvalidParameter, and nothing else is ever thrown.
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include <spinoff/api/parse_parameters.hpp>

#include "fuzz.hpp"

namespace {

using namespace spinoff;
using fuzz::require;
using fuzz::written;

void check(const InvalidParameter& error) {
  const std::string_view what = error.what();
  require(what.starts_with("parameter"), "an error says what it is about");
  for (const char c : what) {
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "an error is a line of text");
  }
}

std::string written(const ParameterValue& value) {
  struct Writer {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const {
      std::string text = fmt::format("{}", number);
      const bool is_plain = text.find_first_not_of("-0123456789") == std::string::npos;
      return is_plain ? text + ".0" : text;
    }
    std::string operator()(const std::string& text) const { return written(text); }
    std::string operator()(const ParameterValue::Array& array) const {
      std::string text = "[";
      for (const ParameterValue& element : array) {
        text += written(element) + ",";
      }
      return text + "]";
    }
  };
  return std::visit(Writer(), value.value);
}

// As ==, but not a number is the same as itself.
bool is_same(const ParameterValue& a, const ParameterValue& b) {
  if (a.value.index() != b.value.index()) {
    return false;
  }
  if (const double* const x = std::get_if<double>(&a.value)) {
    const double y = std::get<double>(b.value);
    return std::isnan(*x) ? std::isnan(y) : *x == y;
  }
  if (const auto* const x = std::get_if<ParameterValue::Array>(&a.value)) {
    const auto& y = std::get<ParameterValue::Array>(b.value);
    bool same = x->size() == y.size();
    for (std::size_t i = 0; same && i < y.size(); ++i) {
      same = is_same((*x)[i], y[i]);
    }
    return same;
  }
  return a == b;
}

template <class T>
void convert(const std::string& name, const ParameterValue& value) {
  try {
    static_cast<void>(convert_parameter<T>(name, value));
  } catch (const InvalidParameter& error) {
    check(error);
    require(std::string_view(error.what()).find(name) != std::string_view::npos,
            "an error names the parameter");
  }
}

void check_reread(const Parameters& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    text += (text.empty() ? "" : ", ") + name + "=" + written(value);
  }
  Parameters same;
  try {
    same = api::parse_parameters(text);
  } catch (const InvalidParameter& error) {
    require(false, text + " cannot be read again: " + error.what());
  }
  require(same.size() == parameters.size(), "as many parameters: " + text);
  for (const auto& [name, value] : parameters) {
    const auto found = same.find(name);
    require(found != same.end() && is_same(found->second, value), "the same parameter: " + text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Parameters parameters;
  try {
    parameters = api::parse_parameters(fuzz::text_of(data, size));
  } catch (const InvalidParameter& error) {
    check(error);
    return 0;
  }
  check_reread(parameters);
  for (const auto& [name, value] : parameters) {
    require(!value.to_string().empty(), "a value can be shown");
    convert<bool>(name, value);
    convert<std::int8_t>(name, value);
    convert<std::uint64_t>(name, value);
    convert<float>(name, value);
    convert<double>(name, value);
    convert<std::string>(name, value);
    convert<std::chrono::nanoseconds>(name, value);
    convert<std::chrono::duration<int, std::ratio<60>>>(name, value);
    convert<std::chrono::duration<double>>(name, value);
    convert<std::vector<std::int16_t>>(name, value);
    convert<std::vector<std::vector<std::string>>>(name, value);
  }
  return 0;
}
