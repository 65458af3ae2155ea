/// Rules M01 to M07, M09, M10 and M12: how messages travel within a node, and what becomes of those
/// that nobody takes.
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Numbered {
  int from;
  int number;
};

class Counter : public Actor {
 public:
  using Receives = Messages<Numbered>;
  explicit Counter(Collector<Numbered> seen) : seen_(std::move(seen)) {}
  void on(const Numbered& message) { seen_.add(message); }

 private:
  Collector<Numbered> seen_;
};

constexpr int kSenders = 4;
constexpr int kEach = 5'000;

/// From kSenders threads that are no actors, all at once.
std::vector<Numbered> flood(NodeOptions options) {
  const Collector<Numbered> seen("a numbered message");
  Node node(std::move(options));
  const auto counter = node.spawn<Counter>(seen);
  std::vector<std::jthread> senders;
  for (int from = 0; from < kSenders; ++from) {
    senders.emplace_back([&, from] {
      for (int i = 0; i < kEach; ++i) {
        counter << Numbered{from, i};
      }
    });
  }
  auto result = seen.next(std::size_t{kSenders} * kEach);
  node.stop();
  BOOST_TEST(seen.empty());
  return result;
}

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(M01_a_message_to_a_live_actor_is_received_exactly_once) {
  std::array<std::array<int, kEach>, kSenders> times{};
  for (const Numbered& one : flood(quiet())) {
    ++times.at(static_cast<std::size_t>(one.from)).at(static_cast<std::size_t>(one.number));
  }
  for (const auto& of_sender : times) {
    BOOST_TEST(std::all_of(of_sender.begin(), of_sender.end(), [](int n) { return n == 1; }));
  }
}

BOOST_AUTO_TEST_CASE(M02_messages_of_one_sender_arrive_in_the_order_sent) {
  // Small turns, so that the order has to survive the hand-over from turn to turn.
  NodeOptions options = quiet();
  options.turn_budget = 3;
  std::array<int, kSenders> next{};
  for (const Numbered& one : flood(options)) {
    BOOST_TEST_REQUIRE(one.number == next.at(static_cast<std::size_t>(one.from))++);
  }
}

BOOST_AUTO_TEST_CASE(M02_messages_of_an_actor_arrive_in_the_order_sent) {
  const Collector<Numbered> seen("a numbered message");
  Node node(quiet());
  const auto counter = node.spawn<Counter>(seen);
  for (int from = 0; from < kSenders; ++from) {
    node.spawn<Puppet>() << Do{[=](Puppet&) {
      for (int i = 0; i < kEach; ++i) {
        counter << Numbered{from, i};
      }
    }};
  }
  std::array<int, kSenders> next{};
  for (const Numbered& one : seen.next(std::size_t{kSenders} * kEach)) {
    BOOST_TEST_REQUIRE(one.number == next.at(static_cast<std::size_t>(one.from))++);
  }
}

class Speller : public Actor {
 public:
  using Receives = Messages<std::string, char>;
  explicit Speller(Log log) : log_(std::move(log)) {}
  void on(const std::string& text) { log_.add(text); }
  void on(const char& letter) { log_.add(std::string(1, letter)); }

 private:
  Log log_;
};

BOOST_AUTO_TEST_CASE(M03_chained_messages_are_all_sent_in_order) {
  const Log log("a word");
  Node node(quiet());
  node.spawn<Speller>(log) << std::string("one") << 'b' << "three";
  BOOST_TEST(log.next() == "one");
  BOOST_TEST(log.next() == "b");
  BOOST_TEST(log.next() == "three");
}

BOOST_AUTO_TEST_CASE(M03_send_is_the_same_as_the_operator) {
  const Log log("a word");
  Node node(quiet());
  const auto typed = node.spawn<Speller>(log);
  const Ref& untyped = typed;
  typed.send('a');
  untyped.send('b');
  untyped << 'c';
  BOOST_TEST(log.next() == "a");
  BOOST_TEST(log.next() == "b");
  BOOST_TEST(log.next() == "c");
}

/// Plain fields, which are only right if handlers exclude and see each other.
class Alone : public Actor {
 public:
  using Receives = Messages<int, std::promise<int>*>;
  void on(const int& add) {
    inside_ = inside_ + 1;
    together_ = std::max(together_, inside_.load());
    sum_ += add;
    std::this_thread::yield();
    inside_ = inside_ - 1;
  }
  void on(std::promise<int>* const& result) { result->set_value(together_ == 1 ? sum_ : -1); }

 private:
  std::atomic<int> inside_{0};
  int together_ = 0;
  int sum_ = 0;
};

BOOST_AUTO_TEST_CASE(M04_an_actor_handles_one_message_at_a_time_and_sees_what_it_wrote) {
  std::promise<int> sum;
  Node node({.workers = 4, .turn_budget = 2, .log_events = false});
  const auto alone = node.spawn<Alone>();
  std::vector<std::jthread> senders;
  for (int i = 0; i < kSenders; ++i) {
    senders.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) {
        alone << 1;
      }
    });
  }
  senders.clear();  // all has been sent
  alone << &sum;
  BOOST_TEST(sum.get_future().get() == kSenders * kEach);
}

struct alignas(64) Aligned {
  int value;
};
struct NoDefault {
  explicit NoDefault(int n) : value(n) {}
  int value;
};
struct Large {
  std::array<char, 5'000> bytes;
};

class Takes : public Actor {
 public:
  using Receives = Messages<std::unique_ptr<int>, Aligned, NoDefault, Large, std::vector<int>>;
  explicit Takes(Log log) : log_(std::move(log)) {}
  void on(std::unique_ptr<int> value) { log_.add("owns " + std::to_string(*value)); }
  void on(const Aligned& aligned) {
    const bool good = reinterpret_cast<std::uintptr_t>(&aligned) % 64 == 0;
    log_.add((good ? "aligned " : "misaligned ") + std::to_string(aligned.value));
  }
  void on(const NoDefault& message) { log_.add("value " + std::to_string(message.value)); }
  void on(const Large& large) { log_.add(std::string("ends with ") + large.bytes.back()); }
  void on(std::vector<int>&& all) {
    log_.add("size " + std::to_string(std::exchange(all, {}).size()));
  }

 private:
  Log log_;
};

BOOST_AUTO_TEST_CASE(M05_copyable_and_move_only_values_can_be_messages) {
  const Log log("a message");
  Node node(quiet());
  const std::vector<int> copied{1, 2, 3};
  Large large{};
  large.bytes.back() = 'z';
  node.spawn<Takes>(log) << std::make_unique<int>(7) << Aligned{8} << NoDefault(9) << large
                         << copied;
  BOOST_TEST(log.next() == "owns 7");
  BOOST_TEST(log.next() == "aligned 8");
  BOOST_TEST(log.next() == "value 9");
  BOOST_TEST(log.next() == "ends with z");
  BOOST_TEST(log.next() == "size 3");
  BOOST_TEST(copied.size() == 3U);
}

BOOST_AUTO_TEST_CASE(M05_what_cannot_be_serialized_is_an_error_and_a_dead_letter_at_a_remote_ref) {
  NodeOptions options = quiet();
  options.remoting = "127.0.0.1:0";
  Node node(options);
  const auto errors = listen<Error>(node);
  const auto dead = listen<DeadLetter>(node);
  const Ref remote = node.lookup("127.0.0.1:1/far");
  remote << NoDefault(1);
  BOOST_TEST(describe(errors.next().error).find("NoDefault") != std::string::npos);
  const DeadLetter letter = dead.next();
  BOOST_TEST(letter.target == remote);
  BOOST_TEST(letter.message.get_if<NoDefault>()->value == 1);
}

BOOST_AUTO_TEST_CASE(M06_the_sender_is_the_actor_whose_handler_sent_the_message) {
  std::promise<Ref> sender;
  Node node(quiet());
  const auto from = node.spawn<Puppet>();
  const auto to = node.spawn<Puppet>();
  from << Do{[&](Puppet&) { to << Do{[&](Puppet& me) { sender.set_value(me.sender()); }}; }};
  BOOST_TEST(sender.get_future().get() == from);
}

BOOST_AUTO_TEST_CASE(M06_a_message_from_outside_of_any_actor_has_no_sender) {
  Node node(quiet());
  const auto to = node.spawn<Puppet>();
  BOOST_TEST(!call(to, [](Puppet& me) { return Ref(me.sender()); }));
}

BOOST_AUTO_TEST_CASE(M06_a_reply_to_no_sender_is_a_dead_letter) {
  Node node(quiet());
  const auto dead = listen<DeadLetter>(node);
  const auto actor = node.spawn<Puppet>();
  call(actor, [](Puppet& me) { me.sender() << 17; });
  const DeadLetter letter = dead.next();
  BOOST_TEST(!letter.target);
  BOOST_TEST(*letter.message.get_if<int>() == 17);
  BOOST_TEST(letter.sender == actor);
  drain(actor);
}

BOOST_AUTO_TEST_CASE(M07_a_forwarded_message_keeps_its_sender) {
  std::promise<Ref> sender;
  Node node(quiet());
  const auto from = node.spawn<Puppet>();
  const auto via = node.spawn<Puppet>();
  const auto to = node.spawn<Puppet>();
  // The same order at both: whoever is not the last one passes it on.
  from << Do{[&](Puppet&) {
    via << Do{[&](Puppet& me) {
      if (me.self() == via) {
        me.forward(to);
      } else {
        sender.set_value(me.sender());
      }
    }};
  }};
  BOOST_TEST(sender.get_future().get() == from);
}

/// Takes no message at all.
class Deaf : public Actor {};

class Picky : public Actor {
 public:
  using Receives = Messages<int, std::promise<void>*>;
  void on(const int&) { unhandled(); }
  void on(std::promise<void>* const& alive) { alive->set_value(); }
};

BOOST_AUTO_TEST_CASE(M09_a_message_without_a_handler_is_an_event_and_the_actor_goes_on) {
  std::promise<void> alive;
  Node node(quiet());
  const auto unhandled = listen<UnhandledMessage>(node);
  const Ref picky = node.spawn<Picky>();
  const auto from = node.spawn<Puppet>();
  call(from, [&](Puppet&) { picky << std::string("what?"); });
  const UnhandledMessage event = unhandled.next();
  BOOST_TEST(event.actor == picky);
  BOOST_TEST(*event.message.get_if<std::string>() == "what?");
  BOOST_TEST(event.sender == from);
  picky << &alive;
  BOOST_TEST((alive.get_future().wait_for(kWaitLimit) == std::future_status::ready));
}

BOOST_AUTO_TEST_CASE(M09_an_actor_without_any_handler_and_the_guardian_handle_nothing) {
  Node node(quiet());
  const auto unhandled = listen<UnhandledMessage>(node);
  const Ref deaf = node.spawn<Deaf>();
  deaf << 1;
  BOOST_TEST(unhandled.next().actor == deaf);
  const Ref guardian = call(node.spawn<Puppet>(), [](Puppet& me) { return Ref(me.parent()); });
  guardian << 2;
  const UnhandledMessage event = unhandled.next();
  BOOST_TEST(event.actor == guardian);
  BOOST_TEST(*event.message.get_if<int>() == 2);
}

BOOST_AUTO_TEST_CASE(M10_a_handler_may_say_that_a_message_is_unhandled) {
  Node node(quiet());
  const auto unhandled = listen<UnhandledMessage>(node);
  const Ref picky = node.spawn<Picky>();
  const auto from = node.spawn<Puppet>();
  call(from, [&](Puppet&) { picky << 5; });
  const UnhandledMessage event = unhandled.next();
  BOOST_TEST(event.actor == picky);
  BOOST_TEST(*event.message.get_if<int>() == 5);
  BOOST_TEST(event.sender == from);
}

BOOST_AUTO_TEST_CASE(M12_a_message_to_a_stopped_actor_is_a_dead_letter) {
  Node node(quiet());
  const auto dead = listen<DeadLetter>(node);
  const Ref gone = node.spawn<Deaf>();
  stop_and_wait(node, gone);
  const auto from = node.spawn<Puppet>();
  call(from, [&](Puppet&) { gone << 3; });
  const DeadLetter letter = dead.next();
  BOOST_TEST(letter.target == gone);
  BOOST_TEST(*letter.message.get_if<int>() == 3);
  BOOST_TEST(letter.sender == from);
}

BOOST_AUTO_TEST_CASE(M12_system_messages_to_a_stopped_actor_are_dropped_in_silence) {
  Node node(quiet());
  const auto dead = listen<DeadLetter>(node);
  const auto errors = listen<Error>(node);
  const Ref gone = node.spawn<Deaf>();
  stop_and_wait(node, gone);
  gone.stop();
  gone.kill();
  gone.poison();
  gone << 4;
  BOOST_TEST(dead.next().message.is<int>());
  node.stop();
  BOOST_TEST(dead.empty());
  BOOST_TEST(errors.empty());
}

/// Has no move of its own.
struct CopyOnly {
  explicit CopyOnly(int n) : number(n) {}
  CopyOnly(const CopyOnly& other) = default;
  CopyOnly& operator=(const CopyOnly&) = delete;
  ~CopyOnly() = default;
  int number;
};

class TakesCopies : public Actor {
 public:
  using Receives = Messages<CopyOnly>;
  explicit TakesCopies(Collector<int> seen) : seen_(std::move(seen)) {}
  void on(const CopyOnly& message) { seen_.add(message.number); }

 private:
  Collector<int> seen_;
};

BOOST_AUTO_TEST_CASE(M05_values_that_can_be_copied_but_not_moved_can_be_messages) {
  const Collector<int> seen("a message");
  Node node(quiet());
  const CopyOnly first(1);
  node.spawn<TakesCopies>(seen) << first << CopyOnly(2);
  BOOST_TEST(seen.next() == 1);
  BOOST_TEST(seen.next() == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
