/// Messages that are so large that they go in parts.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fixture.hpp"
#include "remoting/hub_fixture.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;
using remoting::testing::HandMade;
using serialization::Frame;
using serialization::Item;
using serialization::ItemKind;
using spinoff::testing::kWaitLimit;

constexpr std::uint32_t kTakesAll = std::uint32_t{100} << 20U;

struct BookWanted {
  std::uint32_t bytes = 0;
  MSGPACK_DEFINE(bytes)
};

/// Answers with so many bytes.
class Library : public Actor {
 public:
  using Receives = RemoteMessages<BookWanted, Text>;
  void on(const BookWanted& question) { sender() << Text{long_text(question.bytes)}; }
  void on(const Text& text) { sender() << Welcome{std::to_string(text.text.size())}; }
};

/// What comes to a peer made by hand: the names of small things, and of each large one its end.
std::vector<std::string> hear_until(HandMade& peer, std::string_view last) {
  std::vector<std::string> heard;
  while (heard.empty() || heard.back() != last) {
    const Frame frame = peer.hear();
    peer.say();  // it is there, however long that takes
    auto part = frame.parts.begin();
    for (const Item& item : frame.items) {
      if (item.kind == ItemKind::part) {
        if (part->offset + part->bytes.size() == part->total) {
          heard.push_back("end of " + std::to_string(part->number));
        }
        ++part;
      } else if (item.kind == ItemKind::message) {
        heard.emplace_back(item.to);
      } else if (item.kind == ItemKind::terminated) {
        heard.push_back("terminated " + std::string(item.from));
      }
    }
  }
  return heard;
}

void check(const std::vector<std::string>& heard, const std::vector<std::string>& expected) {
  BOOST_TEST(heard == expected, boost::test_tools::per_element());
}

/// A node with two actors, and a peer made by hand that reads only when the test says so.
struct SlowPeer {
  TestNode node;
  Hearings heard = hearings();
  TypedRef<Probe> one = node.probe("one", heard);
  TypedRef<Probe> other = node.probe("other", heard);
  HandMade peer{node.id()};

  SlowPeer() {
    peer.begin_session(kTakesAll);
    node.up.next();
  }
  [[nodiscard]] Ref there(std::string_view path) {
    return node->lookup(peer.id() + std::string(path));
  }
  /// `from` sends so many bytes, and has sent them when this returns.
  void send(const TypedRef<Probe>& from, std::string_view path, std::size_t bytes) {
    const Ref to = there(path);
    call(from, [to, bytes](Puppet&) { to << Text{std::string(bytes, 'x')}; });
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(remoting_large)

BOOST_AUTO_TEST_CASE(M02_sixty_MiB_arrive_whole_and_in_order_while_others_go_on) {
  TestNode a;
  TestNode b;
  const auto heard = hearings();
  const auto heard_small = hearings();
  b.probe("large", heard);
  b.probe("small", heard_small);
  const Ref large = a.remote(b, "/large");
  const Ref small = a.remote(b, "/small");
  const Ref one = a.probe("one", heard);
  const Ref other = a.probe("other", heard);
  const std::string text = long_text(60 * kMiB);
  call(one, [&](Puppet&) { large << Text{"before"} << Text{text} << Text{"behind"}; });
  constexpr int kSmall = 2'000;
  call(other, [&](Puppet&) {
    for (int i = 0; i < kSmall; ++i) {
      small << Text{std::to_string(i)};
    }
  });
  for (int i = 0; i < kSmall; ++i) {
    BOOST_TEST(heard_small.next().text == std::to_string(i));
  }
  BOOST_TEST(heard.next().text == "before");
  const Heard whole = heard.next();
  BOOST_TEST((whole.text == text), "it came with " << whole.text.size() << " bytes");
  BOOST_TEST(whole.ref.uri().path() == "/one");
  BOOST_TEST(heard.next().text == "behind");
  BOOST_TEST(a.dead_letters.empty());
}

BOOST_AUTO_TEST_CASE(a_small_message_of_another_actor_passes_a_large_one_on_the_way) {
  SlowPeer it;
  // ZeroMQ and the kernel have by far no room for so much, so it is still going.
  it.send(it.one, "/large", 60 * kMiB);
  it.send(it.other, "/small", 1);
  it.send(it.other, "/large", 1);
  check(hear_until(it.peer, "/large"), {"/small", "end of 1", "/large"});
}

BOOST_AUTO_TEST_CASE(several_large_messages_make_progress_in_turn) {
  SlowPeer it;
  it.send(it.one, "/larger", 60 * kMiB);
  it.send(it.one, "/large", 2 * kMiB);
  it.send(it.other, "/last", 1);
  it.send(it.other, "/larger", 1);
  check(hear_until(it.peer, "/larger"), {"/last", "end of 2", "end of 1", "/larger"});
}

BOOST_AUTO_TEST_CASE(W07_the_end_of_an_actor_comes_behind_the_large_messages_that_it_sent) {
  SlowPeer it;
  it.peer.say({encode(Item{.kind = ItemKind::watch, .to = "/one", .from = "/me"}),
               encode(Item{.to = "/one", .type = type_name<Text>(), .payload = "\x91\xa1!"})});
  BOOST_TEST(it.heard.next().text == "!");
  it.send(it.one, "/large", 60 * kMiB);
  it.send(it.one, "/me", kMiB);
  it.one.stop();
  it.one.join().wait();
  it.send(it.other, "/small", 1);
  check(hear_until(it.peer, "terminated /one"),
        {"/small", "end of 2", "end of 1", "terminated /one"});
}

BOOST_AUTO_TEST_CASE(R05_a_large_message_whose_session_ends_half_way_is_one_dead_letter) {
  SlowPeer it;
  it.send(it.one, "/large", 60 * kMiB);
  it.send(it.one, "/large", 1);
  it.peer.say_bye();
  it.node.down.next();
  for (const std::size_t bytes : {60 * kMiB, std::size_t{1}}) {
    const DeadLetter letter = it.node.dead_letters.next();
    BOOST_TEST(letter.target == it.there("/large"));
    BOOST_TEST(text_of(letter.message).size() == bytes);
  }
  BOOST_TEST(it.node.dead_letters.empty());
}

BOOST_AUTO_TEST_CASE(an_ask_may_have_a_large_question_and_a_large_reply) {
  TestNode a;
  TestNode b;
  b->spawn<Library>({.name = "library"});
  const Ref library = a.remote(b, "/library");
  BOOST_TEST(
      (library.ask<Text>(BookWanted{40 * kMiB}, kWaitLimit).get().text == long_text(40 * kMiB)));
  BOOST_TEST(library.ask<Welcome>(Text{long_text(20 * kMiB)}, kWaitLimit).get().text ==
             std::to_string(20 * kMiB));
}

BOOST_AUTO_TEST_CASE(a_message_over_the_limit_of_the_other_node_is_a_dead_letter_here) {
  TestNode a;
  NodeOptions options = options_at("127.0.0.1:0");
  options.max_message_bytes = kMiB;
  TestNode b(options);
  b->spawn<Library>({.name = "library"});
  const Ref library = a.remote(b, "/library");
  BOOST_TEST(library.ask<Text>(BookWanted{1}, kWaitLimit).get().text.size() == 1U);
  library << Text{std::string(kMiB, 'x')};
  const DeadLetter letter = a.dead_letters.next();
  BOOST_TEST(letter.target == library);
  BOOST_TEST(text_of(letter.message).size() == kMiB);
  const std::string question = error_of<AskFailed>(
      [&] { library.ask<Welcome>(Text{std::string(kMiB, 'x')}, kWaitLimit).get(); });
  BOOST_TEST(contains(question, "at most 1048576 may be sent to it (max_message_bytes"), question);
  // It does not send more, either.
  library << BookWanted{kMiB};
  BOOST_TEST(text_of(b.dead_letters.next().message).size() == kMiB);
  BOOST_TEST(library.ask<Text>(BookWanted{kMiB - 1'000}, kWaitLimit).get().text.size() ==
             kMiB - 1'000);
}

BOOST_AUTO_TEST_CASE(a_node_says_which_largest_messages_there_can_be) {
  for (const std::size_t bytes : {std::size_t{1'023}, 1'024 * kMiB + 1}) {
    NodeOptions options = options_at("127.0.0.1:0");
    options.max_message_bytes = bytes;
    const std::string error = error_of<NodeStartFailed>([&] { const Node node(options); });
    BOOST_TEST(contains(error, "max_message_bytes cannot be " + std::to_string(bytes) +
                                   ": give 1024 (1 KiB) to 1073741824 (1 GiB)"),
               error);
  }
}

BOOST_AUTO_TEST_SUITE_END()
