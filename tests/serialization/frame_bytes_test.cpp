/// Encoded bytes that become a message, or a frame, where they are.
#include <cstddef>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include <spinoff/serialization/wire.hpp>

#include "wire_items.hpp"

namespace {

using namespace spinoff::serialization;

FrameBytes bytes_behind(std::size_t room, std::string_view bytes) {
  FrameBytes result(std::string("what was there before"), room);
  result.end() += bytes;
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(frame_bytes)

BOOST_AUTO_TEST_CASE(R07_items_with_room_in_front_become_a_frame_where_they_are) {
  const FrameHeader header{{1, 2}, {3, 4}, 5};
  const std::string one = encode(item(ItemKind::message, "/a", "/b", "T", "payload"));
  const std::string copied = frame_of({one, one}, header);
  FrameBytes bytes = bytes_behind(128, one + one);
  const char* const place = bytes.view().data();
  FrameBuilder builder(kNode, header);
  const std::size_t head = builder.enclose(bytes, 2);
  BOOST_TEST(bytes.view() == copied);
  BOOST_TEST(bytes.view().data() + head == place);
  BOOST_TEST(head == copied.size() - 2 * one.size());
  bytes.drop_front(head);
  BOOST_TEST(bytes.view() == one + one);
  BOOST_TEST(bytes.room() == 128U);
}

BOOST_AUTO_TEST_CASE(R07_items_stay_as_they_are_where_the_room_is_one_byte_too_small) {
  FrameBuilder one(kNode, {});
  const std::size_t head = one.size();
  FrameBytes bytes = bytes_behind(head - 1, "items");
  BOOST_TEST(one.enclose(bytes, 1) == 0U);
  BOOST_TEST(bytes.view() == "items");
  FrameBytes just = bytes_behind(head, "items");
  BOOST_TEST(one.enclose(just, 1) == head);
  BOOST_TEST(just.room() == 0U);
}

BOOST_AUTO_TEST_CASE(R07_a_payload_with_room_in_front_becomes_a_message_where_it_is) {
  for (const std::size_t size : {0U, 255U, 256U, 65'535U, 65'536U}) {
    const std::string payload(size, 'x');
    const Item whole = item(ItemKind::message, "/a", "/b", "T", payload);
    FrameBytes bytes = bytes_behind(512, payload);
    enclose_payload(bytes, whole);
    BOOST_TEST((bytes.view() == encode(whole)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
