#include <algorithm>

#include <msgpack/unpack.hpp>

#include <spinoff/serializable.hpp>

namespace spinoff::detail {

namespace {

// Deep enough for any data structure that people write; shallow enough for msgpack's recursion.
constexpr std::size_t kMaxDepth = 64;

}  // namespace

void with_decoded(std::string_view bytes, void (*use)(const msgpack::object&, void*),
                  void* context) {
  // No container can have more elements than there are bytes left, whatever its header claims.
  const std::size_t elements = bytes.size();
  const msgpack::unpack_limit limit(elements, elements, bytes.size(), bytes.size(), bytes.size(),
                                    kMaxDepth);
  try {
    msgpack::zone zone;
    std::size_t offset = 0;
    bool referenced = false;
    const msgpack::object object = msgpack::unpack(
        zone, bytes.data(), bytes.size(), offset, referenced,
        [](msgpack::type::object_type, std::size_t, void*) { return true; }, nullptr, limit);
    if (offset != bytes.size()) {
      throw DecodeError("bytes are left over after the message");
    }
    use(object, context);
  } catch (const msgpack::unpack_error& error) {
    throw DecodeError(std::string("the bytes are no msgpack value: ") + error.what());
  } catch (const msgpack::type_error&) {
    throw DecodeError("the fields do not have the types that the message wants");
  }
}

}  // namespace spinoff::detail
