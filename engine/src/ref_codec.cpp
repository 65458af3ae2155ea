#include "ref_codec.hpp"

#include <spinoff/engine/node_core.hpp>
#include <spinoff/ref_msgpack.hpp>

namespace spinoff {

namespace engine {

namespace {
constinit thread_local NodeAnchor* t_decoding_for = nullptr;
}

DecodingFor::DecodingFor(NodeAnchor& anchor) noexcept : outer_(t_decoding_for) {
  t_decoding_for = &anchor;
}

DecodingFor::~DecodingFor() {
  t_decoding_for = outer_;
}

}  // namespace engine

namespace detail {

std::string encode_ref(const Ref& ref) {
  const Uri uri = ref.uri();
  return uri.node().has_value() ? uri.to_string() : std::string();
}

Ref decode_ref(std::string_view uri) {
  if (engine::t_decoding_for == nullptr) {
    return {};
  }
  const engine::NodeAnchor::Entry entry(*engine::t_decoding_for);
  if (entry.node() == nullptr) {
    return {};
  }
  try {
    const Uri parsed = Uri::parse(uri);
    if (!parsed.node().has_value()) {
      throw DecodeError("the ref " + parsed.to_string() + " does not say of which node");
    }
    return entry.node()->resolve(parsed);
  } catch (const InvalidUri& error) {
    throw DecodeError(error.what());
  }
}

}  // namespace detail
}  // namespace spinoff
