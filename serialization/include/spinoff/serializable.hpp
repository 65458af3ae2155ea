/// What makes a C++ type a message that can cross nodes: `MSGPACK_DEFINE(fields...)` in the struct,
/// or a type that msgpack knows by itself. Local messages need none of this.
#pragma once

#include <array>
#include <concepts>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <msgpack/adaptor/bool.hpp>
#include <msgpack/adaptor/cpp11/array.hpp>
#include <msgpack/adaptor/cpp17/optional.hpp>
#include <msgpack/adaptor/define.hpp>
#include <msgpack/adaptor/float.hpp>
#include <msgpack/adaptor/int.hpp>
#include <msgpack/adaptor/map.hpp>
#include <msgpack/adaptor/pair.hpp>
#include <msgpack/adaptor/string.hpp>
#include <msgpack/adaptor/vector.hpp>
#include <msgpack/pack.hpp>

namespace spinoff {

/// Bytes that are not a message of the expected type, or go over a limit. `what()` says why.
class DecodeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {

/// Lets msgpack write straight into a string.
struct StringSink {
  std::string& out;
  void write(const char* data, std::size_t size) { out.append(data, size); }
};

}  // namespace detail

/// Specialise as `std::true_type` for a type with a msgpack adaptor of its own.
template <class T>
        struct IsSerializable : std::bool_constant < std::is_arithmetic_v<T> ||
    std::is_enum_v<T> || requires(const T& value, msgpack::packer<detail::StringSink>& packer) {
  value.msgpack_pack(packer);
}>{};
template <>
struct IsSerializable<std::string> : std::true_type {};
template <class T>
struct IsSerializable<std::vector<T>> : IsSerializable<T> {};
template <class T>
struct IsSerializable<std::optional<T>> : IsSerializable<T> {};
template <class T, std::size_t n>
struct IsSerializable<std::array<T, n>> : IsSerializable<T> {};
template <class A, class B>
struct IsSerializable<std::pair<A, B>>
    : std::bool_constant<IsSerializable<A>::value && IsSerializable<B>::value> {};
template <class K, class V>
struct IsSerializable<std::map<K, V>>
    : std::bool_constant<IsSerializable<K>::value && IsSerializable<V>::value> {};

/// A type that can be sent to another node. It must also have a default constructor, because
/// decoding makes an empty one first.
template <class T>
concept Serializable = IsSerializable<T>::value && std::default_initializable<T>;

namespace detail {

/// Calls `use(object, context)` with the one msgpack object in `bytes`, under limits on nesting and
/// on container sizes, so that a short input cannot ask for much memory. Throws DecodeError.
void with_decoded(std::string_view bytes, void (*use)(const msgpack::object&, void*),
                  void* context);

template <Serializable T>
void encode_value(const void* value, std::string& out) {
  StringSink sink{out};
  msgpack::pack(sink, *static_cast<const T*>(value));
}

template <Serializable T>
void decode_value(std::string_view bytes, void* place) {
  T& value = *::new (place) T();
  try {
    with_decoded(
        bytes,
        [](const msgpack::object& object, void* context) {
          object.convert(*static_cast<T*>(context));
        },
        &value);
  } catch (...) {
    value.~T();
    throw;
  }
}

}  // namespace detail
}  // namespace spinoff
