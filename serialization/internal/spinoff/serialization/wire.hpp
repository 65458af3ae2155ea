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
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <spinoff/serialization/frame_bytes.hpp>
#include <spinoff/serialization/payload_run.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::serialization {

inline constexpr std::uint64_t kWireVersion = 1;

/// Kinds below this are *carried*: their order and their number are kept by the session. The others
/// are about the session itself. So an old node can count what a newer one sends.
inline constexpr std::uint64_t kFirstControlKind = 32;

/// The longest path, URI, type name or reason, in bytes.
inline constexpr std::size_t kMaxTextLength = kMaxUriLength;
/// The longest text that a number may stand for.
inline constexpr std::size_t kMaxAliasText = 512;

enum class ItemKind : std::uint8_t {
  message = 0,
  watch = 1,
  unwatch = 2,
  terminated = 3,
  ask_failed = 4,
  part = 5,
  hello = 32,
  bye = 33,
  relay = 34,
  relayed = 35,
  not_relayed = 36,
  probe = 37,
  probe_answer = 38,
};

/// A number that stands for a text in a session, once it was given with it.
struct Alias {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t number = kNone;
  /// The text stands with it: from here on the number means that.
  bool is_new = false;
  /// Of the numbers that came from a peer: which of the meanings that it has had this is.
  std::uint32_t meaning = 0;

  [[nodiscard]] bool is_given() const noexcept { return number != kNone; }
  friend bool operator==(const Alias&, const Alias&) = default;
};

/// One thing that is said. The views belong to the frame that it was decoded from (or, to encode,
/// to the caller), so take what you keep while that is there.
struct Item {
  ItemKind kind = ItemKind::message;
  /// In a `hello`, whether the sending node may be reached by relays.
  bool has_relays = false;
  /// In a `hello`, the largest message in parts that the sending node takes; 0: it takes no parts.
  std::uint32_t max_message_bytes = 0;
  /// The path on the receiving node that it is for: of the receiver, of the watched actor (`watch`,
  /// `unwatch`), of the watcher (`terminated`), of the ask. In a `hello`, the receiving node's id;
  /// in a `relay` and a `not_relayed`, that of the node that a frame is for.
  std::string_view to = {};
  /// The URI at the sending end: of the sender (empty: none), of the watcher (`watch`, `unwatch`),
  /// of the actor that stopped (`terminated`). One that begins with `/` is of the sending node. In
  /// a `relayed`, the id of the node that a frame is from.
  std::string_view from = {};
  /// The name of the message's type.
  std::string_view type = {};
  /// The encoded message, why the ask failed, what a `part` brings (the rest of that is in a Part),
  /// or why a frame was not relayed. In a `relay` and a `relayed`, that frame.
  std::string_view payload = {};
  /// Of `to`, `from` and `type` in a `message`. With one that is not new, the text is empty.
  Alias to_alias = {};
  Alias from_alias = {};
  Alias type_alias = {};
  /// In a `hello`, the largest frame that the sending node reads; 0: it did not say.
  std::uint64_t max_frame_bytes = 0;
  /// In a `hello`, how many aliases it keeps of each kind.
  std::uint64_t max_aliases = 0;
  /// A run: messages that followed this one and are alike but for their payloads. See
  /// Runs::together.
  PayloadRun others = {};

  /// How many messages it is.
  [[nodiscard]] std::uint64_t count() const noexcept { return 1 + others.count(); }
};

/// A question by which way a peer can be reached, or the answer to one.
struct Probe {
  bool is_answer = false;
  std::uint64_t number = 0;
  /// In an answer: how many carried items have come in the session.
  std::uint64_t received = 0;
};

/// A part of a message that is too large for one frame, or would hold up others. All of them
/// together are the item as `encode` makes it.
struct Part {
  /// Which message it is of. Another one for each that is under way in a session.
  std::uint64_t number = 0;
  /// How many bytes the item has.
  std::uint64_t total = 0;
  /// How many of them went before.
  std::uint64_t offset = 0;
  std::string_view bytes = {};
};

/// The bytes that a part has besides those it brings, at most.
inline constexpr std::size_t kMostPartHead = 40;
/// How many messages in parts may be under way at once in one direction of a session.
inline constexpr std::size_t kMostInParts = 4;

/// The bytes that a message has besides its texts and its payload, at most.
inline constexpr std::size_t kMostHeads = 40;

/// The item's bytes, ready for `FrameBuilder::add`. Throws std::length_error if a text is longer
/// than `kMaxTextLength` (a reason is cut instead) or the payload is 4 GiB or more.
[[nodiscard]] std::string encode(const Item& item);
[[nodiscard]] std::string encode(const Probe& probe);
/// Throws what `encode` throws.
void check(const Item& item);
/// Appends one that was checked to others.
void append(std::string& items, const Item& item);
/// The same for a message in two steps: all but its payload, which is the same for all messages
/// that have their names in common; and the payload.
void append_head(std::string& items, const Item& message);
void append_payload(std::string& items, std::string_view payload);
/// Makes the payload, in its own memory, the message: puts all else in front of it. There is room
/// for the texts and kMostHeads bytes.
void enclose_payload(FrameBytes& payload, const Item& message);

/// The payloads of messages that were appended to each other, in order.
class Payloads {
 public:
  explicit Payloads(std::string_view items) noexcept : items_(items) {}
  /// Not more often than there are messages.
  std::string_view next();

 private:
  std::string_view items_;
};

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
  FrameBuilder(std::string_view from, const FrameHeader& header)
      : FrameBuilder(std::string(), from, header) {}
  /// In the buffer's memory.
  FrameBuilder(std::string buffer, std::string_view from, const FrameHeader& header);
  void add(std::string_view encoded_items, std::size_t count = 1);
  void add(const Part& part);
  /// Bytes so far; what `finish` gives has as many.
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] std::size_t items() const noexcept { return items_; }
  /// Makes room for that many bytes in all.
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
  [[nodiscard]] std::string finish() &&;
  /// Instead of `add` and `finish`, with nothing added before: makes the encoded items the frame,
  /// without copying them. Gives the number of bytes that now stand in front of them; 0: there is
  /// not enough room for these.
  [[nodiscard]] std::size_t enclose(FrameBytes& encoded_items, std::size_t count);
  /// After that: the buffer.
  [[nodiscard]] std::string release() && { return std::move(bytes_); }

 private:
  void write_count();

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
  /// Of the items that are parts, in order.
  std::vector<Part> parts;
  /// Of the items that are probes or answers to some, which are not among the others.
  std::vector<Probe> probes;
  /// Whether there are any among them that are not carried.
  bool has_control = false;
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

/// Whether short messages that follow each other and are alike but for their payloads are one item:
/// there may be thousands, and what is done once for an item is then done once for all of them.
/// There are at most kMostInRun in one.
enum class Runs : std::uint8_t { apart, together };
inline constexpr std::uint64_t kMostInRun = std::uint64_t{1} << 16U;

/// Reads one frame; the result's views point into `bytes`.
[[nodiscard]] std::variant<Frame, FrameError> decode_frame(std::string_view bytes,
                                                           const FrameLimits& limits,
                                                           Runs runs = Runs::apart);

/// A message whose parts were put together. None if that is not what the bytes are, or if it has
/// aliases, which by then may mean something else.
[[nodiscard]] std::optional<Item> decode_message(std::string_view bytes);

/// The path that an encoded item is for, of a kind between actors; none if it goes by an alias.
[[nodiscard]] std::string_view receiver_of(std::string_view item);

}  // namespace spinoff::serialization
