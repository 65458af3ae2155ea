#include <limits>
#include <stdexcept>
#include <utility>

#include <msgpack/pack.hpp>

#include <spinoff/serialization/wire.hpp>

#include "frame_visitor.hpp"

namespace spinoff::serialization {
namespace {

struct Sink {
  std::string& out;
  void write(const char* data, std::size_t size) { out.append(data, size); }
};
using Packer = msgpack::packer<Sink>;

constexpr char kArray32 = '\xdd';

void pack_text(Packer& packer, std::string_view text) {
  packer.pack_str(static_cast<std::uint32_t>(text.size()));
  packer.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
}

void check_text(const char* what, std::string_view text) {
  if (text.size() > kMaxTextLength) {
    throw std::length_error(std::string("the ") + what + " of a message to another node has " +
                            std::to_string(text.size()) + " bytes; the limit is " +
                            std::to_string(kMaxTextLength));
  }
}

// Not in the middle of a character.
std::string_view cut(std::string_view text) {
  if (text.size() <= kMaxTextLength) {
    return text;
  }
  std::size_t size = kMaxTextLength;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
    --size;
  }
  return text.substr(0, size);
}

void begin_item(Packer& packer, const Item& item, std::uint32_t fields) {
  packer.pack_array(fields);
  packer.pack_unsigned_char(static_cast<unsigned char>(item.kind));
}

void pack_message(Packer& packer, const Item& item) {
  begin_item(packer, item, 5);
  pack_text(packer, item.to);
  if (item.from.empty()) {
    packer.pack_nil();
  } else {
    pack_text(packer, item.from);
  }
  pack_text(packer, item.type);
  packer.pack_bin(static_cast<std::uint32_t>(item.payload.size()));
  packer.pack_bin_body(item.payload.data(), static_cast<std::uint32_t>(item.payload.size()));
}

void pack_hello(Packer& packer, const Item& item) {
  begin_item(packer, item, 3);
  pack_text(packer, item.to);
  packer.pack_map(item.max_frame_bytes == 0 ? 0 : 1);
  if (item.max_frame_bytes != 0) {
    pack_text(packer, kMaxFrameKey);
    packer.pack_uint64(item.max_frame_bytes);
  }
}

}  // namespace

std::string encode(const Item& item) {
  check_text("receiver's path", item.to);
  check_text("sender's URI", item.from);
  check_text("type name", item.type);
  if (item.payload.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw std::length_error("a message to another node has " + std::to_string(item.payload.size()) +
                            " bytes; the wire's own limit is 4 GiB");
  }
  std::string out;
  out.reserve(item.to.size() + item.from.size() + item.type.size() + item.payload.size() + 24);
  Sink sink{out};
  Packer packer(sink);
  switch (item.kind) {
    case ItemKind::message:
      pack_message(packer, item);
      break;
    case ItemKind::watch:
    case ItemKind::unwatch:
    case ItemKind::terminated:
      begin_item(packer, item, 3);
      pack_text(packer, item.to);
      pack_text(packer, item.from);
      break;
    case ItemKind::ask_failed:
      begin_item(packer, item, 3);
      pack_text(packer, item.to);
      pack_text(packer, cut(item.payload));
      break;
    case ItemKind::hello:
      pack_hello(packer, item);
      break;
    case ItemKind::bye:
      begin_item(packer, item, 1);
      break;
  }
  return out;
}

FrameBuilder::FrameBuilder(std::string_view from, const FrameHeader& header) {
  Sink sink{bytes_};
  Packer packer(sink);
  packer.pack_array(kFrameFields);
  packer.pack_uint64(kWireVersion);
  pack_text(packer, from);
  packer.pack_uint64(header.from_session.incarnation);
  packer.pack_uint64(header.from_session.number);
  packer.pack_uint64(header.to_session.incarnation);
  packer.pack_uint64(header.to_session.number);
  packer.pack_uint64(header.sequence);
  // The number of items is not known yet, so it gets the form that has room for any.
  bytes_.push_back(kArray32);
  count_at_ = bytes_.size();
  bytes_.append(4, '\0');
}

void FrameBuilder::add(std::string_view encoded_item) {
  bytes_.append(encoded_item);
  ++items_;
}

std::string FrameBuilder::finish() && {
  for (std::size_t i = 0; i < 4; ++i) {
    bytes_[count_at_ + i] = static_cast<char>((items_ >> (24U - 8U * i)) & 0xFFU);
  }
  return std::move(bytes_);
}

}  // namespace spinoff::serialization
