#include <optional>
#include <utility>

#include <msgpack/object.hpp>
#include <msgpack/zone.hpp>

#include <spinoff/serializable.hpp>

#include "msgpack_tree.hpp"

namespace spinoff::detail {

namespace {

using serialization::TreeFault;

// Deep enough for any data structure that people write; shallow enough for msgpack's recursion. The
// values of the largest message take 384 MiB while it is decoded, however small each of them is.
constexpr serialization::TreeLimits kLimits{.max_depth = 64, .max_values = std::size_t{16} << 20U};

const char* describe(TreeFault fault) noexcept {
  switch (fault) {
    case TreeFault::truncated:
      return "the bytes are no msgpack value: they end too early";
    case TreeFault::invalid:
      return "the bytes are no msgpack value: one of them begins nothing";
    case TreeFault::too_deep:
      return "the bytes are no msgpack value: it is nested too deep";
    case TreeFault::too_many:
      return "the message has more than 16777216 values, which is the limit: send larger ones, "
             "such "
             "as texts, or several messages";
    case TreeFault::left_over:
      return "bytes are left over after the message";
    case TreeFault::none:
      break;
  }
  return "";
}

// One a thread, so that decoding allocates nothing but what the message itself wants. Whoever
// decodes while it decodes gets another one.
class Zone {
 public:
  Zone() : is_outermost_(!std::exchange(t_in_use, true)) {
    if (!is_outermost_) {
      own_.emplace();
    }
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
  ~Zone() {
    if (is_outermost_) {
      shared().clear();
      t_in_use = false;
    }
  }
  msgpack::zone& operator*() { return own_.has_value() ? *own_ : shared(); }

 private:
  static msgpack::zone& shared() {
    static thread_local msgpack::zone zone;
    return zone;
  }

  static constinit thread_local bool t_in_use;
  const bool is_outermost_;
  std::optional<msgpack::zone> own_;
};

constinit thread_local bool Zone::t_in_use = false;

}  // namespace

void with_decoded(std::string_view bytes, void (*use)(const msgpack::object&, void*),
                  void* context) {
  Zone zone;
  msgpack::object object;
  if (const TreeFault fault = serialization::read_tree(bytes, kLimits, *zone, object);
      fault != TreeFault::none) {
    throw DecodeError(describe(fault));
  }
  try {
    use(object, context);
  } catch (const msgpack::type_error&) {
    throw DecodeError("the fields do not have the types that the message wants");
  }
}

}  // namespace spinoff::detail
