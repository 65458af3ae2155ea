/// The buffer in which a thread encodes: used again, unless it is in use or has become large.
#include "encoding_buffer.hpp"

#include <cstddef>
#include <string>

#include <boost/test/unit_test.hpp>

namespace {

using spinoff::remoting::EncodingBuffer;

constexpr std::size_t kRoom = 512;

BOOST_AUTO_TEST_SUITE(encoding_buffer)

BOOST_AUTO_TEST_CASE(who_encodes_while_it_encodes_has_another_one) {
  EncodingBuffer outer(kRoom);
  (*outer).end() += "outer";
  {
    EncodingBuffer inner(kRoom);
    BOOST_TEST((*inner).empty());
    (*inner).end() += "inner";
    EncodingBuffer innermost(kRoom);
    BOOST_TEST((*innermost).empty());
  }
  BOOST_TEST((*outer).view() == "outer");
}

BOOST_AUTO_TEST_CASE(the_next_one_begins_empty_in_the_same_memory) {
  const auto place = [](const std::string& text) {
    EncodingBuffer buffer(kRoom);
    BOOST_TEST((*buffer).empty());
    BOOST_TEST((*buffer).room() == kRoom);
    (*buffer).end() += text;
    return (*buffer).end().data();
  };
  const char* const first = place(std::string(1'000, 'x'));
  BOOST_TEST(static_cast<const void*>(place("short")) == first);
}

BOOST_AUTO_TEST_CASE(what_has_become_large_is_not_kept) {
  {
    (*EncodingBuffer(kRoom)).end().resize(std::size_t{2} << 20U);
  }
  BOOST_TEST((*EncodingBuffer(kRoom)).capacity() < std::size_t{1} << 20U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
