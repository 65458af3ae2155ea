/// Reads a frame while msgpack's parser walks over its bytes: no tree of objects is built, and each
/// limit is checked when a length is announced, before anything is stored.
///
/// Depths: 0 outside, 1 among the frame's own fields, 2 among the items, 3 among one item's fields,
/// 4 and more inside a field (a hello's options, or something that a later version added).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <msgpack/null_visitor.hpp>

#include <spinoff/serialization/wire.hpp>

namespace spinoff::serialization {

inline constexpr std::uint32_t kFrameFields = 8;
/// The only option of a hello so far.
inline constexpr std::string_view kMaxFrameKey = "max_frame_bytes";

class FrameVisitor : public msgpack::null_visitor {
 public:
  explicit FrameVisitor(const FrameLimits& limits) : limits_(limits) {}

  [[nodiscard]] Frame& frame() noexcept { return frame_; }
  [[nodiscard]] const std::optional<FrameError>& error() const noexcept { return error_; }
  /// The parser met a byte that begins nothing.
  [[nodiscard]] bool invalid() const noexcept { return invalid_; }

  bool visit_nil() { return value(Value{Type::nil, {}, 0}); }
  bool visit_boolean(bool /*v*/) { return value(Value{}); }
  bool visit_positive_integer(std::uint64_t v) { return value(Value{Type::number, {}, v}); }
  bool visit_negative_integer(std::int64_t /*v*/) { return value(Value{}); }
  bool visit_float32(float /*v*/) { return value(Value{}); }
  bool visit_float64(double /*v*/) { return value(Value{}); }
  bool visit_str(const char* v, std::uint32_t size) {
    return value(Value{Type::text, {v, size}, 0});
  }
  bool visit_bin(const char* v, std::uint32_t size) {
    return value(Value{Type::bytes, {v, size}, 0});
  }
  bool visit_ext(const char* /*v*/, std::uint32_t /*size*/) { return value(Value{}); }

  bool start_array(std::uint32_t size);
  bool end_array_item() {
    if (depth_ == 3) {
      ++item_field_;
    } else if (depth_ == 1) {
      ++frame_field_;
    }
    return true;
  }
  bool end_array() {
    --depth_;
    return depth_ != 2 || end_item();
  }
  bool start_map(std::uint32_t /*size*/);
  bool start_map_key() {
    in_key_ = true;
    return true;
  }
  bool start_map_value() {
    in_key_ = false;
    return true;
  }
  bool end_map() {
    --depth_;
    return true;
  }
  void parse_error(std::size_t /*parsed*/, std::size_t /*at*/) { invalid_ = true; }

 private:
  enum class Type : std::uint8_t { other, nil, number, text, bytes };
  struct Value {
    Type type = Type::other;
    std::string_view text;
    std::uint64_t number = 0;
  };

  bool value(const Value& v) {
    if (depth_ == 3) {
      item_value(v);
      return true;
    }
    return outer_value(v);
  }
  bool outer_value(const Value& v);
  bool frame_value(const Value& v);
  void item_value(const Value& v);
  void text_value(const Value& v, std::string_view& place);
  bool enter();
  bool end_item();
  bool fail(FrameFault fault, std::string what);

  const FrameLimits& limits_;
  Frame frame_;
  std::optional<FrameError> error_;
  std::size_t depth_ = 0;
  std::size_t frame_field_ = 0;
  std::uint32_t frame_fields_ = 0;
  std::uint64_t version_ = kWireVersion;
  bool invalid_ = false;
  bool in_key_ = false;
  bool max_frame_key_ = false;

  Item item_;
  std::uint64_t item_kind_ = 0;
  std::size_t item_field_ = 0;
  std::size_t item_fields_needed_ = 0;
  bool item_known_ = false;
  bool item_bad_ = false;
};

}  // namespace spinoff::serialization
