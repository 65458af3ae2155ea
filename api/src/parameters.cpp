#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>

#include <spinoff/parameters.hpp>
#include <spinoff/serialization/quoted.hpp>

namespace spinoff {
namespace {

constexpr std::size_t kMaxShownElements = 8;

template <class T>
std::string number_text(T number) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  return {buffer.data(), end};
}

std::string double_text(double number) {
  std::string text = number_text(number);
  // Shows that it is no integer, which may be what is wrong with it.
  if (std::isfinite(number) && text.find_first_of(".e") == std::string::npos) {
    text += ".0";
  }
  return text;
}

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::array kUnits{
    Unit{"h", 3'600'000'000'000}, Unit{"min", 60'000'000'000}, Unit{"s", 1'000'000'000},
    Unit{"ms", 1'000'000},        Unit{"us", 1'000},           Unit{"ns", 1}};

const Unit* find_unit(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) {
      return &unit;
    }
  }
  return nullptr;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view take_digits(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && is_digit(text[size])) {
    ++size;
  }
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

// In nanoseconds; nothing if it is malformed, too large, or finer than that.
std::optional<std::int64_t> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  text.remove_prefix(negative ? 1 : 0);
  const std::string_view whole = take_digits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
    if (fraction.empty()) {
      return std::nullopt;
    }
  }
  const Unit* const unit = find_unit(text);
  if (whole.empty() || unit == nullptr) {
    return std::nullopt;
  }
  std::int64_t result = 0;
  if (std::from_chars(whole.data(), whole.data() + whole.size(), result).ec != std::errc() ||
      __builtin_mul_overflow(result, unit->nanoseconds, &result)) {
    return std::nullopt;
  }
  // Digit by digit: a floating point number would make 0.3s one nanosecond less.
  std::int64_t place = unit->nanoseconds;
  for (const char digit : fraction) {
    const std::int64_t part = place * (digit - '0');
    if (part % 10 != 0 || __builtin_add_overflow(result, part / 10, &result)) {
      return std::nullopt;
    }
    place /= 10;
  }
  return negative ? -result : result;
}

std::string unit_text(std::int64_t nanoseconds) {
  for (const Unit& unit : kUnits) {
    if (nanoseconds % unit.nanoseconds == 0) {
      return std::to_string(nanoseconds / unit.nanoseconds) + std::string(unit.name);
    }
  }
  return "";
}

}  // namespace

std::string ParameterValue::to_string() const {
  struct Writer {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return number_text(number); }
    std::string operator()(double number) const { return double_text(number); }
    std::string operator()(const std::string& text) const { return serialization::quoted(text); }
    std::string operator()(const Array& array) const {
      std::string text = "[";
      for (std::size_t i = 0; i < array.size(); ++i) {
        text += i == 0 ? "" : ", ";
        if (i == kMaxShownElements) {
          text += "...";
          break;
        }
        text += array[i].to_string();
      }
      return text + "]";
    }
  };
  return std::visit(Writer(), value);
}

void refuse_parameter(std::string_view name, std::string_view expected,
                      const ParameterValue& given) {
  throw InvalidParameter("parameter '" + std::string(name) + "': expected " +
                         std::string(expected) + ", was given " + given.to_string());
}

void check_parameter_names(const Parameters& given, const std::vector<std::string_view>& known) {
  for (const auto& [name, value] : given) {
    bool found = false;
    std::string list;
    for (const std::string_view one : known) {
      found = found || one == name;
      list += (list.empty() ? "'" : ", '") + std::string(one) + "'";
    }
    if (!found) {
      throw InvalidParameter("parameter '" + name + "' is not known here; " +
                             (list.empty() ? "there are none" : "there is " + list));
    }
  }
}

namespace detail {

bool bool_parameter(std::string_view name, const ParameterValue& value) {
  const bool* const flag = std::get_if<bool>(&value.value);
  if (flag == nullptr) {
    refuse_parameter(name, ParameterConversion<bool>::describe(), value);
  }
  return *flag;
}

const std::string& string_parameter(std::string_view name, const ParameterValue& value) {
  const auto* const text = std::get_if<std::string>(&value.value);
  if (text == nullptr) {
    refuse_parameter(name, ParameterConversion<std::string>::describe(), value);
  }
  return *text;
}

const ParameterValue::Array& array_parameter(std::string_view name, const ParameterValue& value,
                                             std::string_view expected) {
  const auto* const array = std::get_if<ParameterValue::Array>(&value.value);
  if (array == nullptr) {
    refuse_parameter(name, expected, value);
  }
  return *array;
}

std::int64_t integer_parameter(std::string_view name, const ParameterValue& value,
                               const IntegerLimits& limits) {
  const auto* const number = std::get_if<std::int64_t>(&value.value);
  if (number == nullptr) {
    refuse_parameter(name, describe_integer(limits), value);
  }
  if (*number < limits.min || *number > limits.max) {
    refuse_parameter(name,
                     describe_integer(limits) + " (" + std::to_string(limits.min) + " to " +
                         std::to_string(limits.max) + ")",
                     value);
  }
  return *number;
}

std::string describe_integer(const IntegerLimits& limits) {
  return (limits.is_signed ? "a signed " : "an unsigned ") + std::to_string(limits.bits) +
         "-bit integer";
}

double floating_parameter(std::string_view name, const ParameterValue& value, double max) {
  if (const auto* const integer = std::get_if<std::int64_t>(&value.value)) {
    return static_cast<double>(*integer);
  }
  const auto* const number = std::get_if<double>(&value.value);
  if (number == nullptr) {
    refuse_parameter(name, "a number", value);
  }
  if (std::isfinite(*number) && std::abs(*number) > max) {
    refuse_parameter(name, "a number of at most " + double_text(max), value);
  }
  return *number;
}

std::int64_t duration_parameter(std::string_view name, const ParameterValue& value,
                                std::int64_t unit, std::int64_t min, std::int64_t max) {
  const auto* const text = std::get_if<std::string>(&value.value);
  const auto nanoseconds = text == nullptr ? std::nullopt : parse_duration(*text);
  if (!nanoseconds) {
    refuse_parameter(name, describe_duration(), value);
  }
  if (*nanoseconds % unit != 0) {
    refuse_parameter(name, "a duration in steps of " + unit_text(unit), value);
  }
  const std::int64_t count = *nanoseconds / unit;
  if (count < min || count > max) {
    refuse_parameter(name,
                     "a duration from " + std::to_string(min) + " to " + std::to_string(max) +
                         " times " + unit_text(unit),
                     value);
  }
  return count;
}

std::string describe_duration() {
  return "a duration such as '5s' or '250ms'";
}

std::string element_name(std::string_view array, std::size_t index) {
  return std::string(array) + "[" + std::to_string(index) + "]";
}

void refuse_missing_parameter(std::string_view name, std::string_view expected) {
  throw InvalidParameter("parameter '" + std::string(name) + "' is missing: expected " +
                         std::string(expected));
}

}  // namespace detail
}  // namespace spinoff
