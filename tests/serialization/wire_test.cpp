/// Frames and items as bytes: what goes in comes out, and whatever else comes in does no harm.
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <msgpack/pack.hpp>

#include <spinoff/serialization/wire.hpp>

#include "wire_items.hpp"

namespace {

using namespace spinoff::serialization;

struct Sink {
  std::string& out;
  void write(const char* data, std::size_t size) { out.append(data, size); }
};

/// Writes msgpack by hand, for frames that `FrameBuilder` would never make.
struct Raw {
  std::string bytes;

  Raw& array(std::uint32_t n) {
    return packed([n](auto& p) { p.pack_array(n); });
  }
  Raw& map(std::uint32_t n) {
    return packed([n](auto& p) { p.pack_map(n); });
  }
  Raw& number(std::uint64_t n) {
    return packed([n](auto& p) { p.pack_uint64(n); });
  }
  Raw& negative(std::int64_t n) {
    return packed([n](auto& p) { p.pack_int64(n); });
  }
  Raw& nil() {
    return packed([](auto& p) { p.pack_nil(); });
  }
  Raw& text(std::string_view s) {
    return packed([s](auto& p) {
      p.pack_str(static_cast<std::uint32_t>(s.size()));
      p.pack_str_body(s.data(), static_cast<std::uint32_t>(s.size()));
    });
  }
  Raw& bin(std::string_view s) {
    return packed([s](auto& p) {
      p.pack_bin(static_cast<std::uint32_t>(s.size()));
      p.pack_bin_body(s.data(), static_cast<std::uint32_t>(s.size()));
    });
  }
  Raw& raw(std::string_view s) {
    bytes.append(s);
    return *this;
  }
  /// Everything of a frame up to its items, with `fields` fields announced.
  Raw& header(std::uint32_t fields = 8, std::uint64_t version = kWireVersion) {
    return array(fields).number(version).text(kNode).number(1).number(2).number(3).number(4).number(
        5);
  }

 private:
  template <class Function>
  Raw& packed(Function function) {
    Sink sink{bytes};
    msgpack::packer<Sink> packer(sink);
    function(packer);
    return *this;
  }
};

Frame good(std::string_view bytes, const FrameLimits& limits = {}) {
  auto result = decode_frame(bytes, limits);
  if (const auto* error = std::get_if<FrameError>(&result)) {
    BOOST_FAIL("not decoded: " + error->what);
  }
  return std::get<Frame>(std::move(result));
}

FrameError bad(std::string_view bytes, const FrameLimits& limits = {}) {
  const Exact exact(bytes);
  auto result = decode_frame(exact.view(), limits);
  BOOST_REQUIRE(std::holds_alternative<FrameError>(result));
  return std::get<FrameError>(std::move(result));
}

bool is_within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

/// Decodes, and looks at every byte of what came out.
void must_survive(std::string_view bytes) {
  const auto result = decode_frame(bytes, {});
  if (const auto* frame = std::get_if<Frame>(&result)) {
    BOOST_REQUIRE(is_within(frame->from, bytes));
    BOOST_REQUIRE_LE(frame->items.size(), bytes.size());
    for (const Item& one : frame->items) {
      for (const std::string_view part : {one.to, one.from, one.type, one.payload}) {
        BOOST_REQUIRE(is_within(part, bytes));
      }
    }
  } else {
    BOOST_REQUIRE(!std::get<FrameError>(result).what.empty());
  }
}

std::string sample() {
  Item hello = item(ItemKind::hello, kNode);
  hello.max_frame_bytes = 1 << 20;
  return frame_of({encode(item(ItemKind::message, "/app/worker", "/app/boss", "app.Work", "pay")),
                   encode(item(ItemKind::watch, "/app/worker", "10.0.0.1:9700/app/boss")),
                   encode(item(ItemKind::ask_failed, "/ask-1", {}, {}, "no such actor")),
                   encode(hello), encode(item(ItemKind::bye, {}))},
                  {{7, 8}, {9, 10}, 300});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire)

BOOST_AUTO_TEST_CASE(a_message_comes_out_as_it_went_in) {
  const std::string payload("a\0b\xff", 4);
  const std::string bytes = frame_of(
      {encode(item(ItemKind::message, "/app/w\xc3\xb6rker", "[::1]:9701/x", "app.Work", payload))});
  const Frame frame = good(bytes);
  BOOST_TEST(frame.from == kNode);
  BOOST_TEST(frame.carried == 1U);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 1U);
  const Item& message = frame.items[0];
  BOOST_TEST((message.kind == ItemKind::message));
  BOOST_TEST(message.to == "/app/w\xc3\xb6rker");
  BOOST_TEST(message.from == "[::1]:9701/x");
  BOOST_TEST(message.type == "app.Work");
  BOOST_TEST(message.payload == payload);
  BOOST_TEST(is_within(message.payload, bytes), "the payload is a view, not a copy");
}

BOOST_AUTO_TEST_CASE(names_of_a_message_come_as_texts_numbers_or_both) {
  Item both = item(ItemKind::message, "/a", "/b", "T", "p");
  both.to_alias = {.number = 5, .is_new = true};
  both.from_alias = {.number = 300, .is_new = true};
  both.type_alias = {.number = 70'000, .is_new = true};
  Item numbers = item(ItemKind::message, "", "", "", "p");
  numbers.to_alias = {.number = 5};
  numbers.from_alias = {.number = 300};
  numbers.type_alias = {.number = 70'000};
  const std::string bytes = frame_of({encode(both), encode(numbers)});
  const Frame frame = good(bytes);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 2U);
  for (const auto& [read, sent] : {std::pair{frame.items[0], both}, {frame.items[1], numbers}}) {
    BOOST_TEST(read.to == sent.to);
    BOOST_TEST(read.from == sent.from);
    BOOST_TEST(read.type == sent.type);
    BOOST_TEST((read.to_alias == sent.to_alias));
    BOOST_TEST((read.from_alias == sent.from_alias));
    BOOST_TEST((read.type_alias == sent.type_alias));
    BOOST_TEST(read.payload == "p");
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_is_none_of_these_is_a_bad_item) {
  const std::string long_text(kMaxAliasText + 1, 'x');
  for (const std::string& name :
       {Raw{}.array(2).text("/a").number(1).bytes, Raw{}.array(2).number(1).nil().bytes,
        Raw{}.array(2).number(1).text(long_text).bytes, Raw{}.array(1).number(1).bytes,
        Raw{}.array(3).number(1).text("/a").nil().bytes,
        Raw{}.array(2).array(1).nil().text("/a").bytes, Raw{}.number(0xFFFFFFFF).bytes}) {
    const std::string bytes =
        Raw{}.header().array(1).array(5).number(0).raw(name).nil().text("T").bin("p").bytes;
    const Frame frame = good(bytes);
    BOOST_TEST(frame.items.empty());
    BOOST_TEST(frame.bad_items == 1U);
    BOOST_TEST(frame.carried == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_message_of_no_sender_to_the_guardian_without_a_payload_comes_out_so) {
  const std::string bytes = frame_of({encode(item(ItemKind::message, "", "", "app.Ping", ""))});
  const Frame frame = good(bytes);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 1U);
  BOOST_TEST(frame.items[0].to.empty());
  BOOST_TEST(frame.items[0].from.empty());
  BOOST_TEST(frame.items[0].payload.empty());
  BOOST_TEST(frame.items[0].type == "app.Ping");
}

BOOST_AUTO_TEST_CASE(the_kinds_between_actors_come_out_as_they_went_in) {
  for (const ItemKind kind : {ItemKind::watch, ItemKind::unwatch, ItemKind::terminated}) {
    const std::string bytes = frame_of({encode(item(kind, "/a", "10.0.0.1:1/b"))});
    const Frame frame = good(bytes);
    BOOST_REQUIRE_EQUAL(frame.items.size(), 1U);
    BOOST_TEST((frame.items[0].kind == kind));
    BOOST_TEST(frame.items[0].to == "/a");
    BOOST_TEST(frame.items[0].from == "10.0.0.1:1/b");
    BOOST_TEST(frame.carried == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_failed_ask_comes_out_with_its_reason) {
  const std::string bytes =
      frame_of({encode(item(ItemKind::ask_failed, "/$ask-1", {}, {}, "why"))});
  const Frame frame = good(bytes);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 1U);
  BOOST_TEST((frame.items[0].kind == ItemKind::ask_failed));
  BOOST_TEST(frame.items[0].to == "/$ask-1");
  BOOST_TEST(frame.items[0].payload == "why");
}

BOOST_AUTO_TEST_CASE(a_part_comes_out_as_it_went_in) {
  const Part part{.number = 7, .total = 1'000'000, .offset = 300, .bytes = "bytes"};
  FrameBuilder builder(kNode, {});
  builder.add(encode(item(ItemKind::message, "/a", "", "T", "p")));
  const std::size_t before = builder.size();
  builder.add(part);
  BOOST_TEST(builder.size() <= before + part.bytes.size() + kMostPartHead);
  BOOST_TEST(builder.items() == 2U);
  const std::string bytes = std::move(builder).finish();
  const Frame frame = good(bytes);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 2U);
  BOOST_TEST((frame.items[1].kind == ItemKind::part));
  BOOST_REQUIRE_EQUAL(frame.parts.size(), 1U);
  BOOST_TEST(frame.parts[0].number == part.number);
  BOOST_TEST(frame.parts[0].total == part.total);
  BOOST_TEST(frame.parts[0].offset == part.offset);
  BOOST_TEST(frame.parts[0].bytes == part.bytes);
  BOOST_TEST(is_within(frame.parts[0].bytes, bytes), "the bytes are a view, not a copy");
  BOOST_TEST(frame.carried == 2U);
}

BOOST_AUTO_TEST_CASE(a_part_of_the_largest_numbers_has_no_larger_head_than_told) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  FrameBuilder builder(kNode, {});
  const std::size_t before = builder.size();
  const std::string bytes(70'000, 'x');
  builder.add(Part{.number = kMax, .total = kMax, .offset = kMax, .bytes = bytes});
  BOOST_TEST(builder.size() <= before + bytes.size() + kMostPartHead);
}

BOOST_AUTO_TEST_CASE(the_part_of_docs_wire_protocol_is_read_as_it_says) {
  const std::string bytes = Raw{}
                                .header()
                                .array(1)
                                .raw(std::string("\x95\x05\x01\x14\x0c\xc4\x08\x91\xa6hello!", 15))
                                .bytes;
  const Frame frame = good(bytes);
  BOOST_REQUIRE_EQUAL(frame.parts.size(), 1U);
  BOOST_TEST(frame.parts[0].number == 1U);
  BOOST_TEST(frame.parts[0].total == 20U);
  BOOST_TEST(frame.parts[0].offset == 12U);
  BOOST_TEST(frame.parts[0].bytes == "\x91\xa6hello!");
}

BOOST_AUTO_TEST_CASE(a_part_with_a_field_missing_or_of_the_wrong_type_is_a_bad_item) {
  for (const std::string& part :
       {Raw{}.array(4).number(5).number(1).number(2).number(0).bytes,
        Raw{}.array(5).number(5).text("1").number(2).number(0).bin("x").bytes,
        Raw{}.array(5).number(5).number(1).nil().number(0).bin("x").bytes,
        Raw{}.array(5).number(5).number(1).number(2).array(1).nil().bin("x").bytes,
        Raw{}.array(5).number(5).number(1).number(2).number(0).text("x").bytes}) {
    const std::string bytes = Raw{}.header().array(1).raw(part).bytes;
    const Frame frame = good(bytes);
    BOOST_TEST(frame.items.empty());
    BOOST_TEST(frame.parts.empty());
    BOOST_TEST(frame.bad_items == 1U);
    BOOST_TEST(frame.carried == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_whole_message_is_one_item_without_aliases) {
  const std::string bytes = encode(item(ItemKind::message, "/a", "/b", "T", "p"));
  const auto message = decode_message(bytes);
  BOOST_REQUIRE(message.has_value());
  BOOST_TEST(message->to == "/a");
  BOOST_TEST(message->from == "/b");
  BOOST_TEST(message->type == "T");
  BOOST_TEST(message->payload == "p");
  Item aliased = item(ItemKind::message, "/a", "/b", "T", "p");
  aliased.type_alias = {.number = 3, .is_new = true};
  for (const std::string& other :
       {std::string(), bytes.substr(0, bytes.size() - 1), bytes + "x", bytes + bytes,
        encode(aliased), encode(item(ItemKind::watch, "/a", "/b"))}) {
    BOOST_TEST(!decode_message(other).has_value());
  }
}

BOOST_AUTO_TEST_CASE(who_an_item_is_for_can_be_seen_without_the_rest) {
  for (const ItemKind kind : {ItemKind::message, ItemKind::watch, ItemKind::unwatch,
                              ItemKind::terminated, ItemKind::ask_failed}) {
    BOOST_TEST(receiver_of(encode(item(kind, "/to", "/from", "T", "p"))) == "/to");
  }
  Item aliased = item(ItemKind::message, "", "", "T", "p");
  aliased.to_alias = {.number = 3};
  BOOST_TEST(receiver_of(encode(aliased)).empty());
  BOOST_TEST(receiver_of({}).empty());
}

BOOST_AUTO_TEST_CASE(hello_and_bye_are_not_carried) {
  Item hello = item(ItemKind::hello, kNode);
  hello.max_frame_bytes = 12345;
  hello.max_message_bytes = 67'890;
  const std::string bytes = frame_of(
      {encode(hello), encode(item(ItemKind::hello, kNode)), encode(item(ItemKind::bye, {}))});
  const Frame frame = good(bytes);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 3U);
  BOOST_TEST(frame.carried == 0U);
  BOOST_TEST((frame.items[0].kind == ItemKind::hello));
  BOOST_TEST(frame.items[0].to == kNode);
  BOOST_TEST(frame.items[0].max_frame_bytes == 12345U);
  BOOST_TEST(frame.items[0].max_message_bytes == 67'890U);
  BOOST_TEST(frame.items[1].max_message_bytes == 0U);
  BOOST_TEST(frame.items[1].max_frame_bytes == 0U);
  BOOST_TEST((frame.items[2].kind == ItemKind::bye));
}

BOOST_AUTO_TEST_CASE(the_header_comes_out_as_it_went_in) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  for (const FrameHeader& header : {FrameHeader{}, FrameHeader{{1, 2}, {3, 4}, 5},
                                    FrameHeader{{kMax, kMax - 1}, {127, 128}, 65536}}) {
    const std::string bytes = frame_of({}, header);
    const Frame frame = good(bytes);
    BOOST_TEST((frame.header.from_session == header.from_session));
    BOOST_TEST((frame.header.to_session == header.to_session));
    BOOST_TEST(frame.header.sequence == header.sequence);
    BOOST_TEST(frame.items.empty());
  }
}

BOOST_AUTO_TEST_CASE(the_example_of_docs_wire_protocol_is_read_as_it_says) {
  const std::string bytes(
      "\x98\x01\xae"
      "127.0.0.1:9701"
      "\xcf\x01\x23\x45\x67\x89\xab\xcd\xef\x01"
      "\xcf\x12\x34\x56\x78\x9a\xbc\xde\xf0\x03"
      "\x00\x91\x95\x00\xa6/other\xab/$greeter-1\xae"
      "examples.Hello"
      "\xc4\x08\x91\xa6hello!",
      85);
  const Frame frame = good(bytes);
  BOOST_TEST(frame.from == "127.0.0.1:9701");
  BOOST_TEST((frame.header.from_session == SessionId{0x0123456789abcdef, 1}));
  BOOST_TEST((frame.header.to_session == SessionId{0x123456789abcdef0, 3}));
  BOOST_TEST(frame.header.sequence == 0U);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 1U);
  BOOST_TEST((frame.items[0].kind == ItemKind::message));
  BOOST_TEST(frame.items[0].to == "/other");
  BOOST_TEST(frame.items[0].from == "/$greeter-1");
  BOOST_TEST(frame.items[0].type == "examples.Hello");
  BOOST_TEST(frame.items[0].payload == "\x91\xa6hello!");
}

BOOST_AUTO_TEST_CASE(the_number_of_items_is_right_for_every_size_of_a_batch) {
  const std::string ping = encode(item(ItemKind::message, "/a", "", "P", ""));
  for (const std::size_t count : {0U, 1U, 15U, 16U, 255U, 256U, 65535U, 65536U, 70000U}) {
    FrameBuilder builder(kNode, {});
    for (std::size_t i = 0; i < count; ++i) {
      builder.add(ping);
    }
    BOOST_TEST(builder.items() == count);
    const std::size_t size = builder.size();
    const std::string bytes = std::move(builder).finish();
    BOOST_TEST(bytes.size() == size);
    FrameLimits limits;
    limits.max_items = 70000;
    BOOST_TEST(good(bytes, limits).items.size() == count);
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_is_told) {
  const std::string whole = sample();
  BOOST_TEST(good(whole).items.size() == 5U);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const FrameError error = bad(std::string_view(whole).substr(0, size));
    BOOST_TEST((error.fault == FrameFault::truncated),
               "cut after " << size << " bytes: " << error.what);
  }
}

BOOST_AUTO_TEST_CASE(every_corruption_of_one_byte_is_survived) {
  const std::string whole = sample();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Exact bytes(whole);
    for (int value = 0; value < 256; ++value) {
      bytes[i] = static_cast<char>(value);
      must_survive(bytes.view());
    }
  }
}

BOOST_AUTO_TEST_CASE(random_bytes_and_random_damage_are_survived) {
  std::mt19937 random(1);
  const std::string whole = sample();
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    if (round % 2 == 0) {
      bytes.resize(random() % 64);
      for (char& byte : bytes) {
        byte = static_cast<char>(random());
      }
    } else {
      bytes = whole;
      for (unsigned n = 1 + random() % 8; n > 0; --n) {
        bytes[random() % bytes.size()] = static_cast<char>(random());
      }
      bytes.resize(random() % (bytes.size() + 1));
    }
    must_survive(Exact(bytes).view());
  }
}

BOOST_AUTO_TEST_CASE(bytes_behind_the_frame_are_told) {
  const FrameError error = bad(sample() + '\0');
  BOOST_TEST((error.fault == FrameFault::malformed));
}

BOOST_AUTO_TEST_CASE(what_is_no_frame_at_all_is_told) {
  BOOST_TEST((bad("").fault == FrameFault::truncated));
  for (const std::string& bytes :
       {Raw{}.nil().bytes, Raw{}.number(1).bytes, Raw{}.map(0).bytes, Raw{}.array(0).bytes,
        Raw{}.array(1).number(1).bytes, Raw{}.array(1).number(2).bytes,
        Raw{}.array(8).text("1").bytes, std::string("\xc1"), Raw{}.array(8).negative(-1).bytes,
        Raw{}.array(8).number(1).number(2).bytes, Raw{}.header(7).bytes,
        Raw{}.header().number(0).bytes, Raw{}.header().map(0).bytes,
        Raw{}.header().array(1).number(1).bytes, Raw{}.header().array(1).map(0).bytes,
        Raw{}.header().array(1).array(0).bytes, Raw{}.array(8).number(1).array(0).bytes}) {
    const FrameError error = bad(bytes);
    BOOST_TEST((error.fault == FrameFault::malformed), error.what);
    BOOST_TEST(!error.what.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_frame_over_the_limit_of_bytes_is_not_even_parsed) {
  FrameLimits limits;
  limits.max_frame_bytes = sample().size();
  BOOST_TEST(good(sample(), limits).items.size() == 5U);
  --limits.max_frame_bytes;
  BOOST_TEST((bad(sample(), limits).fault == FrameFault::too_large));
}

BOOST_AUTO_TEST_CASE(announced_lengths_that_cannot_be_true_cost_nothing) {
  const std::string_view four_billion("\xff\xff\xff\xff", 4);
  BOOST_TEST(
      (bad(Raw{}.header().raw("\xdd").raw(four_billion).bytes).fault == FrameFault::too_large));
  for (const std::string_view head : {"\xdb", "\xc6", "\xc9", "\xdd", "\xdf"}) {
    const std::string bytes =
        Raw{}.header().array(1).array(5).number(0).raw(head).raw(four_billion).bytes;
    BOOST_TEST((bad(bytes).fault == FrameFault::truncated));
  }
}

BOOST_AUTO_TEST_CASE(too_many_items_are_told_before_they_are_read) {
  FrameLimits limits;
  limits.max_items = 4;
  BOOST_TEST((bad(sample(), limits).fault == FrameFault::too_large));
  BOOST_TEST((bad(Raw{}.header().array(5).bytes, limits).fault == FrameFault::too_large));
  limits.max_items = 5;
  BOOST_TEST(good(sample(), limits).items.size() == 5U);
}

BOOST_AUTO_TEST_CASE(nesting_over_the_limit_is_told) {
  const auto nested = [](std::size_t depth) {
    Raw raw;
    raw.header().array(1).array(2).number(99);
    for (std::size_t i = 0; i < depth; ++i) {
      raw.array(1);
    }
    return raw.nil().bytes;
  };
  FrameLimits limits;
  limits.max_nesting = 8;
  // The frame, its items and the item itself are three.
  BOOST_TEST(good(nested(5), limits).unknown_items == 1U);
  BOOST_TEST((bad(nested(6), limits).fault == FrameFault::too_large));
  BOOST_TEST((bad(nested(100'000)).fault == FrameFault::too_large));
  BOOST_TEST((bad(std::string(100'000, '\x91')).fault != FrameFault::other_version));
}

BOOST_AUTO_TEST_CASE(unknown_kinds_are_skipped_and_counted) {
  const std::string bytes = Raw{}
                                .header()
                                .array(4)
                                .raw(encode(item(ItemKind::watch, "/a", "/b")))
                                .array(3)
                                .number(31)
                                .map(1)
                                .text("to")
                                .array(2)
                                .number(1)
                                .nil()
                                .text("x")
                                .array(1)
                                .number(63)
                                .raw(encode(item(ItemKind::unwatch, "/a", "/b")))
                                .bytes;
  const Frame frame = good(bytes);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 2U);
  BOOST_TEST((frame.items[1].kind == ItemKind::unwatch));
  BOOST_TEST(frame.unknown_items == 2U);
  BOOST_TEST(frame.carried == 3U, "kind 31 is carried, kind 63 is not");
  BOOST_TEST(frame.bad_items == 0U);
}

BOOST_AUTO_TEST_CASE(fields_that_a_later_version_adds_are_ignored) {
  const std::string bytes = Raw{}
                                .header(11)
                                .array(1)
                                .array(8)
                                .number(0)
                                .text("/a")
                                .nil()
                                .text("T")
                                .bin("p")
                                .array(1)
                                .array(1)
                                .number(7)
                                .map(1)
                                .text("max_frame_bytes")
                                .number(9)
                                .text("more")
                                .map(1)
                                .number(1)
                                .array(1)
                                .array(2)
                                .number(0)
                                .number(1)
                                .array(1)
                                .array(0)
                                .text("last")
                                .bytes;
  const Frame frame = good(bytes);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 1U);
  BOOST_TEST(frame.items[0].payload == "p");
  BOOST_TEST(frame.items[0].max_frame_bytes == 0U);
  BOOST_TEST(frame.carried == 1U);
  BOOST_TEST(frame.bad_items == 0U);
}

BOOST_AUTO_TEST_CASE(options_of_a_hello_that_are_not_known_are_ignored) {
  const std::string bytes = Raw{}
                                .header()
                                .array(1)
                                .array(3)
                                .number(32)
                                .text(kNode)
                                .map(4)
                                .text("aliases")
                                .array(1)
                                .map(1)
                                .text("max_frame_bytes")
                                .number(1)
                                .text("max_frame_bytes")
                                .number(77)
                                .number(5)
                                .number(6)
                                .text("limits")
                                .map(1)
                                .text("max_frame_bytes")
                                .number(3)
                                .bytes;
  const Frame frame = good(bytes);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 1U);
  BOOST_TEST(frame.items[0].max_frame_bytes == 77U);
}

BOOST_AUTO_TEST_CASE(a_bad_item_is_skipped_and_the_others_are_read) {
  const std::string long_text(kMaxTextLength + 1, 'x');
  for (const std::string& broken :
       {Raw{}.array(4).number(0).text("/a").nil().text("T").bytes,
        Raw{}.array(5).number(0).nil().nil().text("T").bin("p").bytes,
        Raw{}.array(5).number(0).text("/a").negative(-1).text("T").bin("p").bytes,
        Raw{}.array(5).number(0).text("/a").nil().text("T").text("p").bytes,
        Raw{}.array(5).number(0).negative(-3).nil().text("T").bin("p").bytes,
        Raw{}.array(5).number(0).array(0).nil().text("T").bin("p").bytes,
        Raw{}.array(5).number(0).map(1).nil().nil().nil().text("T").bin("p").bytes,
        Raw{}.array(5).number(0).text("/a").nil().text(long_text).bin("p").bytes,
        Raw{}.array(3).number(1).text("/a").nil().bytes,
        Raw{}.array(3).number(1).text("/a").text("").bytes,
        Raw{}.array(3).number(1).text(long_text).text("/b").bytes,
        Raw{}.array(3).number(1).text("/a").text(long_text).bytes, Raw{}.array(1).number(4).bytes,
        Raw{}.array(1).text("0").bytes, Raw{}.array(1).negative(-1).bytes,
        Raw{}.array(2).array(1).number(0).text("/a").bytes,
        Raw{}.array(2).map(0).text("/a").bytes}) {
    const std::string watch = encode(item(ItemKind::watch, "/a", "/b"));
    const std::string bytes = Raw{}.header().array(3).raw(watch).raw(broken).raw(watch).bytes;
    const Frame frame = good(bytes);
    BOOST_TEST(frame.items.size() == 2U);
    BOOST_TEST(frame.bad_items == 1U);
    BOOST_TEST(frame.carried == 3U);
    BOOST_TEST(frame.unknown_items == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_hello_without_a_map_of_options_is_a_bad_item) {
  for (const std::string& options : {Raw{}.nil().bytes, Raw{}.array(0).bytes}) {
    const std::string bytes =
        Raw{}.header().array(1).array(3).number(32).text(kNode).raw(options).bytes;
    const Frame frame = good(bytes);
    BOOST_TEST(frame.items.empty());
    BOOST_TEST(frame.bad_items == 1U);
    BOOST_TEST(frame.carried == 0U);
  }
}

BOOST_AUTO_TEST_CASE(another_version_is_told_with_its_sender_whatever_follows) {
  for (const std::string& bytes :
       {Raw{}.header(8, 2).array(0).bytes, Raw{}.array(2).number(2).text(kNode).bytes,
        Raw{}.array(3).number(2).text(kNode).map(0).bytes}) {
    const FrameError error = bad(bytes);
    BOOST_TEST((error.fault == FrameFault::other_version));
    BOOST_TEST(error.from == kNode);
    BOOST_TEST(error.what.find("version 2") != std::string::npos);
    BOOST_TEST(error.what.find("version 1") != std::string::npos);
  }
  BOOST_TEST(bad(Raw{}.array(2).number(0).nil().bytes).from.empty());
}

BOOST_AUTO_TEST_CASE(texts_that_no_node_would_read_are_not_encoded) {
  const std::string fits(kMaxTextLength, 'x');
  const std::string too_long(kMaxTextLength + 1, 'x');
  const std::string bytes = frame_of({encode(item(ItemKind::message, fits, fits, fits, ""))});
  BOOST_TEST(good(bytes).items.size() == 1U);
  BOOST_CHECK_THROW(static_cast<void>(encode(item(ItemKind::message, too_long))),
                    std::length_error);
  BOOST_CHECK_THROW(static_cast<void>(encode(item(ItemKind::watch, "/a", too_long))),
                    std::length_error);
  BOOST_CHECK_THROW(static_cast<void>(encode(item(ItemKind::message, "/a", "", too_long))),
                    std::length_error);
}

BOOST_AUTO_TEST_CASE(a_long_reason_is_cut_between_two_characters) {
  std::string reason(kMaxTextLength - 1, 'x');
  reason += "\xc3\xb6 and more";
  const std::string bytes = frame_of({encode(item(ItemKind::ask_failed, "/a", {}, {}, reason))});
  const Frame frame = good(bytes);
  BOOST_REQUIRE_EQUAL(frame.items.size(), 1U);
  BOOST_TEST(frame.items[0].payload == std::string(kMaxTextLength - 1, 'x'));
}

BOOST_AUTO_TEST_SUITE_END()
