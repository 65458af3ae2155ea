/// The protocol: numbers for texts, and batches of messages.
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "protocol_pair.hpp"

namespace {

using namespace spinoff::remoting;
using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::serialization::Alias;
using spinoff::serialization::FrameHeader;
using spinoff::serialization::Item;

/// A message whose path goes by a number, with its text or without.
std::string numbered(std::uint32_t number, std::string_view path, std::string_view payload) {
  Item item;
  item.to = path;
  item.to_alias = {.number = number, .is_new = !path.empty()};
  item.type = "Text";
  item.payload = payload;
  return encode(item);
}

/// A node whose session with a hand-made one, `x`, is up; it says of each message for whom it is.
struct WithX {
  explicit WithX(const ProtocolOptions& options = {}) : protocol(id_of("b"), 7, options) {
    hear({hello_to("b")});
    session = take<SendFrame>().at(0).session;
    hear({});
    BOOST_REQUIRE(protocol.is_up(id_of("x")));
    actions.clear();
  }

  void hear(const std::vector<std::string>& items) {
    const FrameHeader header{{5, number}, {session == 0 ? 0U : 7U, session}, sent};
    bytes = frame_of("x", header, items);
    actions.clear();
    protocol.frame(bytes, Time(1000s), actions);
    sent += session == 0 ? 0 : items.size();
  }
  template <class A>
  std::vector<A> take() {
    std::vector<A> found;
    for (Action& action : actions) {
      if (auto* const one = std::get_if<A>(&action)) {
        found.push_back(std::move(*one));
      }
    }
    return found;
  }
  Log receivers() {
    Log paths;
    for (const Deliver& deliver : take<Deliver>()) {
      for (const Item& item : deliver.items) {
        paths.insert(paths.end(), item.count(), std::string(item.to));
      }
    }
    return paths;
  }

  Protocol protocol;
  Actions actions;
  std::string bytes;
  std::uint64_t session = 0;
  std::uint64_t number = 1;
  std::uint64_t sent = 0;
};

void check(const Log& seen, const Log& expected) {
  BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

Parcel batch_of(const std::vector<std::string>& texts) {
  Parcel batch = parcel_of("a batch");
  batch.items = {};
  batch.count = texts.size();
  for (const std::string& text : texts) {
    batch.items.end() += encoded_message(text);
  }
  return batch;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

BOOST_AUTO_TEST_CASE(R07_a_number_stands_for_its_text_until_it_has_another_one) {
  WithX x;
  x.hear(
      {numbered(3, "/a", "1"), numbered(3, "", "2"), numbered(3, "/b", "3"), numbered(3, "", "4")});
  check(x.receivers(), {"/a", "/a", "/b", "/b"});
  x.hear({numbered(3, "", "5")});
  check(x.receivers(), {"/b"});
}

BOOST_AUTO_TEST_CASE(R09_a_number_without_a_meaning_drops_its_message_alone_and_is_counted) {
  WithX x;
  x.hear({numbered(4, "", "1"), encoded_message("2")});
  check(x.receivers(), {"/actor"});
  const auto rejects = x.take<Reject>();
  BOOST_REQUIRE_EQUAL(rejects.size(), 1U);
  BOOST_TEST((rejects[0].reason == RejectReason::bad_item));
  BOOST_TEST(rejects[0].count == 1U);
  x.hear({encoded_message("3")});
  check(x.receivers(), {"/actor"});  // it counted for the sequence
}

BOOST_AUTO_TEST_CASE(R09_a_number_is_below_what_the_hello_said) {
  WithX x(options_with([](auto& o) { o.max_aliases = 4; }));
  x.hear({numbered(3, "/a", "1"), numbered(4, "/b", "2"), numbered(4, "", "3")});
  check(x.receivers(), {"/a"});
  BOOST_TEST(x.take<Reject>().at(0).count == 2U);
}

BOOST_AUTO_TEST_CASE(R07_numbers_are_forgotten_with_the_session) {
  WithX x;
  x.hear({numbered(3, "/a", "1")});
  x.session = 0;
  x.number = 2;
  x.sent = 0;
  x.hear({hello_to("b")});
  x.session = x.take<SendFrame>().at(0).session;
  x.hear({numbered(3, "", "2")});
  check(x.receivers(), {});
  BOOST_TEST((x.take<Reject>().at(0).reason == RejectReason::bad_item));
}

BOOST_AUTO_TEST_CASE(R07_a_batch_that_was_refused_goes_again_and_nothing_is_missing) {
  Pair pair;
  pair.world.fill("a", "b");
  pair.a.queue("b", batch_of({"1", "2", "3"})).flush();
  pair.world.drain("a", "b");
  pair.a.queue("b", batch_of({"4", "5"})).flush();
  pair.world.settle();
  check_log(pair.b, {"got a 1", "got a 2", "got a 3", "got a 4", "got a 5"});
  check_log(pair.a, {});
}

BOOST_AUTO_TEST_CASE(R07_what_was_written_for_one_session_is_sent_in_no_other) {
  Pair pair;
  Parcel parcel = parcel_of("1");
  parcel.session = 1'000'000;
  pair.a.queue("b", std::move(parcel)).flush();
  pair.world.settle();
  check_log(pair.a, {"returned 1: not sent to b:1: the session in which it was sent is over"});
  check_log(pair.b, {});
}

BOOST_AUTO_TEST_SUITE_END()
