/// Parameters that come as text, from a command line or from another node, and their conversion to
/// the C++ types that an actor's constructor takes.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace spinoff {

/// A parameter that cannot be read or does not fit. `what()` names the parameter, the type that it
/// has to have and what was given.
class InvalidParameter : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a parameter may be before it is converted.
struct ParameterValue {
  using Array = std::vector<ParameterValue>;

  /// As it is written in `--params`: `"text"`, `3`, `0.5`, `true`, `[1, 2]`; cut if it is long.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const ParameterValue& a, const ParameterValue& b) {
    return a.value == b.value;
  }

  std::variant<bool, std::int64_t, double, std::string, Array> value;
};

/// Parameters by their names, in alphabetical order.
using Parameters = std::map<std::string, ParameterValue, std::less<>>;

/// How a parameter becomes a T. Specialise it for a type of your own:
///
///     template <>
///     struct spinoff::ParameterConversion<Color> {
///       /// The type in words that follow "expected".
///       static std::string describe() { return "a color"; }
///       /// Throws InvalidParameter; `refuse_parameter` below makes one.
///       static Color convert(std::string_view name, const ParameterValue& value);
///     };
///
/// There are specialisations for `bool`, integers, `float`, `double`, `std::string`, durations
/// (written as texts, `'5s'`; see `duration_parameter`) and `std::vector` of all these.
template <class T>
struct ParameterConversion;

/// A type that a parameter can be converted to.
template <class T>
concept ParameterType = requires(std::string_view name, const ParameterValue& value) {
  { ParameterConversion<T>::describe() } -> std::convertible_to<std::string>;
  { ParameterConversion<T>::convert(name, value) } -> std::convertible_to<T>;
};

/// Throws InvalidParameter: `parameter 'name': expected <expected>, was given <given>`.
[[noreturn]] void refuse_parameter(std::string_view name, std::string_view expected,
                                   const ParameterValue& given);

/// `value` as a T. Throws InvalidParameter if it has another type, or is out of T's range.
template <class T>
[[nodiscard]] T convert_parameter(std::string_view name, const ParameterValue& value) {
  static_assert(ParameterType<T>,
                "a parameter of this type cannot be given as text; use a bool, a number, a "
                "std::string, a duration or a std::vector of these, or specialise "
                "spinoff::ParameterConversion");
  return ParameterConversion<T>::convert(name, value);
}

/// The parameter `name` as a T. Throws InvalidParameter if there is none, or as above.
template <class T>
[[nodiscard]] T required_parameter(const Parameters& parameters, std::string_view name);

/// Throws InvalidParameter if `given` has a name that is not in `known`.
void check_parameter_names(const Parameters& given, const std::vector<std::string_view>& known);

namespace detail {

/// Not `char` and its like, which could as well be texts.
template <class T>
concept IntegerParameter =
    std::same_as<T, signed char> || std::same_as<T, unsigned char> || std::same_as<T, short> ||
    std::same_as<T, unsigned short> || std::same_as<T, int> || std::same_as<T, unsigned> ||
    std::same_as<T, long> || std::same_as<T, unsigned long> || std::same_as<T, long long> ||
    std::same_as<T, unsigned long long>;

/// Any std::chrono::duration, without <chrono>, which takes longer to compile than all of this.
template <class T>
concept DurationParameter = requires(typename T::rep count) {
  T::period::num;
  T::period::den;
  T(count);
  T::zero();
};

// The largest value of T, or what a ParameterValue can hold if that is less.
template <class T>
inline constexpr std::int64_t kIntegerMax =
    static_cast<std::uint64_t>(std::numeric_limits<T>::max()) < std::uint64_t{INT64_MAX}
        ? static_cast<std::int64_t>(std::numeric_limits<T>::max())
        : INT64_MAX;
template <class T>
inline constexpr std::int64_t kIntegerMin =
    std::is_signed_v<T> ? static_cast<std::int64_t>(std::numeric_limits<T>::min()) : 0;

struct IntegerLimits {
  bool is_signed;
  int bits;
  std::int64_t min;
  std::int64_t max;
};
template <class T>
inline constexpr IntegerLimits kIntegerLimits{std::is_signed_v<T>, 8 * int{sizeof(T)},
                                              kIntegerMin<T>, kIntegerMax<T>};

bool bool_parameter(std::string_view name, const ParameterValue& value);
const std::string& string_parameter(std::string_view name, const ParameterValue& value);
const ParameterValue::Array& array_parameter(std::string_view name, const ParameterValue& value,
                                             std::string_view expected);
std::int64_t integer_parameter(std::string_view name, const ParameterValue& value,
                               const IntegerLimits& limits);
std::string describe_integer(const IntegerLimits& limits);
// Refuses a number whose size is over `max`, but not infinity.
double floating_parameter(std::string_view name, const ParameterValue& value, double max);
// In units of so many nanoseconds, without a rest, not less than `min` nor more than `max`.
std::int64_t duration_parameter(std::string_view name, const ParameterValue& value,
                                std::int64_t unit, std::int64_t min, std::int64_t max);
std::string describe_duration();
std::string element_name(std::string_view array, std::size_t index);
[[noreturn]] void refuse_missing_parameter(std::string_view name, std::string_view expected);

}  // namespace detail

/// `true` or `false`.
template <>
struct ParameterConversion<bool> {
  static std::string describe() { return "true or false"; }
  static bool convert(std::string_view name, const ParameterValue& value) {
    return detail::bool_parameter(name, value);
  }
};

/// A number without a fraction, in T's range; one of 64 bits without a sign is at most 2^63 - 1.
template <detail::IntegerParameter T>
struct ParameterConversion<T> {
  static std::string describe() { return detail::describe_integer(detail::kIntegerLimits<T>); }
  static T convert(std::string_view name, const ParameterValue& value) {
    return static_cast<T>(detail::integer_parameter(name, value, detail::kIntegerLimits<T>));
  }
};

/// A number with or without a fraction, `inf` or `nan`.
template <std::floating_point T>
struct ParameterConversion<T> {
  static std::string describe() { return "a number"; }
  static T convert(std::string_view name, const ParameterValue& value) {
    constexpr T kMax = std::numeric_limits<T>::max();
    constexpr double kDoubleMax = std::numeric_limits<double>::max();
    constexpr double kLimit = kMax < kDoubleMax ? static_cast<double>(kMax) : kDoubleMax;
    return static_cast<T>(detail::floating_parameter(name, value, kLimit));
  }
};

template <>
struct ParameterConversion<std::string> {
  static std::string describe() { return "a text"; }
  static std::string convert(std::string_view name, const ParameterValue& value) {
    return detail::string_parameter(name, value);
  }
};

/// A text of a number and a unit: `h`, `min`, `s`, `ms`, `us` or `ns`, as in `'1.5s'`, at most 292
/// years. One that T cannot hold exactly is refused, unless T counts in floating point numbers.
template <detail::DurationParameter T>
struct ParameterConversion<T> {
  static constexpr std::int64_t kSecond = 1'000'000'000;
  static_assert(kSecond % T::period::den == 0, "a duration of whole nanoseconds is needed here");
  static constexpr std::int64_t kUnit = T::period::num * (kSecond / T::period::den);

  static std::string describe() { return detail::describe_duration(); }
  static T convert(std::string_view name, const ParameterValue& value) {
    using Count = typename T::rep;
    if constexpr (std::is_floating_point_v<Count>) {
      const std::int64_t nanoseconds =
          detail::duration_parameter(name, value, 1, INT64_MIN, INT64_MAX);
      return T(static_cast<Count>(nanoseconds) / static_cast<Count>(kUnit));
    } else {
      return T(static_cast<Count>(detail::duration_parameter(
          name, value, kUnit, detail::kIntegerMin<Count>, detail::kIntegerMax<Count>)));
    }
  }
};

template <ParameterType T>
struct ParameterConversion<std::vector<T>> {
  static std::string describe() {
    return "an array, each element " + std::string(ParameterConversion<T>::describe());
  }
  static std::vector<T> convert(std::string_view name, const ParameterValue& value) {
    std::vector<T> result;
    for (const ParameterValue& element : detail::array_parameter(name, value, describe())) {
      result.push_back(convert_parameter<T>(detail::element_name(name, result.size()), element));
    }
    return result;
  }
};

template <class T>
T required_parameter(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) {
    detail::refuse_missing_parameter(name, ParameterConversion<T>::describe());
  }
  return convert_parameter<T>(name, found->second);
}

}  // namespace spinoff
