/// What the texts of another node stand for: a sender that is counted for many messages at once.
#include "peer_names.hpp"

#include <cstdint>

#include <boost/test/unit_test.hpp>

#include <spinoff/detail/target.hpp>
#include <spinoff/serialization/wire.hpp>

#include "engine/manual_node.hpp"
#include "support/places.hpp"

namespace {

using namespace spinoff;
using remoting::PeerNames;
using serialization::Item;
using testing::is_held;

BOOST_AUTO_TEST_SUITE(peer_names)

BOOST_AUTO_TEST_CASE(R07_a_sender_is_held_as_often_as_it_was_counted) {
  const testing::ManualNode node;
  Item item{.from = "/far"};
  for (const bool has_number : {false, true}) {
    item.from_alias = {};
    if (has_number) {
      item.from_alias.number = 3;
      item.from_alias.meaning = 1;
    }
    detail::Target* place = nullptr;
    std::uint32_t generation = 0;
    std::uint32_t counted = 0;
    {
      PeerNames names(node.core(), NodeId("127.0.0.1", 1));
      BOOST_TEST_REQUIRE(names.sender(item).uri().path() == "/far");
      for (const std::uint32_t times : {1U, 255U, 1U, 300U, 1U, 70'000U}) {
        const detail::Sender sender = names.count_sender(item, times);
        BOOST_TEST(sender.counted);
        place = sender.target;
        generation = sender.generation;
        counted += times;
      }
    }
    place->release_some(counted - 1);
    BOOST_TEST(is_held(*place, generation));
    place->release();
    BOOST_TEST(!is_held(*place, generation));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
