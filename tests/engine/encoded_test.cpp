/// What messages from other nodes hold of the frame that they came in.
#include <string>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/encoded.hpp>

namespace {

using spinoff::detail::EnvelopePtr;
using spinoff::detail::Sender;
using spinoff::engine::Encoded;
using spinoff::engine::SharedBytes;

struct Text {
  std::string text;
};

class Frame final : public SharedBytes {
 public:
  explicit Frame(bool& gone) : gone_(gone) {}
  ~Frame() override { gone_ = true; }
  [[nodiscard]] std::size_t size() const noexcept override { return bytes.size(); }

  const std::string bytes = std::string(64'000, 'x');

 private:
  bool& gone_;
};

// Whether a message of that size holds its frame; its payload is right either way.
bool holds_frame(std::size_t size) {
  bool gone = false;
  auto* const frame = new Frame(gone);  // NOLINT(cppcoreguidelines-owning-memory)
  const std::string_view payload = std::string_view(frame->bytes).substr(100, size);
  const EnvelopePtr message = spinoff::engine::make_encoded(
      Sender{}, spinoff::detail::message_type<Text>(), payload, *frame);
  frame->release();
  BOOST_TEST(message->as<Encoded>().payload() == std::string(size, 'x'));
  return !gone;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(encoded)

BOOST_AUTO_TEST_CASE(a_message_holds_the_frame_that_it_came_in_only_if_it_is_a_large_part_of_it) {
  BOOST_TEST(!holds_frame(10));
  BOOST_TEST(!holds_frame(600));
  BOOST_TEST(!holds_frame(7'900));
  BOOST_TEST(holds_frame(8'100));
  BOOST_TEST(holds_frame(50'000));
}

BOOST_AUTO_TEST_SUITE_END()
