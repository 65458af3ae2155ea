/// What nodes and mappers say to each other, as bytes; docs/mapper.md is the specification.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spinoff::remoting {

inline constexpr std::uint64_t kMapperVersion = 1;
/// Nothing that is said is longer.
inline constexpr std::size_t kMaxMapperFrame = 1024;

struct MapperMessage {
  enum class Kind : std::uint8_t {
    claim = 0,     ///< the node wants to be called by the name, or still does
    release = 1,   ///< the node gives the name up
    find = 2,      ///< which node has the name?
    holder = 16,   ///< the node has the name
    nobody = 17,   ///< no node has the name
    version = 32,  ///< the receiver was spoken to in another version than its own
  };

  Kind kind = Kind::find;
  std::string name = {};
  /// A node id, if the kind has one.
  std::string node = {};
};

[[nodiscard]] std::string encode(const MapperMessage& message);

/// Nothing if the bytes are no such message; `version`, with nothing else, if they are one of
/// another version. Fields behind those that are known say nothing.
[[nodiscard]] std::optional<MapperMessage> decode_mapper_message(std::string_view bytes);

}  // namespace spinoff::remoting
