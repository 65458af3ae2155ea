/// A message on its way to another node, encoded.
#pragma once

#include <cstdint>
#include <string_view>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/serialization/frame_bytes.hpp>

namespace spinoff::remoting {

struct OutgoingMessage {
  /// Of the receiver, which is held.
  detail::Target& to;
  std::uint32_t generation;
  std::string_view path;
  /// Whoever sent it as it goes over the wire; not known unless it was asked for.
  std::string_view sender;
  bool is_sender_known;
  const detail::Envelope& envelope;
  std::string_view payload;
  /// Of the payload, with room in front; whoever sends it may take this, and leave something else.
  /// Null: it is not to be taken.
  serialization::FrameBytes* memory = nullptr;
};

}  // namespace spinoff::remoting
