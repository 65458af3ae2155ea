/// Messages and asks between nodes.
#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "fixture.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;

struct Number {
  std::uint32_t sender = 0;
  std::uint32_t value = 0;
  MSGPACK_DEFINE(sender, value)
};

/// Counts up, for each sender; tells when all have come.
class InOrder : public Actor {
 public:
  using Receives = RemoteMessages<Number>;
  InOrder(std::size_t senders, std::uint32_t numbers, Collector<std::string> verdict)
      : next_(senders), numbers_(numbers), left_(senders), verdict_(std::move(verdict)) {}

  void on(const Number& number) {
    std::uint32_t& next = next_.at(number.sender);
    if (number.value != next) {
      verdict_.add(fmt::format("{} of {} came, not {}", number.value, number.sender, next));
    }
    next = number.value + 1;
    if (next == numbers_ && --left_ == 0) {
      verdict_.add("all in order");
    }
  }

 private:
  std::vector<std::uint32_t> next_;
  std::uint32_t numbers_;
  std::size_t left_;
  Collector<std::string> verdict_;
};

/// Comes as something else than it is decoded as.
struct Garbled {
  std::string text;
  template <class Packer>
  void msgpack_pack(Packer& packer) const {
    packer.pack(42);
  }
  void msgpack_unpack(const msgpack::object& object) { object.convert(text); }
};

/// Its own code throws while it is decoded.
struct Grenade {
  template <class Packer>
  void msgpack_pack(Packer& packer) const {
    packer.pack_nil();
  }
  void msgpack_unpack(const msgpack::object& /*object*/) const { throw 42; }
};

/// Has an answer to everything, though not always a good one.
struct Question {
  std::string kind;
  MSGPACK_DEFINE(kind)
};
class Oracle : public Actor {
 public:
  using Receives = Messages<Question, Garbled, Grenade>;
  explicit Oracle(Collector<std::string> asked) : asked_(std::move(asked)) {}
  void on(const Question& question) {
    asked_.add(question.kind);
    if (question.kind == "plain") {
      sender() << Welcome{"plain answer"};
    } else if (question.kind == "other type") {
      sender() << Text{"not what was wanted"};
    } else if (question.kind == "garbled") {
      sender() << Garbled{};
    } else if (question.kind == "opaque") {
      sender() << Opaque{};
    } else if (question.kind == "twice") {
      sender() << Welcome{"first"} << Welcome{"second"};
    } else if (question.kind == "unhandled") {
      unhandled();
    } else if (question.kind == "throw") {
      throw std::runtime_error("out of paper");
    }
  }
  void on(const Garbled&) { asked_.add("garbled"); }
  void on(const Grenade&) { asked_.add("grenade"); }

 private:
  Collector<std::string> asked_;
};

/// Asks inside of an actor.
class Asker : public Process {
 public:
  Task<> run(Ref whom, Collector<std::string> answers) {
    co_await ask(whom, "plain", answers);
    co_await ask(whom, "throw", answers);
    co_await ask(whom, "plain", answers);
  }

 private:
  // The question is no temporary inside of the co_await: GCC 12 copies such aggregates bit by bit.
  static Task<> ask(const Ref& whom, std::string kind, Collector<std::string> answers) {
    try {
      Future<Welcome> asked = whom.ask<Welcome>(Question{std::move(kind)}, 30s);
      const Welcome welcome = co_await asked;
      answers.add(welcome.text);
    } catch (const AskFailed& error) {
      answers.add(error.what());
    }
  }
};

class Relay : public Actor {
 public:
  using Receives = Messages<Hello, Text>;
  explicit Relay(Ref to) : to_(std::move(to)) {}
  void on(const Hello&) { forward(to_); }
  void on(const Text&) { forward(to_); }

 private:
  Ref to_;
};

struct AskFixture {
  TestNode a;
  TestNode b;
  Collector<std::string> asked{"a question"};
  TypedRef<Oracle> oracle = b->spawn<Oracle>({.name = "oracle"}, asked);
  Ref remote = a.remote(b, "/oracle");

  std::string failure(const std::string& kind) {
    return error_of<AskFailed>([&] { remote.ask<Welcome>(Question{kind}, 30s).get(); });
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(remoting_messages)

BOOST_AUTO_TEST_CASE(M02_a_hundred_thousand_messages_arrive_in_the_order_sent) {
  constexpr std::uint32_t kNumbers = 100'000;
  TestNode a;
  TestNode b;
  const Collector<std::string> verdict("all numbers");
  b->spawn<InOrder>({.name = "in-order"}, std::size_t{1}, kNumbers, verdict);
  const auto heard = hearings();
  const Ref probe = a.probe("probe", heard);
  const Ref remote = a.remote(b, "/in-order");
  remote << Number{0, 0};
  a.up.next();  // before that, only so many messages may wait
  call(probe, [&](Puppet&) {
    for (std::uint32_t i = 1; i < kNumbers; ++i) {
      remote << Number{0, i};
    }
  });
  BOOST_TEST(verdict.next() == "all in order");
}

BOOST_AUTO_TEST_CASE(M02_each_of_several_senders_is_heard_in_its_order) {
  constexpr std::uint32_t kNumbers = 5'000;
  constexpr std::uint32_t kSenders = 4;
  TestNode a;
  TestNode b;
  const Collector<std::string> verdict("all numbers");
  b->spawn<InOrder>({.name = "in-order"}, std::size_t{kSenders}, kNumbers, verdict);
  const auto heard = hearings();
  const Ref remote = a.remote(b, "/in-order");
  for (std::uint32_t sender = 0; sender < kSenders; ++sender) {
    a.probe(fmt::format("probe-{}", sender), heard) << Do{[sender, remote](Puppet&) {
      for (std::uint32_t i = 0; i < kNumbers; ++i) {
        remote << Number{sender, i};
      }
    }};
  }
  BOOST_TEST(verdict.next() == "all in order");
}

BOOST_AUTO_TEST_CASE(M05_what_cannot_be_serialized_is_an_error_and_a_dead_letter) {
  TestNode a;
  TestNode b;
  const Ref remote = a.remote(b, "/anybody");
  remote << Opaque{std::make_unique<int>(7)};
  const Error error = a.errors.next();
  BOOST_TEST(error.actor == remote);
  BOOST_TEST(contains(describe(error.error), "Opaque cannot be sent to " + b.address() +
                                                 "/anybody: it cannot be serialized"),
             describe(error.error));
  const DeadLetter letter = a.dead_letters.next();
  BOOST_TEST(letter.target == remote);
  BOOST_TEST_REQUIRE(letter.message.is<Opaque>());
  BOOST_TEST(*letter.message.get_if<Opaque>()->value == 7);
  const std::string failure =
      error_of<AskFailed>([&] { remote.ask<Welcome>(Opaque{}, 30s).get(); });
  BOOST_TEST(contains(failure, "cannot be serialized"), failure);
}

BOOST_AUTO_TEST_CASE(M06_the_sender_can_be_answered_across_nodes) {
  TestNode a;
  TestNode b;
  const auto heard_a = hearings();
  const auto heard_b = hearings();
  const Ref one = a.probe("one", heard_a);
  const Ref other = b.probe("other", heard_b);
  const Ref remote = a.remote(b, "/other");
  call(one, [&](Puppet&) { remote << Text{"who am I?"}; });
  const Heard question = heard_b.next();
  BOOST_TEST(question.ref == b.remote(a, "/one"));
  call(other, [&](Puppet&) { question.ref << Text{"you are one"}; });
  const Heard answer = heard_a.next();
  BOOST_TEST(answer.text == "you are one");
  BOOST_TEST(answer.ref == remote);
}

BOOST_AUTO_TEST_CASE(M06_a_message_from_outside_of_actors_has_no_sender_at_the_other_node) {
  TestNode a;
  TestNode b;
  b->spawn<Greeter>({.name = "greeter"});
  const auto heard = hearings();
  b.probe("probe", heard);
  a.remote(b, "/probe") << Text{"guess who"};
  BOOST_TEST(!heard.next().ref);
  a.remote(b, "/greeter") << Hello{"nobody"};
  const DeadLetter letter = b.dead_letters.next();
  BOOST_TEST(!letter.target);
  BOOST_TEST_REQUIRE(letter.message.is<Welcome>());
  BOOST_TEST(letter.sender == b->lookup("/greeter"));
}

BOOST_AUTO_TEST_CASE(M07_a_forwarded_message_keeps_its_sender_over_three_nodes) {
  TestNode a;
  TestNode b;
  TestNode c;
  c->spawn<Greeter>({.name = "greeter"});
  b->spawn<Relay>({.name = "relay"}, b.remote(c, "/greeter"));
  const Ref relay = a.remote(b, "/relay");
  BOOST_TEST(relay.ask<Welcome>(Hello{"far away"}, 30s).get().text == "welcome, far away");
  const Collector<Heard> heard = hearings();
  class Caller : public Process {
   public:
    Task<> run(Ref whom, Collector<Heard> log) {
      whom << Hello{"actor"};
      const Welcome welcome = co_await get<Welcome>(30s);
      log.add({welcome.text, sender()});
    }
  };
  a->spawn<Caller>(relay, heard);
  const Heard answer = heard.next();
  BOOST_TEST(answer.text == "welcome, actor");
  BOOST_TEST(answer.ref == a.remote(c, "/greeter"));
}

// The sender is looked up again when it is another actor of the same name.
BOOST_AUTO_TEST_CASE(M07_a_forwarded_message_that_comes_home_has_its_sender_of_now) {
  TestNode a;
  TestNode b;
  const auto heard_first = hearings();
  const auto heard_second = hearings();
  const auto heard_home = hearings();
  a.probe("home", heard_home);
  b->spawn<Relay>({.name = "relay"}, b.remote(a, "/home"));
  const Ref relay = a.remote(b, "/relay");
  const Ref first = a.probe("sender", heard_first);
  call(first, [&](Puppet&) { relay << Text{"first"}; });
  BOOST_TEST(heard_home.next().ref == first);
  testing::stop_and_wait(*a, first);
  const Ref second = a.probe("sender", heard_second);
  call(second, [&](Puppet&) { relay << Text{"second"}; });
  const Heard heard = heard_home.next();
  BOOST_TEST(heard.ref == second);
  heard.ref << Text{"hello again"};
  BOOST_TEST(heard_second.next().text == "hello again");
}

BOOST_AUTO_TEST_CASE(M08_a_delayed_message_reaches_a_remote_actor_unless_it_is_cancelled) {
  TestNode a;
  TestNode b;
  const auto heard = hearings();
  b.probe("probe", heard);
  const Ref remote = a.remote(b, "/probe");
  Timer never = remote.send_later(1h, Text{"never"});
  never.cancel();
  Timer soon = remote.send_later(1ms, Text{"soon"});
  Timer often = send_every(1ms, remote, Text{"often"});
  std::vector<std::string> seen;
  while (std::ranges::count(seen, "often") < 3 || std::ranges::count(seen, "soon") < 1) {
    seen.push_back(heard.next().text);
  }
  often.cancel();
  BOOST_TEST(std::ranges::count(seen, "never") == 0);
}

BOOST_AUTO_TEST_CASE(M09_a_message_without_a_handler_is_unhandled_at_the_receiving_node) {
  TestNode a;
  TestNode b;
  const Ref greeter = b->spawn<Greeter>({.name = "greeter"});
  const auto heard = hearings();
  const Ref probe = a.probe("probe", heard);
  const Ref remote = a.remote(b, "/greeter");
  call(probe, [&](Puppet&) { remote << Text{"what is this?"}; });
  const UnhandledMessage event = b.unhandled.next();
  BOOST_TEST(event.actor == greeter);
  BOOST_TEST(text_of(event.message) == "what is this?");
  BOOST_TEST(event.sender == b.remote(a, "/probe"));
  a.remote(b, "") << Text{"to the guardian"};
  BOOST_TEST(text_of(b.unhandled.next().message) == "to the guardian");
}

BOOST_AUTO_TEST_CASE(L01_an_actor_of_another_node_cannot_be_stopped_from_here) {
  TestNode a;
  TestNode b;
  const auto heard = hearings();
  b.probe("probe", heard);
  const Ref remote = a.remote(b, "/probe");
  remote.stop();
  remote.kill();
  remote.poison();
  for (const Error& error : a.errors.next(3)) {
    BOOST_TEST(error.actor == remote);
    BOOST_TEST(contains(describe(error.error), "lives at another node"), describe(error.error));
  }
  remote << Text{"still there"};
  BOOST_TEST(heard.next().text == "still there");
}

BOOST_FIXTURE_TEST_CASE(C07_an_ask_is_answered_across_nodes, AskFixture) {
  BOOST_TEST(remote.ask<Welcome>(Question{"plain"}, 30s).get().text == "plain answer");
  BOOST_TEST(remote.ask<Welcome>(Question{"twice"}, 30s).get().text == "first");
}

BOOST_FIXTURE_TEST_CASE(C07_an_actor_asks_across_nodes, AskFixture) {
  const Collector<std::string> answers("an answer");
  a->spawn<Asker>(remote, answers);
  BOOST_TEST(answers.next() == "plain answer");
  const std::string failed = answers.next();
  BOOST_TEST(contains(failed, "out of paper"), failed);
  // The node's guardian stops what fails.
  const std::string dead = answers.next();
  BOOST_TEST(contains(dead, "there is no actor <" + b.address() + "/oracle>"), dead);
}

BOOST_FIXTURE_TEST_CASE(C07_an_error_in_the_remote_handler_arrives_with_its_text, AskFixture) {
  const std::string error = failure("throw");
  BOOST_TEST(contains(error, "out of paper"), error);
}

BOOST_FIXTURE_TEST_CASE(C07_an_ask_that_nobody_answers_times_out, AskFixture) {
  BOOST_CHECK_THROW(remote.ask<Welcome>(Question{"silence"}, 1ms).get(), Timeout);
  BOOST_TEST(asked.next() == "silence");
}

BOOST_FIXTURE_TEST_CASE(C07_asking_a_dead_remote_actor_fails_at_once, AskFixture) {
  const Ref nobody = a.remote(b, "/nobody");
  std::string error =
      error_of<AskFailed>([&] { nobody.ask<Welcome>(Question{"plain"}, 1h).get(); });
  BOOST_TEST(contains(error, "there is no actor <" + b.address() + "/nobody>"), error);
  testing::stop_and_wait(*b, oracle);
  error = error_of<AskFailed>([&] { remote.ask<Welcome>(Question{"plain"}, 1h).get(); });
  BOOST_TEST(contains(error, "there is no actor <" + b.address() + "/oracle>"), error);
}

BOOST_FIXTURE_TEST_CASE(C07_an_ask_fails_at_once_when_the_other_node_cannot_take_it, AskFixture) {
  std::string error = failure("unhandled");
  BOOST_TEST(contains(error, "has no handler for"), error);
  error = error_of<AskFailed>([&] { remote.ask<Welcome>(Text{"what?"}, 1h).get(); });
  BOOST_TEST(contains(error, "has no handler for"), error);
  error = error_of<AskFailed>([&] { remote.ask<Welcome>(Garbled{}, 1h).get(); });
  BOOST_TEST(contains(error, "the fields do not have the types"), error);
  error = error_of<AskFailed>([&] { a.remote(b, "/nobody").ask<Welcome>(Garbled{}, 1h).get(); });
  BOOST_TEST(error != "no error");
}

BOOST_FIXTURE_TEST_CASE(C07_an_answer_of_the_wrong_kind_fails_the_ask, AskFixture) {
  std::string error = failure("other type");
  BOOST_TEST(contains(error, "should be a"), error);
  BOOST_TEST(contains(error, "but is a"), error);
  BOOST_TEST(contains(failure("garbled"), "could not be decoded"));
}

BOOST_FIXTURE_TEST_CASE(C07_an_answer_that_cannot_leave_its_node_is_an_error_there, AskFixture) {
  BOOST_CHECK_THROW(remote.ask<Welcome>(Question{"opaque"}, 1ms).get(), Timeout);
  const Error error = b.errors.next();
  BOOST_TEST(contains(describe(error.error), "cannot be serialized"), describe(error.error));
  BOOST_TEST(b.dead_letters.next().message.is<Opaque>());
}

BOOST_FIXTURE_TEST_CASE(C07_a_thousand_asks_at_once_are_answered_and_leave_nothing, AskFixture) {
  std::vector<Future<Welcome>> futures;
  futures.reserve(1000);
  for (int i = 0; i < 1000; ++i) {
    futures.push_back(remote.ask<Welcome>(Question{"plain"}, 30s));
  }
  for (auto& future : futures) {
    BOOST_TEST_REQUIRE(future.get().text == "plain answer");
  }
  for (int i = 1; i <= 1000; ++i) {
    BOOST_CHECK_THROW(static_cast<void>(a->lookup(fmt::format("/$ask-{}", i))), LookupFailed);
  }
}

BOOST_FIXTURE_TEST_CASE(C07_an_ask_that_was_given_up_leaves_nothing, AskFixture) {
  static_cast<void>(remote.ask<Welcome>(Question{"silence"}, 1h));
  BOOST_TEST(asked.next() == "silence");
  BOOST_CHECK_THROW(static_cast<void>(a->lookup("/$ask-1")), LookupFailed);
}

BOOST_FIXTURE_TEST_CASE(C07_an_ask_fails_when_the_asking_node_ends, AskFixture) {
  std::optional<TestNode> brief(std::in_place);
  auto future = brief->remote(b, "/oracle").ask<Welcome>(Question{"silence"}, 1h);
  BOOST_TEST(asked.next() == "silence");
  brief.reset();
  BOOST_CHECK_THROW(future.get(), AskFailed);
}

BOOST_FIXTURE_TEST_CASE(R09_a_type_whose_own_code_throws_stops_nobody, AskFixture) {
  remote << Grenade{};
  BOOST_TEST(contains(b.rejected.next().what, "Grenade"));
  const std::string error = error_of<AskFailed>([&] { remote.ask<Welcome>(Grenade{}, 1h).get(); });
  BOOST_TEST(error != "no error");
  BOOST_TEST(remote.ask<Welcome>(Question{"plain"}, 30s).get().text == "plain answer");
}

BOOST_AUTO_TEST_SUITE_END()
