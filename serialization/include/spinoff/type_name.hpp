/// The name of a C++ type at compile time, as it stands on the wire, in logs and on command lines:
/// `spinoff::examples::example2::Hello` is `spinoff.examples.example2.Hello`.
///
/// It is read from what the compiler calls the type, and brought into one spelling, so that nodes
/// built with GCC and with Clang understand each other:
///
///   - `::` is `.`, and there are no spaces but between two words (`const a.B`);
///   - arithmetic types are `bool`, `char`, `int8` to `int64`, `uint8` to `uint64`, `float32` and
///     `float64` (so `long` and `long long` have the same name), and `std::string` is `string`,
///     also as template arguments: `a::Box<long, std::string>` is `a.Box<int64,string>`;
///   - an anonymous namespace is `anonymous`;
///   - namespaces that the standard library hides (`std::__cxx11`) are left out.
///
/// GCC and Clang disagree on some types: local ones, those in an inline namespace of one's own,
/// members of class templates, and templates with other arguments than types (but for
/// `Template<T, size>`). Such a type needs a name given by hand before it goes to a node built by
/// another compiler. Do that too to move or rename a type and keep its name on the wire:
///
///     struct Hello { static constexpr std::string_view kTypeName = "greetings.Hello"; … };
///
/// or, for a type of somebody else, outside of any namespace:
///
///     template <>
///     struct spinoff::TypeName<other::Point> {
///       static constexpr std::string_view kTypeName = "geometry.Point";
///     };
///
/// A derived class inherits `kTypeName`; give it one of its own.
#pragma once

#include <string_view>
#include <type_traits>

#include <spinoff/detail/compiler_type_name.hpp>

namespace spinoff {

namespace detail {

template <class T>
constexpr std::string_view default_type_name() {
  if constexpr (requires { std::string_view(T::kTypeName); }) {
    return T::kTypeName;
  } else {
    return compiler_type_name<T>();
  }
}

}  // namespace detail

/// Specialise this to name a type that you cannot change; see the top of this file.
template <class T>
struct TypeName {
  static constexpr std::string_view kTypeName = detail::default_type_name<T>();
};

/// The name of T without `const`, `volatile` and references. It lives as long as the program, and
/// does not end with a zero byte.
template <class T>
[[nodiscard]] constexpr std::string_view type_name() {
  using Named = std::remove_cvref_t<T>;
  constexpr std::string_view kName = TypeName<Named>::kTypeName;
  static_assert(!kName.empty(), "a type's kTypeName must not be empty");
  return kName;
}

}  // namespace spinoff
