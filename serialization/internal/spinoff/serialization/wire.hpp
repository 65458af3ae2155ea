/// What nodes say to each other, as bytes. One ZeroMQ message part is one frame; a frame is one
/// msgpack array that begins with who sends it in which session, and ends with a batch of items.
///
/// docs/wire-protocol.md is the specification, with the meaning of each field. Here are only the
/// form and its limits: `encode` makes one item (any thread), `FrameBuilder` makes a frame of items
/// that are already encoded, `decode_frame` reads one. Whatever the bytes are, decoding neither
/// throws nor allocates more than a small multiple of their number.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <spinoff/uri.hpp>

namespace spinoff::serialization {

inline constexpr std::uint64_t kWireVersion = 1;

/// Kinds below this are *carried*: their order and their number are kept by the session. The others
/// are about the session itself. So an old node can count what a newer one sends.
inline constexpr std::uint64_t kFirstControlKind = 32;

/// The longest path, URI, type name or reason, in bytes.
inline constexpr std::size_t kMaxTextLength = kMaxUriLength;

enum class ItemKind : std::uint8_t {
  message = 0,
  watch = 1,
  unwatch = 2,
  terminated = 3,
  ask_failed = 4,
  hello = 32,
  bye = 33,
};

/// One thing that is said. The views belong to the frame that it was decoded from (or, to encode,
/// to the caller), so take what you keep while that is there.
struct Item {
  ItemKind kind = ItemKind::message;
  /// The path on the receiving node that it is for: of the receiver, of the watched actor (`watch`,
  /// `unwatch`), of the watcher (`terminated`), of the ask. In a `hello`, the receiving node's id.
  std::string_view to = {};
  /// The URI at the sending end: of the sender (empty: none), of the watcher (`watch`, `unwatch`),
  /// of the actor that stopped (`terminated`). One that begins with `/` is of the sending node.
  std::string_view from = {};
  /// The name of the message's type.
  std::string_view type = {};
  /// The encoded message, or why the ask failed.
  std::string_view payload = {};
  /// In a `hello`, the largest frame that the sending node reads; 0: it did not say.
  std::uint64_t max_frame_bytes = 0;
};

/// The item's bytes, ready for `FrameBuilder::add`. Throws std::length_error if a text is longer
/// than `kMaxTextLength` (a reason is cut instead) or the payload is 4 GiB or more.
[[nodiscard]] std::string encode(const Item& item);

/// One end of a session: which start of the node, and which of the sessions that it began since.
/// {0, 0} is "not known yet".
struct SessionId {
  std::uint64_t incarnation = 0;
  std::uint64_t number = 0;

  friend auto operator<=>(const SessionId&, const SessionId&) = default;
};

struct FrameHeader {
  SessionId from_session;
  SessionId to_session;
  /// How many carried items went before this frame in the session.
  std::uint64_t sequence = 0;
};

/// Puts one frame together.
class FrameBuilder {
 public:
  FrameBuilder(std::string_view from, const FrameHeader& header);
  void add(std::string_view encoded_item);
  /// Bytes so far; what `finish` gives has as many.
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] std::size_t items() const noexcept { return items_; }
  /// Makes room for that many bytes in all.
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
  [[nodiscard]] std::string finish() &&;

 private:
  std::string bytes_;
  std::size_t count_at_ = 0;
  std::size_t items_ = 0;
};

/// What a node accepts; anything over it makes the whole frame, or the one item, be refused.
struct FrameLimits {
  std::size_t max_frame_bytes = std::size_t{16} << 20U;
  std::size_t max_items = 65'536;
  /// Arrays and maps inside each other, counting the frame, its item list and the item.
  std::size_t max_nesting = 16;
};

struct Frame {
  /// The node id that it says it is from, not checked.
  std::string_view from;
  FrameHeader header;
  /// Only those that are understood.
  std::vector<Item> items;
  /// How many carried items the frame has, understood or not.
  std::uint64_t carried = 0;
  /// Items of a kind that this version does not know.
  std::uint64_t unknown_items = 0;
  /// Items with a field missing, of the wrong type or too long.
  std::uint64_t bad_items = 0;
};

enum class FrameFault : std::uint8_t {
  truncated,      ///< the bytes end inside the frame
  malformed,      ///< not msgpack, or not of this form
  too_large,      ///< over a limit
  other_version,  ///< the sender speaks another version
};

struct FrameError {
  FrameFault fault = FrameFault::malformed;
  /// What is wrong, as a sentence without its full stop.
  std::string what;
  /// With `other_version`, whatever stands where the sender's node id is in every version.
  std::string from;
};

/// Reads one frame; the result's views point into `bytes`.
[[nodiscard]] std::variant<Frame, FrameError> decode_frame(std::string_view bytes,
                                                           const FrameLimits& limits);

}  // namespace spinoff::serialization
