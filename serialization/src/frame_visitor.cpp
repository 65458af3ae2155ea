#include "frame_visitor.hpp"

#include <array>
#include <string>

#include <msgpack/unpack.hpp>

namespace spinoff::serialization {
namespace {

enum class Role : std::uint8_t { none, to, from, from_or_nil, type, payload, reason, options };

// What stands behind the kind, in order.
using Roles = std::array<Role, 4>;

constexpr Roles kMessage{Role::to, Role::from_or_nil, Role::type, Role::payload};
constexpr Roles kBetweenActors{Role::to, Role::from};
constexpr Roles kAskFailed{Role::to, Role::reason};
constexpr Roles kHello{Role::to, Role::options};
constexpr Roles kNothing{};

const Roles* roles_of(std::uint64_t kind) noexcept {
  switch (kind) {
    case static_cast<std::uint64_t>(ItemKind::message):
      return &kMessage;
    case static_cast<std::uint64_t>(ItemKind::watch):
    case static_cast<std::uint64_t>(ItemKind::unwatch):
    case static_cast<std::uint64_t>(ItemKind::terminated):
      return &kBetweenActors;
    case static_cast<std::uint64_t>(ItemKind::ask_failed):
      return &kAskFailed;
    case static_cast<std::uint64_t>(ItemKind::hello):
      return &kHello;
    case static_cast<std::uint64_t>(ItemKind::bye):
      return &kNothing;
    default:
      return nullptr;
  }
}

std::size_t fields_needed(const Roles& roles) noexcept {
  std::size_t needed = 1;
  for (const Role role : roles) {
    needed += role != Role::none ? 1 : 0;
  }
  return needed;
}

Role role_of(std::uint64_t kind, std::size_t field) noexcept {
  const Roles* roles = roles_of(kind);
  return roles != nullptr && field >= 1 && field <= roles->size() ? (*roles)[field - 1]
                                                                  : Role::none;
}

constexpr std::size_t kVersionField = 0;
constexpr std::size_t kFromField = 1;
constexpr std::size_t kItemsField = 7;

}  // namespace

bool FrameVisitor::start_array(std::uint32_t size) {
  const bool fits = enter();
  if (depth_ == 1) {
    frame_fields_ = size;
    return fits && (size > kFromField || fail(FrameFault::malformed, "it has no sender"));
  }
  if (depth_ == 2 && frame_field_ == kItemsField) {
    return fits &&
           (size <= limits_.max_items ||
            fail(FrameFault::too_large, "it has " + std::to_string(size) + " items; the limit is " +
                                            std::to_string(limits_.max_items)));
  }
  if (depth_ == 3 && frame_field_ == kItemsField) {
    item_ = Item{};
    item_field_ = 0;
    item_fields_needed_ = 1;
    item_kind_ = 0;
    item_known_ = false;
    // Without a kind it can't be told whether it is carried.
    return fits && (size > 0 || fail(FrameFault::malformed, "an item is empty"));
  }
  if (depth_ == 2 && frame_field_ < kItemsField) {
    return fail(FrameFault::malformed, "an array stands in the frame's header");
  }
  if (depth_ == 4 && frame_field_ == kItemsField) {
    item_value(Value{});
  }
  return fits;
}

bool FrameVisitor::start_map(std::uint32_t /*size*/) {
  if (depth_ == 0) {
    return fail(FrameFault::malformed, "it is a map, not an array");
  }
  if (depth_ == 1 && frame_field_ <= kItemsField) {
    return fail(FrameFault::malformed, "a map stands in the frame's header");
  }
  if (depth_ == 2 && frame_field_ == kItemsField) {
    return fail(FrameFault::malformed, "an item is not an array");
  }
  if (depth_ == 3 && frame_field_ == kItemsField &&
      role_of(item_kind_, item_field_) != Role::options) {
    item_value(Value{});
  }
  return enter();
}

bool FrameVisitor::enter() {
  ++depth_;
  return depth_ <= limits_.max_nesting ||
         fail(FrameFault::too_large,
              "it is nested more than " + std::to_string(limits_.max_nesting) + " deep");
}

// Everything but the fields of items, which come first in `value` because nearly all are such.
bool FrameVisitor::outer_value(const Value& v) {
  if (depth_ == 0) {
    return fail(FrameFault::malformed, "it is not an array");
  }
  if (depth_ == 1) {
    return frame_value(v);
  }
  if (depth_ == 2 && frame_field_ == kItemsField) {
    return fail(FrameFault::malformed, "an item is not an array");
  }
  if (depth_ == 4 && frame_field_ == kItemsField &&
      role_of(item_kind_, item_field_) == Role::options) {
    if (in_key_) {
      max_frame_key_ = v.type == Type::text && v.text == kMaxFrameKey;
    } else if (max_frame_key_ && v.type == Type::number) {
      item_.max_frame_bytes = v.number;
    }
  }
  return true;
}

bool FrameVisitor::frame_value(const Value& v) {
  if (frame_field_ > kItemsField) {
    return true;
  }
  if (frame_field_ == kItemsField) {
    return fail(FrameFault::malformed, "its items are not an array");
  }
  if (frame_field_ == kFromField) {
    frame_.from = v.type == Type::text ? v.text : std::string_view{};
    if (version_ != kWireVersion) {
      return fail(FrameFault::other_version, "it is of version " + std::to_string(version_) +
                                                 " of the protocol; this node speaks version " +
                                                 std::to_string(kWireVersion));
    }
    if (v.type != Type::text) {
      return fail(FrameFault::malformed, "its sender is not a string");
    }
    return frame_.from.size() <= kMaxTextLength ||
           fail(FrameFault::too_large, "its sender's node id is too long");
  }
  if (v.type != Type::number) {
    return fail(FrameFault::malformed, "field " + std::to_string(frame_field_) +
                                           " of its header is not a number of 0 or more");
  }
  switch (frame_field_) {
    case kVersionField:
      version_ = v.number;
      return version_ != kWireVersion || frame_fields_ >= kFrameFields ||
             fail(FrameFault::malformed,
                  "it has fewer than " + std::to_string(kFrameFields) + " fields");
    case 2:
      frame_.header.from_session.incarnation = v.number;
      return true;
    case 3:
      frame_.header.from_session.number = v.number;
      return true;
    case 4:
      frame_.header.to_session.incarnation = v.number;
      return true;
    case 5:
      frame_.header.to_session.number = v.number;
      return true;
    default:
      frame_.header.sequence = v.number;
      return true;
  }
}

void FrameVisitor::item_value(const Value& v) {
  if (frame_field_ != kItemsField) {
    return;
  }
  if (item_field_ == 0) {
    // Not a number: counted as carried, like every kind that a sender may have meant for an actor.
    item_bad_ = v.type != Type::number;
    item_kind_ = v.number;
    const Roles* roles = item_bad_ ? nullptr : roles_of(v.number);
    item_known_ = roles != nullptr;
    if (item_known_) {
      item_.kind = static_cast<ItemKind>(v.number);
      item_fields_needed_ = fields_needed(*roles);
    }
    return;
  }
  if (!item_known_) {
    return;
  }
  switch (role_of(item_kind_, item_field_)) {
    case Role::none:
      return;
    case Role::to:
      return text_value(v, item_.to);
    case Role::from_or_nil:
      if (v.type == Type::nil) {
        return;
      }
      [[fallthrough]];
    case Role::from:
      item_bad_ = item_bad_ || v.text.empty();
      return text_value(v, item_.from);
    case Role::type:
      return text_value(v, item_.type);
    case Role::reason:
      return text_value(v, item_.payload);
    case Role::payload:
      item_bad_ = item_bad_ || v.type != Type::bytes;
      item_.payload = v.text;
      return;
    case Role::options:
      // A map does not come here.
      item_bad_ = true;
      return;
  }
}

void FrameVisitor::text_value(const Value& v, std::string_view& place) {
  item_bad_ = item_bad_ || v.type != Type::text || v.text.size() > kMaxTextLength;
  place = v.text;
}

bool FrameVisitor::end_item() {
  if (frame_field_ != kItemsField) {
    return true;
  }
  if (item_kind_ < kFirstControlKind) {
    ++frame_.carried;
  }
  if (item_bad_ || (item_known_ && item_field_ < item_fields_needed_)) {
    ++frame_.bad_items;
  } else if (!item_known_) {
    ++frame_.unknown_items;
  } else {
    frame_.items.push_back(item_);
  }
  return true;
}

bool FrameVisitor::fail(FrameFault fault, std::string what) {
  error_ = FrameError{fault, std::move(what), std::string(frame_.from)};
  return false;
}

std::variant<Frame, FrameError> decode_frame(std::string_view bytes, const FrameLimits& limits) {
  if (bytes.size() > limits.max_frame_bytes) {
    return FrameError{FrameFault::too_large,
                      "it has " + std::to_string(bytes.size()) + " bytes; the limit is " +
                          std::to_string(limits.max_frame_bytes),
                      {}};
  }
  FrameVisitor visitor(limits);
  std::size_t end = 0;
  const bool whole = msgpack::parse(bytes.data(), bytes.size(), end, visitor);
  if (visitor.error()) {
    return *visitor.error();
  }
  if (whole && end == bytes.size()) {
    return std::move(visitor.frame());
  }
  if (whole) {
    return FrameError{FrameFault::malformed, "bytes follow behind its end", {}};
  }
  if (visitor.invalid()) {
    return FrameError{FrameFault::malformed, "it is not msgpack", {}};
  }
  return FrameError{FrameFault::truncated, "it ends too early", {}};
}

}  // namespace spinoff::serialization
