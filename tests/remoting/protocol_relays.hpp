/// What the tests of relays share: two nodes that may be parted, and two relays between them.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "protocol_pair.hpp"

namespace spinoff::remoting::testing {

inline std::string item_of(serialization::ItemKind kind, const std::string& node,
                           const std::string& payload) {
  const std::string id = node + ":1";
  serialization::Item item;
  item.kind = kind;
  item.to = id;
  item.from = id;
  item.payload = payload;
  return encode(item);
}

/// Nodes a and b, which know the relays r and s.
struct Net {
  explicit Net(const ProtocolOptions& common = {}) : world(common), ends(common), relays(common) {
    ends.relays = {id_of("r"), id_of("s")};
    relays.may_relay = true;
    for (const char* name : {"r", "s"}) {
      world.start(name, relays);
    }
    for (const char* name : {"a", "b"}) {
      world.start(name, ends);
    }
    world.advance(100ms);
    forget();
  }

  void cut(const char* one, const char* other) {
    world.cut(one, other);
    world.cut(other, one);
  }
  void join(const char* one, const char* other) {
    world.heal(one, other);
    world.heal(other, one);
  }
  /// A session of a and b by r, and nothing noted yet.
  void talk_by_r() {
    cut("a", "b");
    a().send("b", "first");
    world.advance(5s);
    BOOST_REQUIRE(a().is_up("b"));
    BOOST_REQUIRE(b().is_up("a"));
    forget();
    check_way("a", "b", "carry r: ");
    check_way("b", "a", "carry r: ");
  }
  void talk_directly() {
    a().send("b", "first");
    world.advance(1s);
    forget();
    check_way("a", "b", "");
  }
  void forget() {
    for (const char* name : {"a", "b", "r", "s"}) {
      if (Node* const node = world.find(name)) {
        forget_what_was({node});
      }
    }
  }
  /// How a message goes, which has to arrive: `carry r: `, `carry s: `, or nothing, directly.
  void check_way(const char* from, const char* to, const std::string& way) {
    forget();
    Node& sender = *world.find(from);
    sender.send(to, "by which way?");
    const std::vector<std::string> frames = sender.take_frames();
    const std::string expected = way + "parcels " + to + " 1";
    BOOST_TEST(std::ranges::count(frames, expected) == 1,
               "no '" << expected << "' but '" << (frames.empty() ? "" : frames.back()) << "'");
    world.settle();
    check_log(*world.find(to), {std::string("got ") + from + " by which way?"});
    forget();
  }
  /// As r would say it, behind what it has said.
  void relayed_to_b(const std::string& origin, const std::string& frame,
                    const Speaker& speaker = {}) {
    b().receive(frame_of("r", {{1, 2}, {4, 1}, 0},
                         {item_of(serialization::ItemKind::relayed, origin, frame)}),
                speaker);
  }
  Node& a() { return *world.find("a"); }
  Node& b() { return *world.find("b"); }
  Node& r() { return *world.find("r"); }

  World world;
  ProtocolOptions ends;
  ProtocolOptions relays;
};

/// The numbers that both logs have of messages, and that there is nothing else.
inline void check_numbers(Node& node, const std::string& from, int first, int last) {
  Log expected;
  for (int i = first; i <= last; ++i) {
    expected.push_back("got " + from + " " + std::to_string(i));
  }
  check_log(node, expected);
}

/// How many of those frames begin so.
inline auto count_of(const Log& frames, const std::string& beginning) {
  return std::ranges::count_if(
      frames, [&](const std::string& frame) { return frame.starts_with(beginning); });
}

}  // namespace spinoff::remoting::testing
