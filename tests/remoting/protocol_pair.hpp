/// What the tests of the protocol's rules share: two nodes with a session, and looks at what they
/// did.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "protocol_world.hpp"

namespace spinoff::remoting::testing {

using Log = std::vector<std::string>;

/// What the node did since the last look.
inline void check_log(Node& node, const Log& expected) {
  const Log log = node.take_log();
  BOOST_TEST(log == expected, boost::test_tools::per_element());
}

inline void check_frames(Node& node, const Log& expected) {
  const Log frames = node.take_frames();
  BOOST_TEST(frames == expected, boost::test_tools::per_element());
}

inline void forget_what_was(std::initializer_list<Node*> nodes) {
  for (Node* node : nodes) {
    node->take_log();
    node->take_frames();
  }
}

/// Two nodes with a session, and nothing noted yet.
struct Pair {
  explicit Pair(const ProtocolOptions& options = {}) : world(options) {
    a.send("b", "first");
    world.settle();
    BOOST_REQUIRE(a.is_up("b"));
    BOOST_REQUIRE(b.is_up("a"));
    forget_what_was({&a, &b});
  }

  World world;
  Node& a = world.start("a");
  Node& b = world.start("b");
};

inline ProtocolOptions options_with(void (*change)(ProtocolOptions&)) {
  ProtocolOptions options;
  change(options);
  return options;
}

}  // namespace spinoff::remoting::testing
