/// The protocol: what becomes of parts that come, good ones and bad ones.
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "protocol_pair.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::remoting::ProtocolOptions;
using spinoff::serialization::FrameBuilder;
using spinoff::serialization::Item;
using spinoff::serialization::kMostInParts;
using spinoff::serialization::Part;

/// A node with a session, and what its peer "a" sends to it by hand.
class Receiving {
 public:
  explicit Receiving(const ProtocolOptions& options = {}) : pair_(options) {}

  Receiving& hear(const std::vector<Part>& parts) {
    FrameBuilder frame(id_of("a").to_string(), {{1, 1}, {2, 1}, carried_});
    for (const Part& part : parts) {
      frame.add(part);
      ++carried_;
    }
    pair_.b.receive(std::move(frame).finish());
    return *this;
  }
  Receiving& hear(const Part& part) { return hear(std::vector<Part>{part}); }
  void hear_message(const std::string& text) {
    pair_.b.receive(frame_of("a", {{1, 1}, {2, 1}, carried_++}, {encoded_message(text)}));
  }
  void check(const Log& expected) { check_log(pair_.b, expected); }
  /// The session is as good as before.
  void check_that_all_is_well() {
    hear_message("well");
    check({"got a well"});
    BOOST_TEST(pair_.b.is_up("a"));
  }
  Node& node() { return pair_.b; }
  [[nodiscard]] std::uint64_t carried() const { return carried_; }

 private:
  Pair pair_;
  std::uint64_t carried_ = 1;
};

const std::string kBad = "rejected bad part of a message";

/// The bytes of a message in pieces of so many.
std::vector<Part> parts_of(std::uint64_t number, const std::string& bytes, std::size_t size) {
  std::vector<Part> parts;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    parts.push_back({number, bytes.size(), at, std::string_view(bytes).substr(at, size)});
  }
  return parts;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol_parts_in)

BOOST_AUTO_TEST_CASE(parts_of_any_size_make_the_message_when_the_last_has_come) {
  const std::string bytes = encoded_message("a large message");
  for (const std::size_t size : {1UL, 2UL, 7UL, 1'000UL}) {
    Receiving b;
    const std::vector<Part> parts = parts_of(9, bytes, size);
    for (const Part& part : parts) {
      b.check({});
      b.hear(part);
    }
    b.check({"got a a large message"});
    // Its number may be used again.
    b.hear(parts);
    b.check({"got a a large message"});
  }
}

BOOST_AUTO_TEST_CASE(M02_what_stands_in_one_frame_is_delivered_in_its_order) {
  Receiving b;
  const std::string one = encoded_message("one");
  const std::string two = encoded_message("two");
  FrameBuilder frame(id_of("a").to_string(), {{1, 1}, {2, 1}, 1});
  frame.add(encoded_message("first"));
  frame.add(Part{1, one.size(), 0, std::string_view(one).substr(0, 5)});
  frame.add(encoded_message("between"));
  frame.add(Part{2, two.size(), 0, two});
  frame.add(Part{1, one.size(), 5, std::string_view(one).substr(5)});
  frame.add(encoded_message("last"));
  b.node().receive(std::move(frame).finish());
  b.check({"got a first", "got a between", "got a two", "got a one", "got a last"});
}

BOOST_AUTO_TEST_CASE(R09_a_part_that_does_not_fit_is_dropped_with_its_message_and_counted) {
  const std::string bytes = encoded_message("a large message");
  const std::size_t total = bytes.size();
  const std::string_view all = bytes;
  const std::vector<std::vector<Part>> bad{
      {{1, total, 1, all.substr(1)}},                                      // nothing went before it
      {{1, total, 0, all.substr(0, 3)}, {1, total, 4, all.substr(4)}},     // a gap
      {{1, total, 0, all.substr(0, 3)}, {1, total, 2, all.substr(2)}},     // once more
      {{1, total, 0, all.substr(0, 3)}, {1, total, 0, all.substr(0, 3)}},  // begins again
      {{1, total, 0, all.substr(0, 3)}, {1, total + 1, 3, all.substr(3)}},  // another size
      {{1, total - 1, 0, all}},                                             // too much
      {{1, total, 0, {}}},
      {{1, 0, 0, {}}},
      {{1, ~std::uint64_t{0}, 0, all}},
  };
  for (std::size_t i = 0; i < bad.size(); ++i) {
    BOOST_TEST_CONTEXT("case " << i) {
      Receiving b;
      b.hear(bad[i]);
      b.check({kBad});
      // What follows of it is dropped, too.
      b.hear({1, total, 3, all.substr(3)});
      b.check({kBad});
      b.hear(parts_of(1, bytes, 4));
      b.check({"got a a large message"});
      b.check_that_all_is_well();
    }
  }
}

BOOST_AUTO_TEST_CASE(R09_no_more_messages_in_parts_than_allowed_are_begun_at_once) {
  Receiving b;
  const std::string bytes = encoded_message("a large message");
  for (std::uint64_t number = 0; number < kMostInParts; ++number) {
    b.hear(parts_of(number, bytes, 10).front());
  }
  b.check({});
  b.hear(parts_of(kMostInParts, bytes, 10).front());
  b.check({kBad});
  const std::vector<Part> parts = parts_of(2, bytes, 10);
  b.hear({parts.begin() + 1, parts.end()});
  b.check({"got a a large message"});
  b.hear(parts_of(kMostInParts, bytes, 10));
  b.check({"got a a large message"});
}

BOOST_AUTO_TEST_CASE(R09_a_message_over_the_limit_is_not_begun) {
  Receiving b(options_with([](auto& o) { o.max_message_bytes = 100; }));
  const std::string fits = encoded_message(std::string(80, 'x'));
  BOOST_REQUIRE_LE(fits.size(), 100U);
  b.hear(parts_of(1, fits, 30));
  b.check({"got a " + std::string(80, 'x')});
  b.hear({2, 101, 0, "x"});
  b.check({kBad});
}

BOOST_AUTO_TEST_CASE(R09_a_node_that_takes_no_parts_drops_them) {
  Receiving b(options_with([](auto& o) { o.max_message_bytes = 0; }));
  b.hear(parts_of(1, encoded_message("x"), 100));
  b.check({kBad});
  b.check_that_all_is_well();
}

BOOST_AUTO_TEST_CASE(R09_parts_that_make_no_message_are_a_bad_item) {
  Item aliased;
  aliased.to = "/actor";
  aliased.type = "Text";
  aliased.to_alias = {.number = 1, .is_new = true};
  for (const std::string& bytes :
       {std::string("\xc0"), std::string(100, 'x'), encoded_message("x") + encoded_message("y"),
        encoded_message("x") + "\xc0", bye(), encode(aliased),
        encode(Item{.kind = spinoff::serialization::ItemKind::watch, .to = "/a", .from = "/b"})}) {
    Receiving b;
    b.hear(parts_of(1, bytes, 7));
    b.check({"rejected bad item"});
    b.check_that_all_is_well();
  }
}

BOOST_AUTO_TEST_CASE(what_came_of_a_message_is_forgotten_with_the_session) {
  Receiving b;
  const std::string bytes = encoded_message("a large message");
  const std::vector<Part> parts = parts_of(1, bytes, 10);
  b.hear(parts.front());
  // Another session of the same node, which names this one's new end.
  b.node().receive(frame_of("a", {{1, 2}, {2, 1}, 0}));
  b.node().receive(frame_of("a", {{1, 2}, {2, 2}, 0}));
  b.node().take_log();
  BOOST_TEST(b.node().is_up("a"));
  FrameBuilder frame(id_of("a").to_string(), {{1, 2}, {2, 2}, 0});
  for (std::size_t i = 1; i < parts.size(); ++i) {
    frame.add(parts[i]);
  }
  b.node().receive(std::move(frame).finish());
  b.check(Log(parts.size() - 1, kBad));
}

BOOST_AUTO_TEST_SUITE_END()
