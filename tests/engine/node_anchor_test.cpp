/// How a node ends while threads are in the middle of something with it.
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/node_anchor.hpp>

#include "manual_node.hpp"
#include "support/gate.hpp"

namespace {

using spinoff::engine::NodeAnchor;
using spinoff::testing::Gate;
using spinoff::testing::ManualNode;

BOOST_AUTO_TEST_SUITE(node_anchor)

BOOST_AUTO_TEST_CASE(an_entry_finds_the_node_until_the_anchor_is_closed) {
  const ManualNode node;
  NodeAnchor& anchor = NodeAnchor::make(node.core());
  BOOST_TEST(NodeAnchor::Entry(anchor).node() == &node.core());
  BOOST_TEST(&anchor.node() == &node.core());
  anchor.close();
  BOOST_TEST(NodeAnchor::Entry(anchor).node() == nullptr);
}

BOOST_AUTO_TEST_CASE(closing_waits_until_the_last_one_inside_has_left) {
  const ManualNode node;
  NodeAnchor& anchor = NodeAnchor::make(node.core());
  Gate inside("two threads to be inside", 2);
  Gate leave("the test to let them leave");
  std::atomic<bool> left_first{false};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      const NodeAnchor::Entry entry(anchor);
      inside.arrive();
      leave.wait();
      left_first = true;
    });
  }
  inside.wait();
  Gate closing("the anchor to be closed");
  std::atomic<bool> closed{false};
  std::atomic<bool> too_early{false};
  std::jthread closer([&] {
    anchor.close();
    too_early = !left_first;
    closed = true;
    closing.open();
  });
  // The node cannot be found any more, but has not ended: someone is inside.
  while (NodeAnchor::Entry(anchor).node() != nullptr) {
    std::this_thread::yield();
  }
  BOOST_TEST(!closed);
  leave.open();
  closing.wait();
  BOOST_TEST(!too_early);
}

BOOST_AUTO_TEST_CASE(nobody_is_inside_when_closing_returns) {
  for (int round = 0; round < 50; ++round) {
    const ManualNode node;
    NodeAnchor& anchor = NodeAnchor::make(node.core());
    // Stands for the node: written after the end, read inside, with nothing to guard it.
    const auto alive = std::make_unique<int>(1);
    std::atomic<int> wrong{0};
    Gate begun("three threads to begin", 3);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        for (bool found = true, first = true; found; first = false) {
          {
            const NodeAnchor::Entry entry(anchor);
            found = entry.node() != nullptr;
            if (found && *alive != 1) {
              ++wrong;
            }
          }
          if (first) {
            begun.arrive();
          }
        }
      });
    }
    begun.wait();
    anchor.close();
    *alive = 0;
    threads.clear();
    BOOST_TEST_REQUIRE(wrong == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
