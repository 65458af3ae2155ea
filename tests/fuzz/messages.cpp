/// Bytes that came from another node: frames, messages in parts, payloads, and what mappers say.
/// What is read and written again reads the same; no input makes a decoder take more memory than a
/// multiple of its size; what is not read is refused by the error that the caller knows.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <msgpack.hpp>
#include <sanitizer/allocator_interface.h>

#include <spinoff/message_type.hpp>
#include <spinoff/ref_msgpack.hpp>
#include <spinoff/serialization/wire.hpp>

#include "engine/manual_node.hpp"
#include "fuzz.hpp"
#include "mapper_wire.hpp"
#include "msgpack_tree.hpp"
#include "peer_names.hpp"
#include "ref_codec.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::serialization;
using fuzz::require;

// --- memory -------------------------------------------------------------------------------------

bool g_counts = false;
std::size_t g_allocated = 0;

void count_malloc(const volatile void* /*block*/, std::size_t size) {
  g_allocated += g_counts ? size : 0;
}
void count_free(const volatile void* /*block*/) {}

// What it allocates in all, also if that is freed meanwhile.
template <class F>
std::size_t allocated_by(const F& f) {
  g_allocated = 0;
  g_counts = true;
  f();
  g_counts = false;
  return g_allocated;
}

// --- messages that a program may have -----------------------------------------------------------

enum class Color : std::uint8_t { red, green };
}  // namespace
MSGPACK_ADD_ENUM(Color);
namespace {

struct Leaf {
  std::int64_t whole = 0;
  std::uint8_t small = 0;
  bool flag = false;
  double wide = 0;
  float narrow = 0;
  std::string text;
  std::optional<std::int16_t> maybe;
  Color color = Color::red;
  MSGPACK_DEFINE(whole, small, flag, wide, narrow, text, maybe, color)
};

struct Branch {
  std::vector<Leaf> leaves;
  std::vector<Branch> branches;
  std::map<std::string, std::vector<std::uint32_t>> index;
  std::array<std::int16_t, 3> triple = {};
  std::pair<std::string, std::optional<Leaf>> pair;
  Ref ref;
  std::vector<Ref> refs;
  MSGPACK_DEFINE(leaves, branches, index, triple, pair, ref, refs)
};

struct Named {
  std::string name;
  std::vector<bool> flags;
  std::map<std::int32_t, std::map<std::string, Ref>> tables;
  MSGPACK_DEFINE_MAP(name, flags, tables)
};

const std::array kTypes{&detail::message_type<Leaf>(),
                        &detail::message_type<Branch>(),
                        &detail::message_type<Named>(),
                        &detail::message_type<std::vector<Branch>>(),
                        &detail::message_type<std::vector<std::int32_t>>(),
                        &detail::message_type<std::string>(),
                        &detail::message_type<Ref>()};

// One of a type that only its record knows.
class Value {
 public:
  explicit Value(const detail::MessageType& type)
      : type_(type), place_(std::make_unique<std::max_align_t[]>(1 + type.size / 16)) {}
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;
  ~Value() {
    if (is_there_ && type_.destroy != nullptr) {
      type_.destroy(place_.get());
    }
  }
  // False if the bytes are none.
  bool decode(std::string_view bytes) {
    try {
      type_.decode(bytes, place_.get());
      is_there_ = true;
    } catch (const DecodeError& error) {
      require(*error.what() != '\0', "an error says what is wrong");
    }
    return is_there_;
  }
  [[nodiscard]] std::string encoded() const {
    std::string bytes;
    type_.encode(place_.get(), bytes);
    return bytes;
  }

 private:
  const detail::MessageType& type_;
  std::unique_ptr<std::max_align_t[]> place_;
  bool is_there_ = false;
};

void check_payload(const detail::MessageType& type, std::string_view bytes) {
  static const testing::ManualNode node;
  const engine::DecodingFor scope(node.core().anchor());
  Value value(type);
  bool is_good = false;
  const std::size_t memory = allocated_by([&] { is_good = value.decode(bytes); });
  // The largest value that one byte may stand for here is a Branch.
  require(memory <= 2 * (sizeof(Branch) + sizeof(msgpack::object)) * bytes.size() + 65'536,
          "a decoder takes a multiple of the bytes: " + std::to_string(memory) + " for " +
              std::to_string(bytes.size()));
  if (is_good) {
    const std::string again = value.encoded();
    Value same(type);
    require(same.decode(again), "what was encoded can be decoded");
    require(same.encoded() == again, "and is the same then");
  }
}

// --- trees --------------------------------------------------------------------------------------

std::size_t values_of(const msgpack::object& object, std::size_t depth) {
  require(depth <= 8, "no tree is deeper than it may be");
  std::size_t count = 1;
  if (object.type == msgpack::type::ARRAY) {
    for (std::uint32_t i = 0; i < object.via.array.size; ++i) {
      count += values_of(object.via.array.ptr[i], depth + 1);
    }
  } else if (object.type == msgpack::type::MAP) {
    for (std::uint32_t i = 0; i < object.via.map.size; ++i) {
      count += values_of(object.via.map.ptr[i].key, depth + 1);
      count += values_of(object.via.map.ptr[i].val, depth + 1);
    }
  }
  return count;
}

// As much as there are bytes, however containers are inside each other; in small steps.
void check_memory_of_tree(std::string_view bytes) {
  constexpr std::size_t kStep = 64;
  msgpack::zone zone(kStep);
  msgpack::object tree;
  const std::size_t memory = allocated_by([&] {
    static_cast<void>(read_tree(bytes, {.max_depth = 64, .max_values = bytes.size()}, zone, tree));
  });
  require(memory <= 4 * sizeof(msgpack::object) * bytes.size() + 1'024,
          "a tree takes a multiple of the bytes: " + std::to_string(memory) + " for " +
              std::to_string(bytes.size()));
}

void check_tree(std::string_view bytes) {
  check_memory_of_tree(bytes);
  constexpr TreeLimits kLimits{.max_depth = 8, .max_values = 64};
  msgpack::zone zone;
  msgpack::object tree;
  if (read_tree(bytes, kLimits, zone, tree) != TreeFault::none) {
    return;
  }
  // Not counting the outermost one.
  require(values_of(tree, 0) <= kLimits.max_values + 1, "no tree has more values than it may have");
  msgpack::sbuffer packed;
  msgpack::pack(packed, tree);
  msgpack::zone other_zone;
  msgpack::object same;
  require(read_tree({packed.data(), packed.size()}, kLimits, other_zone, same) == TreeFault::none,
          "a tree that was written can be read");
  msgpack::sbuffer again;
  msgpack::pack(again, same);
  require(std::string_view(packed.data(), packed.size()) ==
              std::string_view(again.data(), again.size()),
          "and is the same then");
}

// --- frames -------------------------------------------------------------------------------------

bool is_same(const Item& a, const Item& b) {
  return a.kind == b.kind && a.max_message_bytes == b.max_message_bytes && a.to == b.to &&
         a.from == b.from && a.type == b.type && a.payload == b.payload &&
         a.to_alias == b.to_alias && a.from_alias == b.from_alias && a.type_alias == b.type_alias &&
         a.max_frame_bytes == b.max_frame_bytes && a.max_aliases == b.max_aliases;
}

bool is_same(const Part& a, const Part& b) {
  return a.number == b.number && a.total == b.total && a.offset == b.offset && a.bytes == b.bytes;
}

void check_within(std::string_view text, std::string_view bytes) {
  require(
      text.empty() || (text.data() >= bytes.data() && text.end() <= bytes.data() + bytes.size()),
      "a text is a part of the frame");
}

void check_item(const Item& item, std::string_view bytes) {
  for (const std::string_view text : {item.to, item.from, item.type}) {
    check_within(text, bytes);
    require(text.size() <= kMaxTextLength, "no text is longer than it may be");
  }
  check_within(item.payload, bytes);
  if (item.kind != ItemKind::message) {
    require(!item.to_alias.is_given() && !item.from_alias.is_given() && !item.type_alias.is_given(),
            "only messages have aliases");
    return;
  }
  require(receiver_of(encode(item)) == (item.to_alias.is_given() ? "" : item.to),
          "the receiver is found in an item");
  const detail::MessageType* const type = detail::TypeRegistry::find(item.type);
  if (type != nullptr) {
    check_payload(*type, item.payload);
  }
}

constexpr FrameLimits kFrameLimits{
    .max_frame_bytes = 1U << 20U, .max_items = 32, .max_nesting = 16};

Frame read_again(const std::string& bytes) {
  auto decoded = decode_frame(bytes, kFrameLimits);
  if (const FrameError* const error = std::get_if<FrameError>(&decoded)) {
    require(false, "a frame that was built can be read: " + error->what);
  }
  return std::move(std::get<Frame>(decoded));
}

std::vector<std::string_view> payloads_of(const Frame& frame) {
  std::vector<std::string_view> payloads;
  for (const Item& item : frame.items) {
    payloads.push_back(item.payload);
    item.others.each([&](std::string_view payload) { payloads.push_back(payload); });
    require(item.count() == 1 || item.kind == ItemKind::message, "only messages are runs");
  }
  return payloads;
}

void check_runs(std::string_view bytes, const Frame& apart) {
  const std::variant<Frame, FrameError> decoded = decode_frame(bytes, kFrameLimits, Runs::together);
  const Frame* const together = std::get_if<Frame>(&decoded);
  require(together != nullptr, "a frame can be read with runs, too");
  require(together->carried == apart.carried && together->bad_items == apart.bad_items &&
              together->unknown_items == apart.unknown_items &&
              payloads_of(*together) == payloads_of(apart),
          "runs have the same messages");
  std::size_t at = 0;
  for (const Item& run : together->items) {
    for (std::uint64_t i = 0; i < run.count(); ++i, ++at) {
      const Item& one = apart.items.at(at);
      require(one.kind == run.kind && one.to == run.to && one.to_alias == run.to_alias &&
                  one.from_alias == run.from_alias && one.type_alias == run.type_alias,
              "all messages of a run are alike");
    }
  }
}

void check_frame(std::string_view bytes) {
  std::variant<Frame, FrameError> decoded;
  const std::size_t memory = allocated_by([&] { decoded = decode_frame(bytes, kFrameLimits); });
  require(memory <= 256 * bytes.size() + 4'096, "reading a frame takes a multiple of its bytes");
  if (const FrameError* const error = std::get_if<FrameError>(&decoded)) {
    require(!error->what.empty(), "an error says what is wrong");
    return;
  }
  const Frame& frame = std::get<Frame>(decoded);
  check_within(frame.from, bytes);
  check_runs(bytes, frame);
  require(frame.items.size() + frame.bad_items + frame.unknown_items <= kFrameLimits.max_items,
          "no frame has more items than it may have");

  FrameBuilder builder(frame.from, frame.header);
  std::uint64_t carried = 0;
  std::size_t parts = 0;
  bool has_control = false;
  std::string messages;
  for (const Item& item : frame.items) {
    check_item(item, bytes);
    const bool is_carried = static_cast<std::uint64_t>(item.kind) < kFirstControlKind;
    carried += is_carried ? 1 : 0;
    has_control = has_control || !is_carried;
    if (item.kind == ItemKind::part) {
      require(frame.parts.at(parts).bytes == item.payload, "a part is what its item has");
      builder.add(frame.parts[parts++]);
    } else {
      builder.add(encode(item));
    }
    if (item.kind == ItemKind::message) {
      append(messages, item);
    }
  }
  require(
      carried <= frame.carried && frame.carried <= carried + frame.bad_items + frame.unknown_items,
      "what is carried was taken, bad or unknown");
  require(frame.has_control == has_control, "a frame knows whether it has a hello or a bye");
  require(frame.parts.size() == parts, "each part has its item");

  const std::string built = std::move(builder).finish();
  const Frame same = read_again(built);
  require(same.from == frame.from && same.header.from_session == frame.header.from_session &&
              same.header.to_session == frame.header.to_session &&
              same.header.sequence == frame.header.sequence,
          "a header reads as it was written");
  require(same.bad_items + same.unknown_items == 0 && same.carried == carried &&
              std::ranges::equal(same.items, frame.items,
                                 [](const Item& a, const Item& b) { return is_same(a, b); }) &&
              std::ranges::equal(same.parts, frame.parts,
                                 [](const Part& a, const Part& b) { return is_same(a, b); }),
          "items read as they were written");

  Payloads payloads(messages);
  for (const Item& item : frame.items) {
    require(item.kind != ItemKind::message || payloads.next() == item.payload,
            "payloads are found among items");
  }
}

void check_message_in_parts(std::string_view bytes) {
  const std::optional<Item> item = decode_message(bytes);
  if (item) {
    check_item(*item, bytes);
    const std::string again = encode(*item);
    const std::optional<Item> same = decode_message(again);
    require(same && is_same(*same, *item), "a message in parts reads as it was written");
  }
  check_within(receiver_of(bytes), bytes);
}

void check_mapper_message(std::string_view bytes) {
  const auto message = remoting::decode_mapper_message(bytes);
  if (message) {
    const auto same = remoting::decode_mapper_message(encode(*message));
    require(same && same->kind == message->kind && same->name == message->name &&
                same->node == message->node,
            "what is said to a mapper reads as it was written");
  }
}

void check_sender(std::string_view text) {
  const NodeId peer("peer", 1);
  try {
    const Uri uri = remoting::uri_of(peer, text);
    require(uri.node().has_value(), "a sender is of some node");
  } catch (const InvalidUri&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  require(__sanitizer_install_malloc_and_free_hooks(&count_malloc, &count_free) != 0,
          "what is allocated can be counted");
  return 0;
}

// The first byte says what the others are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
  switch (data[0]) {
    case 'f':
      check_frame(bytes);
      break;
    case 'm':
      check_message_in_parts(bytes);
      break;
    case 'n':
      check_mapper_message(bytes);
      break;
    case 's':
      check_sender(bytes);
      break;
    case 't':
      check_tree(bytes);
      break;
    default:
      check_payload(*kTypes[data[0] % kTypes.size()], bytes);
  }
  return 0;
}
