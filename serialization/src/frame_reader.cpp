// Reads frames: each limit is checked when a length is announced, before anything is stored.
#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include <spinoff/serialization/wire.hpp>

#include "msgpack_reader.hpp"
#include "wire_form.hpp"

namespace spinoff::serialization {
namespace {

// The bytes that the smallest item of use takes; room is made for no more of them than can come.
constexpr std::size_t kSmallestItem = 4;
// Where messages may be runs.
constexpr std::size_t kItemsAtFirst = 16;

class FrameReader {
 public:
  explicit FrameReader(std::string_view bytes, const FrameLimits& limits = {},
                       Runs runs = Runs::apart)
      : reader_(bytes), limits_(limits), runs_(runs) {}

  bool frame() {
    Token head;
    if (!next(head)) {
      return false;
    }
    if (!head.is(Token::Type::array)) {
      return fail(FrameFault::malformed, "it is not an array");
    }
    if (head.number <= kFromField) {
      return fail(FrameFault::malformed, "it has no sender");
    }
    if (!header(head.number) || !items()) {
      return false;
    }
    for (std::uint64_t field = kFrameFields; field < head.number; ++field) {
      if (!skip(1)) {
        return false;
      }
    }
    return reader_.at_end() || fail(FrameFault::malformed, "bytes follow behind its end");
  }

  /// The item of bytes that hold items alone; null if it is none that is understood.
  const Item* single_item() {
    frame_.items.clear();
    return item() && !frame_.items.empty() ? &frame_.items.back() : nullptr;
  }
  [[nodiscard]] std::size_t bytes_left() const noexcept { return reader_.bytes_left(); }
  /// One item and nothing else.
  bool only_item() { return item() && reader_.at_end() && frame_.items.size() == 1; }

  Frame& result() { return frame_; }
  FrameError& error() { return error_; }

 private:
  bool header(std::uint64_t fields) {
    std::uint64_t version = 0;
    Token from;
    if (!number(kVersionField, version)) {
      return false;
    }
    if (version == kWireVersion && fields < kFrameFields) {
      return fail(FrameFault::malformed,
                  "it has fewer than " + std::to_string(kFrameFields) + " fields");
    }
    if (!next(from)) {
      return false;
    }
    const bool is_text = from.is(Token::Type::text);
    frame_.from = is_text ? from.text : std::string_view();
    if (version != kWireVersion) {
      return fail(FrameFault::other_version, "it is of version " + std::to_string(version) +
                                                 " of the protocol; this node speaks version " +
                                                 std::to_string(kWireVersion));
    }
    if (!is_text) {
      return fail(FrameFault::malformed, "its sender is not a string");
    }
    if (from.text.size() > kMaxTextLength) {
      return fail(FrameFault::too_large, "its sender's node id is too long");
    }
    FrameHeader& header = frame_.header;
    return number(2, header.from_session.incarnation) && number(3, header.from_session.number) &&
           number(4, header.to_session.incarnation) && number(5, header.to_session.number) &&
           number(6, header.sequence);
  }

  bool number(int field, std::uint64_t& value) {
    Token token;
    if (!next(token)) {
      return false;
    }
    value = token.number;
    return token.is(Token::Type::number) ||
           fail(FrameFault::malformed,
                "field " + std::to_string(field) + " of its header is not a number of 0 or more");
  }

  bool items() {
    Token list;
    if (!next(list)) {
      return false;
    }
    if (!list.is(Token::Type::array)) {
      return fail(FrameFault::malformed, "its items are not an array");
    }
    if (list.number > limits_.max_items) {
      return fail(FrameFault::too_large, "it has " + std::to_string(list.number) +
                                             " items; the limit is " +
                                             std::to_string(limits_.max_items));
    }
    const std::size_t most =
        runs_ == Runs::together ? kItemsAtFirst : std::numeric_limits<std::size_t>::max();
    frame_.items.reserve(
        std::min<std::size_t>({list.number, reader_.bytes_left() / kSmallestItem, most}));
    for (std::uint64_t left = list.number; left > 0; --left) {
      if (!item()) {
        return false;
      }
      if (runs_ == Runs::together) {
        left -= others_like_last(left - 1);
      }
    }
    return true;
  }

  // How many of the next messages have the head of the last item, which has them then.
  std::uint64_t others_like_last(std::uint64_t most) {
    constexpr std::size_t kHead = PayloadRun::kHead;
    const char* const head = std::exchange(short_head_, nullptr);
    if (head == nullptr) {
      return 0;
    }
    most = std::min(most, kMostInRun - 1);
    const std::string_view all = reader_.left();
    std::string_view left = all;
    std::uint32_t count = 0;
    for (; count < most; ++count) {
      if (left.size() < kHead || std::memcmp(left.data(), head, kHead - 1) != 0) {
        break;
      }
      const std::size_t size = kHead + static_cast<std::uint8_t>(left[kHead - 1]);
      if (left.size() < size) {
        break;
      }
      left.remove_prefix(size);
    }
    const PayloadRun others(all.substr(0, all.size() - left.size()), count);
    frame_.items.back().others = others;
    frame_.carried += count;
    reader_.skip(others.bytes().size());
    return count;
  }

  // Nearly all items: a message whose names are numbers below 128, with a small payload.
  bool short_message() {
    constexpr std::size_t kHead = PayloadRun::kHead;
    constexpr std::uint8_t kNil = 0xC0;
    const std::string_view bytes = reader_.left();
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    const auto is_number = [&](std::size_t i) { return byte(i) < 0x80; };
    if (bytes.size() < kHead || byte(0) != 0x95 || byte(1) != 0 || !is_number(2) ||
        !(is_number(3) || byte(3) == kNil) || !is_number(4) || byte(5) != 0xC4 ||
        bytes.size() < kHead + byte(6)) {
      return false;
    }
    short_head_ = bytes.data();
    Item& read = frame_.items.emplace_back();
    read.kind = ItemKind::message;
    read.payload = bytes.substr(kHead, byte(6));
    read.to_alias.number = byte(2);
    if (byte(3) != kNil) {
      read.from_alias.number = byte(3);
    }
    read.type_alias.number = byte(4);
    ++frame_.carried;
    reader_.skip(kHead + byte(6));
    return true;
  }

  bool item() {
    if (short_message()) {
      return true;
    }
    Token head;
    if (!next(head)) {
      return false;
    }
    if (!head.is(Token::Type::array)) {
      return fail(FrameFault::malformed, "an item is not an array");
    }
    // Without a kind it can't be told whether it is carried.
    if (head.number == 0) {
      return fail(FrameFault::malformed, "an item is empty");
    }
    Token kind;
    if (!next(kind)) {
      return false;
    }
    const std::uint64_t fields = head.number - 1;
    if (!kind.is(Token::Type::number)) {
      // Counted as carried, like every kind that a sender may have meant for an actor.
      ++frame_.carried;
      ++frame_.bad_items;
      return skip_rest(kind, 4) && skip_fields(fields);
    }
    frame_.carried += kind.number < kFirstControlKind ? 1 : 0;
    const Form* const form = form_of(kind.number);
    if (form == nullptr) {
      ++frame_.unknown_items;
      return skip_fields(fields);
    }
    Item& read = frame_.items.emplace_back();
    read.kind = static_cast<ItemKind>(kind.number);
    const bool is_part = read.kind == ItemKind::part;
    const bool is_probe = read.kind == ItemKind::probe || read.kind == ItemKind::probe_answer;
    if (is_part) {
      frame_.parts.emplace_back();
    } else if (is_probe) {
      frame_.probes.push_back({.is_answer = read.kind == ItemKind::probe_answer});
    }
    bool is_good = true;
    std::uint64_t field = 0;
    for (; field < fields && field < form->size; ++field) {
      if (!role(form->roles[field], read, is_good)) {
        return false;
      }
    }
    if (!is_good || field < form->size) {
      frame_.items.pop_back();
      ++frame_.bad_items;
      if (is_part) {
        frame_.parts.pop_back();
      } else if (is_probe) {
        frame_.probes.pop_back();
      }
    } else if (is_probe) {
      frame_.items.pop_back();
    } else if (kind.number >= kFirstControlKind) {
      frame_.has_control = true;
    } else if (is_part) {
      frame_.parts.back().bytes = read.payload;
    }
    return skip_fields(fields - field);
  }

  // False if the frame is; if only the item is bad, that is told aside.
  bool role(Role role, Item& item, bool& is_good) {
    Token token;
    if (!next(token)) {
      return false;
    }
    switch (role) {
      case Role::to:
        return text(token, item.to, is_good);
      case Role::from:
        is_good = is_good && !token.text.empty();
        return text(token, item.from, is_good);
      case Role::to_name:
        return name(token, item.to, item.to_alias, is_good);
      case Role::from_name_or_nil:
        if (token.is(Token::Type::nil)) {
          return true;
        }
        if (!name(token, item.from, item.from_alias, is_good)) {
          return false;
        }
        is_good =
            is_good && (item.from_alias.is_given() && !item.from_alias.is_new ? item.from.empty()
                                                                              : !item.from.empty());
        return true;
      case Role::type_name:
        return name(token, item.type, item.type_alias, is_good);
      case Role::reason:
        return text(token, item.payload, is_good);
      case Role::payload:
        item.payload = token.text;
        is_good = is_good && token.is(Token::Type::bytes);
        return skip_rest(token, 4);
      case Role::part_number:
        return count(token, frame_.parts.back().number, is_good);
      case Role::part_total:
        return count(token, frame_.parts.back().total, is_good);
      case Role::part_offset:
        return count(token, frame_.parts.back().offset, is_good);
      case Role::options:
        is_good = is_good && token.is(Token::Type::map);
        return is_good ? options(token.number, item) : skip_rest(token, 4);
      case Role::probe_number:
        return count(token, frame_.probes.back().number, is_good);
      case Role::received:
        return count(token, frame_.probes.back().received, is_good);
    }
    return true;
  }

  bool text(const Token& token, std::string_view& place, bool& is_good) {
    place = token.text;
    is_good = is_good && token.is(Token::Type::text) && token.text.size() <= kMaxTextLength;
    return skip_rest(token, 4);
  }

  bool count(const Token& token, std::uint64_t& place, bool& is_good) {
    place = token.number;
    is_good = is_good && token.is(Token::Type::number);
    return skip_rest(token, 4);
  }

  // A text; a number that was given one before; or both, which does that.
  bool name(const Token& token, std::string_view& place, Alias& alias, bool& is_good) {
    if (token.is(Token::Type::number)) {
      alias.number =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(token.number, Alias::kNone));
      is_good = is_good && alias.is_given();
      return true;
    }
    if (!token.is(Token::Type::array) || token.number != 2) {
      return text(token, place, is_good);
    }
    Token number;
    if (!next(number)) {
      return false;
    }
    if (!number.is(Token::Type::number) || number.number >= Alias::kNone) {
      is_good = false;
      return skip_rest(number, 5) && skip(5);
    }
    alias = {.number = static_cast<std::uint32_t>(number.number), .is_new = true};
    Token meaning;
    if (!next(meaning)) {
      return false;
    }
    place = meaning.text;
    is_good = is_good && meaning.is(Token::Type::text) && meaning.text.size() <= kMaxAliasText;
    return skip_rest(meaning, 5);
  }

  bool options(std::uint64_t count, Item& item) {
    for (std::uint64_t i = 0; i < count; ++i) {
      Token key;
      Token value;
      if (!next(key) || !skip_rest(key, 5) || !next(value) || !skip_rest(value, 5)) {
        return false;
      }
      if (key.is(Token::Type::text) && value.is(Token::Type::number)) {
        if (key.text == kMaxFrameKey) {
          item.max_frame_bytes = value.number;
        } else if (key.text == kMaxAliasesKey) {
          item.max_aliases = value.number;
        } else if (key.text == kHasRelaysKey) {
          item.has_relays = value.number != 0;
        } else if (key.text == kMaxMessageKey) {
          item.max_message_bytes = static_cast<std::uint32_t>(
              std::min<std::uint64_t>(value.number, std::numeric_limits<std::uint32_t>::max()));
        }
      }
    }
    return true;
  }

  bool skip_fields(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!skip(4)) {
        return false;
      }
    }
    return true;
  }

  // A whole value; it would be the given one inside each other if it were an array.
  bool skip(std::size_t depth) {
    Token token;
    return next(token) && skip_rest(token, depth);
  }
  // The elements of a container whose head was read.
  bool skip_rest(const Token& token, std::size_t depth) {
    if (!token.is(Token::Type::array) && !token.is(Token::Type::map)) {
      return true;
    }
    if (depth > limits_.max_nesting) {
      return fail(FrameFault::too_large,
                  "it is nested more than " + std::to_string(limits_.max_nesting) + " deep");
    }
    const std::uint64_t values = token.is(Token::Type::map) ? 2 * token.number : token.number;
    for (std::uint64_t i = 0; i < values; ++i) {
      if (!skip(depth + 1)) {
        return false;
      }
    }
    return true;
  }

  bool next(Token& token) {
    token.text = {};
    if (reader_.next(token)) {
      return true;
    }
    return reader_.is_invalid() ? fail(FrameFault::malformed, "it is not msgpack")
                                : fail(FrameFault::truncated, "it ends too early");
  }

  bool fail(FrameFault fault, std::string what) {
    error_ = FrameError{fault, std::move(what), std::string(frame_.from)};
    return false;
  }

  MsgpackReader reader_;
  const FrameLimits limits_;
  const Runs runs_;
  Frame frame_;
  // Of the item that was read last, if it is a short message.
  const char* short_head_ = nullptr;
  FrameError error_;
};

}  // namespace

std::string_view Payloads::next() {
  FrameReader reader(items_);
  const Item* const message = reader.single_item();
  assert(message != nullptr);
  items_.remove_prefix(items_.size() - reader.bytes_left());
  return message->payload;
}

std::variant<Frame, FrameError> decode_frame(std::string_view bytes, const FrameLimits& limits,
                                             Runs runs) {
  if (bytes.size() > limits.max_frame_bytes) {
    return FrameError{FrameFault::too_large,
                      "it has " + std::to_string(bytes.size()) + " bytes; the limit is " +
                          std::to_string(limits.max_frame_bytes),
                      {}};
  }
  FrameReader reader(bytes, limits, runs);
  if (!reader.frame()) {
    return std::move(reader.error());
  }
  return std::move(reader.result());
}

std::optional<Item> decode_message(std::string_view bytes) {
  const FrameLimits limits;
  FrameReader reader(bytes, limits);
  if (!reader.only_item()) {
    return std::nullopt;
  }
  const Item& item = reader.result().items.front();
  const bool has_aliases =
      item.to_alias.is_given() || item.from_alias.is_given() || item.type_alias.is_given();
  return item.kind == ItemKind::message && !has_aliases ? std::optional(item) : std::nullopt;
}

std::string_view receiver_of(std::string_view item) {
  MsgpackReader reader(item);
  Token head;
  Token kind;
  Token to;
  const bool is_read = reader.next(head) && head.is(Token::Type::array) && reader.next(kind) &&
                       reader.next(to) && to.is(Token::Type::text);
  return is_read ? to.text : std::string_view();
}

}  // namespace spinoff::serialization
