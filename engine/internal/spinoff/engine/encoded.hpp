/// Messages from other nodes, before the worker that runs their receiver decodes them.
///
/// A short one lies in its envelope, which is of one of the sizes that the pool has. A long one is
/// a part of what came over the network, and holds that, if that is not much larger: then it is
/// copied, or a few messages that wait would keep whole frames.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include <spinoff/detail/envelope.hpp>

namespace spinoff::engine {

/// Bytes that came over the network, for those who hold a part of them. Counts who does; whoever
/// makes it is the first.
class SharedBytes {
 public:
  SharedBytes() = default;
  SharedBytes(const SharedBytes&) = delete;
  SharedBytes& operator=(const SharedBytes&) = delete;

  /// How many there are.
  [[nodiscard]] virtual std::size_t size() const noexcept = 0;

  void retain() noexcept { holders_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete this;  // NOLINT(cppcoreguidelines-owning-memory)
    }
  }

 protected:
  virtual ~SharedBytes() = default;

 private:
  std::atomic<std::uint32_t> holders_{1};
};

/// What all of them begin with, so that the envelope can be read as one of these.
struct Encoded {
  static constexpr auto kKind = detail::MessageKind::encoded;
  const detail::MessageType* type;
  const char* data;
  std::size_t size;

  [[nodiscard]] std::string_view payload() const noexcept { return {data, size}; }
};

/// `data` is from `holder`, which is held.
struct EncodedPart : Encoded {
  EncodedPart(const detail::MessageType& message_type, std::string_view payload,
              SharedBytes& bytes) noexcept
      : Encoded{&message_type, payload.data(), payload.size()}, holder(&bytes) {
    holder->retain();
  }
  EncodedPart(EncodedPart&& other) noexcept
      : Encoded(other), holder(std::exchange(other.holder, nullptr)) {}
  EncodedPart(const EncodedPart&) = delete;
  EncodedPart& operator=(const EncodedPart&) = delete;
  EncodedPart& operator=(EncodedPart&&) = delete;
  ~EncodedPart() {
    if (holder != nullptr) {
      holder->release();
    }
  }

  SharedBytes* holder;
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
