/// Refs inside messages: how msgpack writes and reads them.
#pragma once

#include <string>

#include <spinoff/ref.hpp>
#include <spinoff/serializable.hpp>

namespace spinoff {

template <>
struct IsSerializable<Ref> : std::true_type {};

namespace detail {

/// The URI as it is known at other nodes; empty for nobody, and for an actor that they cannot
/// reach.
std::string encode_ref(const Ref& ref);
/// A Ref as seen from the node that decodes now. Throws DecodeError for what is no URI.
Ref decode_ref(std::string_view uri);

}  // namespace detail
}  // namespace spinoff

namespace msgpack {
MSGPACK_API_VERSION_NAMESPACE(MSGPACK_DEFAULT_API_NS) {
  namespace adaptor {

  template <>
  struct pack<spinoff::Ref> {
    template <class Stream>
    packer<Stream>& operator()(packer<Stream>& out, const spinoff::Ref& ref) const {
      const std::string uri = spinoff::detail::encode_ref(ref);
      return uri.empty() ? out.pack_nil() : out.pack(uri);
    }
  };

  template <>
  struct convert<spinoff::Ref> {
    const msgpack::object& operator()(const msgpack::object& in, spinoff::Ref& ref) const {
      if (in.is_nil()) {
        ref = spinoff::Ref();
        return in;
      }
      if (in.type != msgpack::type::STR) {
        throw msgpack::type_error();
      }
      ref = spinoff::detail::decode_ref({in.via.str.ptr, in.via.str.size});
      return in;
    }
  };

  }  // namespace adaptor
}
}  // namespace msgpack
