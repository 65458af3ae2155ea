/// One constant record for each C++ type that is used as a message: how to destroy, move, copy,
/// encode and decode it, and its name on the wire. The record's address is the type's identity.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <spinoff/serializable.hpp>
#include <spinoff/type_name.hpp>

namespace spinoff::detail {

/// What the engine does with an envelope before, or instead of, giving it to the actor.
/// Types of the engine's own say so by a member `static constexpr MessageKind kKind`.
enum class MessageKind : std::uint8_t {
  user,
  // In the user queue, in order with user messages:
  terminated,
  poison,
  scheduled,
  routed,
  ticket,
  silence_check,
  encoded,
  encoded_run,
  // In the system queue:
  stop,
  kill,
  watch,
  unwatch,
  child_failed,
  decision,
  order,
  restart_due,
  children_stopped,
  wake_up,
  suspend,
  resume,
};

struct MessageType {
  std::string_view name;
  std::uint64_t hash;
  std::uint32_t size;
  std::uint32_t alignment;
  MessageKind kind;
  /// Null where there is nothing to do.
  void (*destroy)(void* value) noexcept;
  /// What it was moved from still has to be destroyed.
  void (*move)(void* from, void* place);
  /// Null where the type has no such operation.
  void (*copy)(const void* from, void* place);
  void (*encode)(const void* value, std::string& out);
  void (*decode)(std::string_view bytes, void* place);
};

constexpr std::uint64_t hash_name(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a, then mixed: low bits select a table's slot
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return hash ^ (hash >> 29U);
}

template <class T>
constexpr MessageKind message_kind() {
  if constexpr (requires { T::kKind; }) {
    return T::kKind;
  } else {
    return MessageKind::user;
  }
}

template <class T>
constexpr MessageType make_message_type() {
  static_assert(std::is_object_v<T> && std::is_same_v<T, std::remove_cv_t<T>>);
  static_assert(std::move_constructible<T>, "a message must be copyable or movable");
  MessageType type{
      .name = type_name<T>(),
      .hash = hash_name(type_name<T>()),
      .size = sizeof(T),
      .alignment = alignof(T),
      .kind = message_kind<T>(),
      .destroy = nullptr,
      .move = [](void* from, void* place) { ::new (place) T(std::move(*static_cast<T*>(from))); },
      .copy = nullptr,
      .encode = nullptr,
      .decode = nullptr,
  };
  if constexpr (!std::is_trivially_destructible_v<T>) {
    type.destroy = [](void* value) noexcept { static_cast<T*>(value)->~T(); };
  }
  if constexpr (std::is_copy_constructible_v<T>) {
    type.copy = [](const void* from, void* place) {
      ::new (place) T(*static_cast<const T*>(from));
    };
  }
  if constexpr (Serializable<T>) {
    type.encode = &encode_value<T>;
    type.decode = &decode_value<T>;
  }
  return type;
}

template <class T>
inline constexpr MessageType kMessageType = make_message_type<T>();

/// Types that this program can decode, by their names on the wire. Filled during static
/// initialisation (and while a library with actors is loaded); any thread may look up.
class TypeRegistry {
 public:
  static bool add(const MessageType& type);
  /// Null if no message of that name is known here.
  static const MessageType* find(std::string_view name);
};

template <class T>
inline const bool kRegistered = TypeRegistry::add(kMessageType<T>);

/// The record of T; using it anywhere makes the program able to receive T from other nodes.
template <class T>
const MessageType& message_type() {
  if constexpr (Serializable<T>) {
    static_cast<void>(&kRegistered<T>);
  }
  return kMessageType<T>;
}

}  // namespace spinoff::detail
