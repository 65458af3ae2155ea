/// Messages from other nodes, before the worker that runs their receiver decodes them.
///
/// A short one lies in its envelope, which is of one of the sizes that the pool has. A long one is
/// a part of what came over the network, and keeps that (SharedBytes).
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/engine/shared_bytes.hpp>

namespace spinoff::engine {

/// What all of them begin with, so that the envelope can be read as one of these.
struct Encoded {
  static constexpr auto kKind = detail::MessageKind::encoded;
  const detail::MessageType* type;
  const char* data;
  std::size_t size;

  [[nodiscard]] std::string_view payload() const noexcept { return {data, size}; }
};

struct EncodedPart : Encoded {
  EncodedPart(const detail::MessageType& message_type, KeptBytes payload) noexcept
      : Encoded{&message_type, payload.bytes.data(), payload.bytes.size()},
        holder(std::move(payload.holder)) {}

  BytesHolder holder;
};

template <std::size_t capacity>
struct EncodedInPlace : Encoded {
  EncodedInPlace(const detail::MessageType& message_type, std::string_view payload) noexcept
      : Encoded{&message_type, bytes, payload.size()} {
    std::memcpy(bytes, payload.data(), payload.size());
  }
  EncodedInPlace(const EncodedInPlace& other) noexcept
      : EncodedInPlace(*other.type, other.payload()) {}
  EncodedInPlace& operator=(const EncodedInPlace&) = delete;
  ~EncodedInPlace() = default;

  char bytes[capacity];
};

/// An envelope with the encoded message; `payload` is a part of `bytes`.
detail::EnvelopePtr make_encoded(detail::Sender sender, const detail::MessageType& type,
                                 std::string_view payload, SharedBytes& bytes);
/// The same for bytes of the caller's.
detail::EnvelopePtr make_encoded(detail::Sender sender, const detail::MessageType& type,
                                 std::string_view payload);

}  // namespace spinoff::engine
