#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

#include <msgpack/pack.hpp>

#include <spinoff/serialization/wire.hpp>

#include "wire_form.hpp"

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

// Heads of fields gather in a few bytes on the stack, since each `append` to a string costs more
// than such a head.
class HeadWriter {
 public:
  explicit HeadWriter(std::string& out) : out_(out) {}

  void byte(unsigned value) { bytes_[size_++] = static_cast<char>(value); }
  void number(std::uint32_t value) {
    if (value < 0x80) {
      byte(value);
    } else {
      sized(0xCC, value);
    }
  }
  void text(std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    if (size < 32) {
      byte(0xA0U | size);
    } else {
      sized(0xD9, size);
    }
    body(text);
  }
  void flush() { out_.append(bytes_.data(), std::exchange(size_, 0)); }
  void bytes(std::string_view bytes) {
    size_of_bytes(bytes.size());
    body(bytes);
  }
  void size_of_bytes(std::size_t size) { sized(0xC4, static_cast<std::uint32_t>(size)); }
  void name(std::string_view meaning, const Alias& alias) {
    if (alias.is_given() && !alias.is_new) {
      number(alias.number);
      return;
    }
    if (alias.is_given()) {
      byte(0x92);
      number(alias.number);
    }
    text(meaning);
  }

 private:
  // The three forms that msgpack has for a size, or a number, behind each other.
  void sized(unsigned form, std::uint32_t value) {
    const unsigned bytes = value <= 0xFF ? 1 : value <= 0xFFFF ? 2 : 4;
    byte(form + (bytes >> 1U));
    for (unsigned shift = bytes * 8; shift > 0;) {
      shift -= 8;
      byte((value >> shift) & 0xFFU);
    }
  }
  void body(std::string_view text) {
    flush();
    out_.append(text);
  }

  std::string& out_;
  std::array<char, kMostHeads> bytes_;
  std::size_t size_ = 0;
};

}  // namespace

void append_head(std::string& items, const Item& item) {
  HeadWriter writer(items);
  writer.byte(0x95);
  writer.byte(static_cast<unsigned>(item.kind));
  writer.name(item.to, item.to_alias);
  if (item.from.empty() && !item.from_alias.is_given()) {
    writer.byte(0xC0);
  } else {
    writer.name(item.from, item.from_alias);
  }
  writer.name(item.type, item.type_alias);
  writer.flush();
}

void append_payload(std::string& items, std::string_view payload) {
  HeadWriter(items).bytes(payload);
}

void enclose_payload(FrameBytes& payload, const Item& message) {
  std::string head;
  append_head(head, message);
  HeadWriter size(head);
  size.size_of_bytes(payload.size());
  size.flush();
  payload.put_in_front(head);
}

namespace {

void pack_hello(Packer& packer, const Item& item) {
  begin_item(packer, item, 3);
  pack_text(packer, item.to);
  const auto option = [&](std::string_view key, std::uint64_t value) {
    if (value != 0) {
      pack_text(packer, key);
      packer.pack_uint64(value);
    }
  };
  packer.pack_map((item.max_frame_bytes != 0 ? 1 : 0) + (item.max_aliases != 0 ? 1 : 0) +
                  (item.max_message_bytes != 0 ? 1 : 0) + (item.has_relays ? 1 : 0));
  option(kMaxFrameKey, item.max_frame_bytes);
  option(kMaxAliasesKey, item.max_aliases);
  option(kMaxMessageKey, item.max_message_bytes);
  option(kHasRelaysKey, item.has_relays ? 1 : 0);
}

void pack_frame_in_item(Packer& packer, const Item& item) {
  begin_item(packer, item, 3);
  pack_text(packer, item.kind == ItemKind::relay ? item.to : item.from);
  packer.pack_bin(static_cast<std::uint32_t>(item.payload.size()));
  packer.pack_bin_body(item.payload.data(), static_cast<std::uint32_t>(item.payload.size()));
}

}  // namespace

std::string encode(const Item& item) {
  check(item);
  std::string out;
  out.reserve(item.to.size() + item.from.size() + item.type.size() + item.payload.size() +
              kMostHeads);
  append(out, item);
  return out;
}

void check(const Item& item) {
  check_text("receiver's path", item.to);
  check_text("sender's URI", item.from);
  check_text("type name", item.type);
  if (item.payload.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw std::length_error("a message to another node has " + std::to_string(item.payload.size()) +
                            " bytes; the wire's own limit is 4 GiB");
  }
}

void append(std::string& items, const Item& item) {
  Sink sink{items};
  Packer packer(sink);
  switch (item.kind) {
    case ItemKind::message:
      append_head(items, item);
      append_payload(items, item.payload);
      break;
    case ItemKind::watch:
    case ItemKind::unwatch:
    case ItemKind::terminated:
      begin_item(packer, item, 3);
      pack_text(packer, item.to);
      pack_text(packer, item.from);
      break;
    case ItemKind::ask_failed:
    case ItemKind::not_relayed:
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
    case ItemKind::relay:
    case ItemKind::relayed:
      pack_frame_in_item(packer, item);
      break;
    case ItemKind::part:  // which FrameBuilder adds
    case ItemKind::probe:
    case ItemKind::probe_answer:  // which are Probes
      break;
  }
}

std::string encode(const Probe& probe) {
  std::string out;
  Sink sink{out};
  Packer packer(sink);
  packer.pack_array(probe.is_answer ? 3 : 2);
  const ItemKind kind = probe.is_answer ? ItemKind::probe_answer : ItemKind::probe;
  packer.pack_uint8(static_cast<std::uint8_t>(kind));
  packer.pack_uint64(probe.number);
  if (probe.is_answer) {
    packer.pack_uint64(probe.received);
  }
  return out;
}

FrameBuilder::FrameBuilder(std::string buffer, std::string_view from, const FrameHeader& header)
    : bytes_(std::move(buffer)) {
  bytes_.clear();
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

void FrameBuilder::add(std::string_view encoded_items, std::size_t count) {
  bytes_.append(encoded_items);
  items_ += count;
}

void FrameBuilder::add(const Part& part) {
  Sink sink{bytes_};
  Packer packer(sink);
  packer.pack_array(static_cast<std::uint32_t>(kPartForm.size + 1));
  packer.pack_unsigned_char(static_cast<unsigned char>(ItemKind::part));
  packer.pack_uint64(part.number);
  packer.pack_uint64(part.total);
  packer.pack_uint64(part.offset);
  packer.pack_bin(static_cast<std::uint32_t>(part.bytes.size()));
  bytes_.append(part.bytes);
  ++items_;
}

void FrameBuilder::write_count() {
  for (std::size_t i = 0; i < 4; ++i) {
    bytes_[count_at_ + i] = static_cast<char>((items_ >> (24U - 8U * i)) & 0xFFU);
  }
}

std::string FrameBuilder::finish() && {
  write_count();
  return std::move(bytes_);
}

std::size_t FrameBuilder::enclose(FrameBytes& encoded_items, std::size_t count) {
  if (encoded_items.room() < bytes_.size()) {
    return 0;
  }
  items_ = count;
  write_count();
  encoded_items.put_in_front(bytes_);
  return bytes_.size();
}

}  // namespace spinoff::serialization
