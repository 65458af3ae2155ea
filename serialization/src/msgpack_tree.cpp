#include "msgpack_tree.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "msgpack_reader.hpp"

namespace spinoff::serialization {
namespace {

class TreeReader {
 public:
  TreeReader(std::string_view bytes, const TreeLimits& limits, msgpack::zone& zone)
      : reader_(bytes),
        max_depth_(limits.max_depth),
        values_left_(std::min(bytes.size(), limits.max_values)),
        is_limited_(limits.max_values < bytes.size()),
        zone_(zone) {}

  TreeFault read(msgpack::object& tree) {
    value(tree, 0);
    if (fault_ == TreeFault::none && !reader_.at_end()) {
      return TreeFault::left_over;
    }
    return fault_;
  }

 private:
  bool value(msgpack::object& object, std::size_t depth) {
    Token token;
    if (!reader_.next(token)) {
      return fail(reader_.is_invalid() ? TreeFault::invalid : TreeFault::truncated);
    }
    switch (token.type) {
      case Token::Type::nil:
        object.type = msgpack::type::NIL;
        return true;
      case Token::Type::boolean:
        object.type = msgpack::type::BOOLEAN;
        object.via.boolean = token.number != 0;
        return true;
      case Token::Type::number:
        object.type = msgpack::type::POSITIVE_INTEGER;
        object.via.u64 = token.number;
        return true;
      case Token::Type::negative:
        object.type = msgpack::type::NEGATIVE_INTEGER;
        object.via.i64 = static_cast<std::int64_t>(token.number);
        return true;
      case Token::Type::float32:
        object.type = msgpack::type::FLOAT32;
        object.via.f64 = std::bit_cast<float>(static_cast<std::uint32_t>(token.number));
        return true;
      case Token::Type::float64:
        object.type = msgpack::type::FLOAT64;
        object.via.f64 = std::bit_cast<double>(token.number);
        return true;
      case Token::Type::text:
        object.type = msgpack::type::STR;
        object.via.str.ptr = token.text.data();
        object.via.str.size = static_cast<std::uint32_t>(token.text.size());
        return true;
      case Token::Type::bytes:
        object.type = msgpack::type::BIN;
        object.via.bin.ptr = token.text.data();
        object.via.bin.size = static_cast<std::uint32_t>(token.text.size());
        return true;
      case Token::Type::extension:
        object.type = msgpack::type::EXT;
        object.via.ext.ptr = token.text.data();
        object.via.ext.size = static_cast<std::uint32_t>(token.text.size() - 1);
        return true;
      case Token::Type::array:
        return array(object, token.number, depth + 1);
      case Token::Type::map:
        return map(object, token.number, depth + 1);
    }
    return false;
  }

  bool array(msgpack::object& object, std::uint64_t count, std::size_t depth) {
    object.type = msgpack::type::ARRAY;
    object.via.array.size = static_cast<std::uint32_t>(count);
    object.via.array.ptr = nullptr;
    if (!may_hold(count, depth)) {
      return false;
    }
    if (count == 0) {
      return true;
    }
    auto* const elements = static_cast<msgpack::object*>(zone_.allocate_align(
        count * sizeof(msgpack::object), MSGPACK_ZONE_ALIGNOF(msgpack::object)));
    object.via.array.ptr = elements;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!value(*new (&elements[i]) msgpack::object, depth)) {
        return false;
      }
    }
    return true;
  }

  bool map(msgpack::object& object, std::uint64_t count, std::size_t depth) {
    object.type = msgpack::type::MAP;
    object.via.map.size = static_cast<std::uint32_t>(count);
    object.via.map.ptr = nullptr;
    if (!may_hold(2 * count, depth)) {
      return false;
    }
    if (count == 0) {
      return true;
    }
    auto* const pairs = static_cast<msgpack::object_kv*>(zone_.allocate_align(
        count * sizeof(msgpack::object_kv), MSGPACK_ZONE_ALIGNOF(msgpack::object_kv)));
    object.via.map.ptr = pairs;
    for (std::uint64_t i = 0; i < count; ++i) {
      auto& pair = *new (&pairs[i]) msgpack::object_kv;
      if (!value(pair.key, depth) || !value(pair.val, depth)) {
        return false;
      }
    }
    return true;
  }

  // Each element has at least one byte. What outer containers have yet to get counts as well, since
  // else each level could ask for as much memory as the outermost one.
  bool may_hold(std::uint64_t values, std::size_t depth) {
    if (depth > max_depth_) {
      return fail(TreeFault::too_deep);
    }
    if (values > reader_.bytes_left()) {
      return fail(TreeFault::truncated);
    }
    if (values > values_left_) {
      return fail(is_limited_ ? TreeFault::too_many : TreeFault::truncated);
    }
    values_left_ -= values;
    return true;
  }
  bool fail(TreeFault fault) {
    fault_ = fault;
    return false;
  }

  MsgpackReader reader_;
  std::size_t max_depth_;
  std::size_t values_left_;
  bool is_limited_;
  msgpack::zone& zone_;
  TreeFault fault_ = TreeFault::none;
};

}  // namespace

TreeFault read_tree(std::string_view bytes, const TreeLimits& limits, msgpack::zone& zone,
                    msgpack::object& tree) {
  return TreeReader(bytes, limits, zone).read(tree);
}

}  // namespace spinoff::serialization
