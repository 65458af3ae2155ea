/// Many messages in one envelope: how a mailbox counts them, and what they hold.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/chain_end.hpp>
#include <spinoff/engine/encoded.hpp>
#include <spinoff/engine/encoded_run.hpp>
#include <spinoff/engine/mailbox.hpp>
#include <spinoff/engine/message_chain.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/events.hpp>
#include <spinoff/serializable.hpp>

#include "manual_node.hpp"
#include "support/places.hpp"
#include "support/runs.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::engine;
using namespace spinoff::testing;
using detail::Sender;

struct Text {
  std::string text;
  MSGPACK_DEFINE(text)
};

// What the actors of this thread have read.
thread_local std::string t_read;

constexpr detail::ActorType kReads{.name = "test.Reads",
                                   .receive = [](detail::Behavior&, detail::EnvelopePtr& message) {
                                     t_read += message->as<Text>().text;
                                     return detail::Handled::yes;
                                   }};

class ReaderFactory final : public detail::Factory {
 public:
  std::unique_ptr<detail::Behavior> create() override {
    return std::make_unique<detail::Behavior>();
  }
};

Ref spawn_reader(ManualNode& node) {
  Ref reader = node.spawn(kReads, detail::FactoryPtr(new ReaderFactory));
  node.run();
  t_read.clear();
  return reader;
}

std::vector<std::string> letters(std::size_t count) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i) {
    result.emplace_back(1, static_cast<char>('a' + i));
  }
  return result;
}

std::vector<std::string> encoded(std::vector<std::string> texts) {
  for (std::string& one : texts) {
    const Text text{std::exchange(one, {})};
    detail::message_type<Text>().encode(&text, one);
  }
  return texts;
}

void send(detail::Target& to, std::uint32_t generation, const std::vector<std::string>& texts) {
  MessageChain chain;
  chain.add(to, generation, make_run(detail::message_type<Text>(), encoded(texts)));
}
void send(const Ref& to, const std::vector<std::string>& texts) {
  send(*detail::RefAccess::target(to), detail::RefAccess::generation(to), texts);
}

Envelope* run_of(std::size_t count) {
  return make_run(detail::message_type<Text>(), letters(count)).release();
}

void push(Mailbox& mailbox, Envelope* message) {
  mailbox.push_chain(message, message, messages_in(*message));
}

Envelope* lone() {
  return make_encoded(Sender{}, detail::message_type<Text>(), "-").release();
}

std::string text_of(Envelope* message) {
  return std::string(EnvelopePtr(message)->as<Encoded>().payload());
}

/// The next message, as a cell takes it; empty if none has come.
std::string take(Mailbox& mailbox) {
  Envelope* const next = mailbox.next();
  if (next == nullptr) {
    return {};
  }
  if (!EncodedRun::is_one(*next)) {
    return text_of(next);
  }
  const std::string text = text_of(EncodedRun::take_first(*next).release());
  if (messages_in(*next) > 0) {
    mailbox.put_back_rest(next);
  } else {
    EnvelopePtr(next).reset();
  }
  return text;
}

/// Takes all, and checks what is left after each.
std::string take_all(Mailbox& mailbox) {
  std::string texts;
  for (std::size_t left = mailbox.length(); left > 0;) {
    texts += take(mailbox);
    BOOST_TEST_REQUIRE(mailbox.length() == --left);
  }
  BOOST_TEST(take(mailbox).empty());
  return texts;
}

struct Open : Mailbox {
  Open() { open(); }
};

/// A name that nobody else has.
struct Far {
  ManualNode node;
  Ref ref = NameTarget::make(node.core().anchor(), Uri::parse("127.0.0.1:1/far"));
  detail::Target& place = *detail::RefAccess::target(ref);
  std::uint32_t generation = detail::RefAccess::generation(ref);

  Sender counted(std::uint32_t times) {
    Sender sender = detail::RefAccess::sender(ref);
    place.retain(times);
    sender.counted = true;
    return sender;
  }
  [[nodiscard]] bool is_held() const { return testing::is_held(place, generation); }
};

BOOST_AUTO_TEST_SUITE(encoded_run)

BOOST_AUTO_TEST_CASE(a_mailbox_counts_the_messages_that_are_in_it) {
  Open mailbox;
  push(mailbox, run_of(5));
  BOOST_TEST(mailbox.length() == 5U);
  BOOST_TEST(take_all(mailbox) == "abcde");
}

BOOST_AUTO_TEST_CASE(they_have_their_place_among_others) {
  Open mailbox;
  push(mailbox, lone());
  push(mailbox, run_of(3));
  push(mailbox, lone());
  push(mailbox, run_of(4));
  BOOST_TEST(mailbox.length() == 9U);
  BOOST_TEST(take_all(mailbox) == "-abc-abcd");
}

BOOST_AUTO_TEST_CASE(what_comes_while_it_is_taken_from_is_behind_it) {
  Open mailbox;
  push(mailbox, run_of(3));
  BOOST_TEST(take(mailbox) == "a");
  push(mailbox, lone());
  BOOST_TEST(mailbox.length() == 3U);
  BOOST_TEST(mailbox.push_at_home(lone()));
  BOOST_TEST(mailbox.length() == 4U);
  BOOST_TEST(take_all(mailbox) == "bc--");
}

BOOST_AUTO_TEST_CASE(what_comes_while_one_of_it_is_decoded_is_behind_it) {
  Open mailbox;
  push(mailbox, run_of(3));
  Envelope* const run = mailbox.next();
  BOOST_TEST(text_of(EncodedRun::take_first(*run).release()) == "a");
  BOOST_TEST(mailbox.push_at_home(lone()));
  mailbox.put_back_rest(run);
  BOOST_TEST(mailbox.length() == 3U);
  BOOST_TEST(take_all(mailbox) == "bc-");
}

BOOST_AUTO_TEST_CASE(a_turn_that_is_over_puts_the_whole_back) {
  Open mailbox;
  push(mailbox, run_of(3));
  for (int i = 0; i < 2; ++i) {
    mailbox.put_back(mailbox.next());
    BOOST_TEST(mailbox.length() == 3U);
    push(mailbox, lone());
    BOOST_TEST(mailbox.absorb());
    mailbox.put_back(mailbox.next());
    BOOST_TEST(mailbox.length() == 4U);
    BOOST_TEST(take_all(mailbox) == "abc-");
    push(mailbox, run_of(3));
  }
  BOOST_TEST(take_all(mailbox) == "abc");
}

BOOST_AUTO_TEST_CASE(a_turn_handles_no_more_of_it_than_its_budget) {
  ManualNode node(NodeCore::Options{.turn_budget = 2});
  const Ref reads = spawn_reader(node);
  send(reads, letters(5));
  std::vector<std::size_t> read;
  while (node.run_one()) {
    read.push_back(t_read.size());
  }
  const std::vector<std::size_t> expected{2, 4, 5};
  BOOST_TEST(read == expected, boost::test_tools::per_element());
  BOOST_TEST(t_read == "abcde");
}

BOOST_AUTO_TEST_CASE(to_a_place_that_is_another_actors_by_now_they_are_dead_letters) {
  ManualNode node;
  std::size_t dead = 0;
  node.core().events().subscribe(detail::kMessageType<DeadLetter>, [&](const void* event) {
    BOOST_TEST(!static_cast<const DeadLetter*>(event)->target);
    ++dead;
  });
  Ref first = spawn_reader(node);
  detail::Target& place = *detail::RefAccess::target(first);
  const std::uint32_t generation = detail::RefAccess::generation(first);
  first.stop();
  node.run();
  first = Ref();
  const Ref heir = spawn_reader(node);
  BOOST_TEST_REQUIRE(detail::RefAccess::target(heir) == &place);
  send(place, generation, letters(5));
  send(heir, letters(2));
  node.run();
  BOOST_TEST(dead == 5U);
  BOOST_TEST(t_read == "ab");
}

BOOST_AUTO_TEST_CASE(they_count_in_a_chain_that_is_too_long_to_say_how_many_it_has) {
  // Nobody looks at their bytes.
  constexpr std::uint32_t kMany = ChainEnd::kMost / 2;
  const auto many = [&] {
    return Envelope::make<EncodedRun>(Sender{}, detail::message_type<Text>(), nullptr,
                                      EncodedRun::Payloads({}, kMany), BytesHolder())
        .release();
  };
  Open mailbox;
  for (int i = 0; i < 3; ++i) {
    push(mailbox, many());
    push(mailbox, lone());
  }
  BOOST_TEST(mailbox.length() == ChainEnd::kMost);
  BOOST_TEST(mailbox.absorb());
  BOOST_TEST(mailbox.length() == std::size_t{3} * kMany + 3);
  while (EnvelopePtr left{mailbox.next()}) {
  }
}

BOOST_AUTO_TEST_CASE(it_holds_the_frame_until_it_is_gone) {
  RunFrame& frame = RunFrame::of(letters(4));
  EnvelopePtr run =
      EncodedRun::make(Sender{}, detail::message_type<Text>(), frame.payloads(), frame);
  const char* const there = frame.payloads().bytes().data();
  frame.release();
  const std::string_view first = run->as<EncodedRun>().first_payload();
  BOOST_TEST(first == "a");
  BOOST_TEST(first.data() == there + EncodedRun::Payloads::kHead);
  EnvelopePtr taken = EncodedRun::take_first(*run);
  run.reset();
  BOOST_TEST(text_of(taken.release()) == "a", "it has bytes of its own");
}

BOOST_AUTO_TEST_CASE(its_messages_hold_their_sender_and_so_does_what_is_left_of_it) {
  Far far;
  EnvelopePtr run = make_run(detail::message_type<Text>(), letters(5), far.counted(6));
  far.ref = Ref();
  EnvelopePtr first = EncodedRun::take_first(*run);
  EnvelopePtr second = EncodedRun::take_first(*run);
  first.reset();
  BOOST_TEST(far.is_held());
  run.reset();
  BOOST_TEST(far.is_held());
  BOOST_TEST(second->sender().target == &far.place);
  second.reset();
  BOOST_TEST(!far.is_held());
}

BOOST_AUTO_TEST_CASE(one_of_which_all_was_taken_holds_its_sender_no_more_often_than_any_envelope) {
  Far far;
  EnvelopePtr run = make_run(detail::message_type<Text>(), letters(4), far.counted(5));
  far.ref = Ref();
  while (messages_in(*run) > 0) {
    EncodedRun::take_first(*run).reset();
  }
  BOOST_TEST(far.is_held());
  run.reset();
  BOOST_TEST(!far.is_held());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
