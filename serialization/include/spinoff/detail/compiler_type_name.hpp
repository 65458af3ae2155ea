/// A type's name from what the compiler calls it; <spinoff/type_name.hpp> says what it looks like.
///
/// Of a class template, only its own name comes from that text, and each argument is named by
/// itself. GCC leaves out arguments that have their default values, or gives them, by how the
/// program first happened to mention the type: `Box<std::vector<int>>` may be one or the other. So
/// which arguments are shown is decided here: those without which it would be another type.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

#include <spinoff/detail/type_name_writer.hpp>

namespace spinoff {
template <class T>
struct TypeName;
}  // namespace spinoff

namespace spinoff::detail {

template <class T>
constexpr std::string_view function_with_type() {
  return {__PRETTY_FUNCTION__, sizeof(__PRETTY_FUNCTION__) - 1};
}

// The part in which the function's text differs from that for `double`.
inline constexpr std::size_t kTextBeforeType = function_with_type<double>().find("double");
inline constexpr std::size_t kTextAroundType =
    function_with_type<double>().size() - std::string_view("double").size();

template <class T>
inline constexpr std::string_view kRawTypeName = function_with_type<T>().substr(
    kTextBeforeType, function_with_type<T>().size() - kTextAroundType);

template <class T>
constexpr std::string_view compiler_type_name();

template <class T>
constexpr std::string_view argument_name() {
  if constexpr (std::is_same_v<T, std::remove_cvref_t<T>>) {
    return TypeName<T>::kTypeName;
  } else {
    return compiler_type_name<T>();
  }
}

template <class... Types>
struct TypeList {};

// How many arguments of `Template` it takes to say T.
template <class T, template <class...> class Template, class... Given, class... Rest>
constexpr std::size_t needed_arguments(TypeList<Given...> /*given*/, TypeList<Rest...> /*rest*/) {
  if constexpr (requires { requires std::is_same_v<T, Template<Given...>>; }) {
    return sizeof...(Given);
  } else if constexpr (sizeof...(Rest) == 0) {
    return sizeof...(Given);
  } else {
    return []<class First, class... Others>(TypeList<First, Others...>) {
      return needed_arguments<T, Template>(TypeList<Given..., First>(), TypeList<Others...>());
    }(TypeList<Rest...>());
  }
}

// The template arguments of T that are types and are shown; `kAll` is false if others follow.
template <class T>
struct TypeArguments {
  static constexpr std::size_t kCount = 0;
  static constexpr bool kAll = false;
  static constexpr std::string_view kNames[1] = {""};
};
template <template <class...> class Template, class... Types>
struct TypeArguments<Template<Types...>> {
  static constexpr std::size_t kCount =
      needed_arguments<Template<Types...>, Template>(TypeList<>(), TypeList<Types...>());
  static constexpr bool kAll = true;
  static constexpr std::string_view kNames[sizeof...(Types) + 1] = {argument_name<Types>()..., ""};
};
template <template <class, std::size_t> class Template, class T, std::size_t Size>
struct TypeArguments<Template<T, Size>> {
  static constexpr std::size_t kCount = 1;
  static constexpr bool kAll = false;
  static constexpr std::string_view kNames[1] = {argument_name<T>()};
};

// Where the arguments of the template begin whose closing bracket ends `text`; not those of a class
// around it, as in `Box<int>::Label<long>`.
constexpr std::size_t arguments_begin(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = text.size(); i > 0; --i) {
    const char c = text[i - 1];
    if (c == '>' || c == ')') {
      ++depth;
    } else if ((c == '<' || c == '(') && --depth == 0) {
      return i;
    }
  }
  return text.size();
}

// A number's name may be longer than the number's words (`int`, `int32`), but never twice as long.
template <class T>
constexpr std::size_t name_capacity() {
  std::size_t size = 2 * kRawTypeName<T>.size();
  for (const std::string_view name : TypeArguments<T>::kNames) {
    size += name.size() + 1;
  }
  return size;
}

template <class T>
constexpr auto written_type_name() {
  using Arguments = TypeArguments<T>;
  constexpr std::string_view kRaw = kRawTypeName<T>;
  NameWriter<name_capacity<T>()> writer;
  if constexpr (Arguments::kCount == 0 && !Arguments::kAll) {
    writer.write(kRaw);
  } else {
    writer.write(kRaw.substr(0, arguments_begin(kRaw)));
    for (std::size_t i = 0; i < Arguments::kCount; ++i) {
      if (i > 0) {
        writer.put(',');
      }
      writer.put(Arguments::kNames[i]);
    }
    // A number is the last argument; the closing bracket follows in either case.
    writer.write(kRaw.substr(Arguments::kAll ? kRaw.size() - 1 : kRaw.rfind(',')));
  }
  return writer;
}

template <class T>
inline constexpr auto kWrittenTypeName = written_type_name<T>();

template <class T>
constexpr std::string_view compiler_type_name() {
  return kWrittenTypeName<T>.view();
}

}  // namespace spinoff::detail
