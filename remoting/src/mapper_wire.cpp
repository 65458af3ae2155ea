#include "mapper_wire.hpp"

#include <msgpack.hpp>

namespace spinoff::remoting {
namespace {

using Kind = MapperMessage::Kind;

bool is_known(std::uint64_t kind) {
  switch (static_cast<Kind>(kind)) {
    case Kind::claim:
    case Kind::release:
    case Kind::find:
    case Kind::holder:
    case Kind::nobody:
    case Kind::version:
      return kind <= 0xFF;
  }
  return false;
}

bool has_node(Kind kind) {
  return kind == Kind::claim || kind == Kind::release || kind == Kind::holder;
}

std::size_t fields_of(Kind kind) {
  if (kind == Kind::version) {
    return 2;
  }
  return has_node(kind) ? 4 : 3;
}

std::optional<std::uint64_t> number(const msgpack::object& object) {
  if (object.type != msgpack::type::POSITIVE_INTEGER) {
    return std::nullopt;
  }
  return object.via.u64;
}

std::optional<MapperMessage> read(const msgpack::object& object) {
  if (object.type != msgpack::type::ARRAY || object.via.array.size < 2) {
    return std::nullopt;
  }
  const msgpack::object* const fields = object.via.array.ptr;
  const auto version = number(fields[0]);
  const auto kind = number(fields[1]);
  if (version && *version != kMapperVersion) {
    return MapperMessage{Kind::version};
  }
  if (!version || !kind || !is_known(*kind)) {
    return std::nullopt;
  }
  MapperMessage message{static_cast<Kind>(*kind)};
  if (object.via.array.size < fields_of(message.kind)) {
    return std::nullopt;
  }
  for (std::size_t i = 2; i < fields_of(message.kind); ++i) {
    if (fields[i].type != msgpack::type::STR) {
      return std::nullopt;
    }
    (i == 2 ? message.name : message.node).assign(fields[i].via.str.ptr, fields[i].via.str.size);
  }
  return message;
}

}  // namespace

std::string encode(const MapperMessage& message) {
  msgpack::sbuffer bytes;
  msgpack::packer<msgpack::sbuffer> packer(bytes);
  packer.pack_array(static_cast<std::uint32_t>(fields_of(message.kind)));
  packer.pack(kMapperVersion);
  packer.pack(static_cast<std::uint64_t>(message.kind));
  if (message.kind != Kind::version) {
    packer.pack(message.name);
  }
  if (has_node(message.kind)) {
    packer.pack(message.node);
  }
  return {bytes.data(), bytes.size()};
}

std::optional<MapperMessage> decode_mapper_message(std::string_view bytes) {
  if (bytes.size() > kMaxMapperFrame) {
    return std::nullopt;
  }
  constexpr std::size_t kMany = kMaxMapperFrame;
  constexpr std::size_t kMaxDepth = 8;
  const msgpack::unpack_limit limit(kMany, kMany, kMany, kMany, kMany, kMaxDepth);
  try {
    std::size_t end = 0;
    const msgpack::object_handle handle =
        msgpack::unpack(bytes.data(), bytes.size(), end, nullptr, nullptr, limit);
    return end == bytes.size() ? read(handle.get()) : std::nullopt;
  } catch (const msgpack::unpack_error&) {
    return std::nullopt;
  }
}

}  // namespace spinoff::remoting
