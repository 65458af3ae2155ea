/// Short messages that came together from another node are for their receiver as if each had come
/// alone, whatever happens to it meanwhile.
#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/message_chain.hpp>
#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"
#include "support/runs.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Number {
  int value;
  MSGPACK_DEFINE(value)
};

constexpr int kStop = -1;
constexpr int kFail = -2;
constexpr int kStash = -3;
constexpr int kUnstash = -4;

/// Tells which numbers it handled, and does what some of them mean.
class Counts : public Puppet {
 public:
  using Receives = Messages<Do, Number>;
  explicit Counts(Collector<int> seen) : seen_(std::move(seen)) {}
  using Puppet::on;
  void on(const Number& number) {
    seen_.add(number.value);
    if (number.value == kStop) {
      stop();
    } else if (number.value == kFail) {
      throw std::runtime_error("as it was told");
    } else if (number.value == kStash) {
      stash();
    } else if (number.value == kUnstash) {
      unstash_all();
    }
  }

 private:
  Collector<int> seen_;
};

/// Waits for an answer to each number before it takes the next.
class Waits : public Actor {
 public:
  using Receives = Messages<Number>;
  Waits(Collector<int> seen, Ref oracle) : seen_(std::move(seen)), oracle_(std::move(oracle)) {}
  Task<> on(const Number& number) {
    const int answer = co_await oracle_.ask<int>(number.value);
    seen_.add(answer);
  }

 private:
  Collector<int> seen_;
  Ref oracle_;
};

class Doubles : public Actor {
 public:
  using Receives = Messages<int>;
  void on(const int& number) { sender() << 2 * number; }
};

/// Sends itself to its receiver, once more, while it is decoded.
struct Echoes {
  int value;
  static inline Ref to;

  void msgpack_unpack(const msgpack::object& object) {
    value = object.as<int>();
    to << Number{10 * value};
  }
  template <class Packer>
  void msgpack_pack(Packer& packer) const {
    packer.pack(value);
  }
};

class TakesEchoes : public Actor {
 public:
  using Receives = Messages<Number, Echoes>;
  explicit TakesEchoes(Collector<int> seen) : seen_(std::move(seen)) {}
  void on(const Number& number) { seen_.add(number.value); }
  void on(const Echoes& echoes) { seen_.add(echoes.value); }

 private:
  Collector<int> seen_;
};

class NotesSenders : public Actor {
 public:
  using Receives = Messages<Number>;
  explicit NotesSenders(Collector<Ref> senders) : senders_(std::move(senders)) {}
  void on(const Number& /*number*/) { senders_.add(sender()); }

 private:
  Collector<Ref> senders_;
};

/// Gets what comes one by one, and sums up the first few.
class Sums : public Process {
 public:
  using Receives = Messages<Number>;
  explicit Sums(Collector<int> seen) : seen_(std::move(seen)) {}
  Task<> run() {
    int sum = 0;
    for (int i = 0; i < 6; ++i) {
      sum += (co_await get<Number>()).value;
    }
    seen_.add(sum);
  }

 private:
  Collector<int> seen_;
};

std::string encoded(int value) {
  const Number number{value};
  std::string bytes;
  spinoff::detail::message_type<Number>().encode(&number, bytes);
  return bytes;
}

std::vector<std::string> encoded(const std::vector<int>& values) {
  std::vector<std::string> payloads;
  for (const int value : values) {
    payloads.push_back(encoded(value));
  }
  return payloads;
}

std::vector<int> numbers(int from, int to) {
  std::vector<int> result;
  for (int i = from; i < to; ++i) {
    result.push_back(i);
  }
  return result;
}

struct Fixture {
  Node node{quiet()};
  Collector<int> seen{"the numbers that were handled"};
  Collector<DeadLetter> dead = listen<DeadLetter>(node);
  TypedRef<Counts> actor = node.spawn<Counts>(seen);

  // As the hub does.
  static void send(const Ref& to, const std::vector<std::string>& payloads, const Ref& from = {}) {
    detail::Sender sender = detail::RefAccess::sender(from);
    if (sender.target != nullptr) {
      sender.target->retain(static_cast<std::uint32_t>(payloads.size()) + 1);
      sender.counted = true;
    }
    engine::MessageChain chain;
    chain.add(*detail::RefAccess::target(to), detail::RefAccess::generation(to),
              make_run(detail::message_type<Number>(), payloads, sender));
  }
  static void send(const Ref& to, const std::vector<int>& values, const Ref& from = {}) {
    send(to, encoded(values), from);
  }
  void check_seen(const std::vector<int>& expected) const {
    BOOST_TEST(seen.next(expected.size()) == expected, boost::test_tools::per_element());
  }
  void check_dead(const std::vector<int>& expected, const Ref& target, const Ref& from = {}) const {
    std::vector<int> values;
    for (const DeadLetter& letter : dead.next(expected.size())) {
      BOOST_TEST(letter.target == target);
      BOOST_TEST(letter.sender == from);
      BOOST_TEST_REQUIRE(letter.message.is<Number>());
      values.push_back(letter.message.get_if<Number>()->value);
    }
    BOOST_TEST(values == expected, boost::test_tools::per_element());
  }
};

BOOST_FIXTURE_TEST_SUITE(encoded_runs, Fixture)

BOOST_AUTO_TEST_CASE(R07_its_messages_are_handled_in_order_among_the_others) {
  const Held held(actor);
  actor << Number{0};
  send(actor, numbers(1, 300));
  actor << Number{300};
  send(actor, numbers(301, 306));
  held.let_go();
  check_seen(numbers(0, 306));
}

BOOST_AUTO_TEST_CASE(R07_each_of_its_messages_has_the_sender) {
  const Ref far = node.lookup("127.0.0.1:1/far");
  const Collector<Ref> senders("those who sent");
  send(node.spawn<NotesSenders>(senders), numbers(0, 5), far);
  for (const Ref& sender : senders.next(5)) {
    BOOST_TEST(sender == far);
  }
}

BOOST_AUTO_TEST_CASE(L01_what_is_behind_a_message_that_ends_its_actor_are_dead_letters) {
  const Ref far = node.lookup("127.0.0.1:1/far");
  send(actor, {1, 2, kStop, 4, 5, 6}, far);
  check_seen({1, 2, kStop});
  check_dead({4, 5, 6}, actor, far);
}

BOOST_AUTO_TEST_CASE(R08_to_an_actor_that_has_stopped_they_are_dead_letters) {
  stop_and_wait(node, actor);
  send(actor, {1, 2, 3, 4, 5});
  check_dead({1, 2, 3, 4, 5}, actor);
}

BOOST_AUTO_TEST_CASE(L06_an_actor_that_is_restarted_in_the_middle_goes_on_behind_the_message) {
  NodeOptions options = quiet();
  options.on_failure = Decision::Restart;
  Node forgiving(options);
  send(forgiving.spawn<Counts>(seen), {1, kFail, 3, kFail, 5});
  check_seen({1, kFail, 3, kFail, 5});
}

BOOST_AUTO_TEST_CASE(R09_one_that_cannot_be_decoded_is_told_and_the_others_are_handled) {
  NodeOptions options = quiet();
  options.remoting = "127.0.0.1:0";
  Node listening(options);
  const auto rejected = listen<RemoteInputRejected>(listening);
  std::vector<std::string> payloads = encoded({1, 2, 3, 4, 5});
  payloads[0] = payloads[2] = "no Number";
  payloads[4] = "";
  const auto counts = listening.spawn<Counts>(seen);
  send(counts, payloads);
  check_seen({2, 4});
  drain(counts);
  listening.stop();  // what comes soon after the first is told then
  std::uint64_t count = 0;
  for (const RemoteInputRejected& one : rejected.rest()) {
    count += one.count;
    BOOST_TEST(one.what.find("Number' could not be decoded") != std::string::npos);
  }
  BOOST_TEST(count == 3U);
}

BOOST_AUTO_TEST_CASE(R09_one_that_cannot_be_decoded_is_no_dead_letter_but_told) {
  const auto rejected = listen<RemoteInputRejected>(node);
  std::vector<std::string> payloads = encoded({kStop, 2, 3, 4});
  payloads[2] = "no Number";
  send(actor, payloads);
  check_dead({2, 4}, actor);
  BOOST_TEST(rejected.next().count == 1U);
}

BOOST_AUTO_TEST_CASE(C01_a_process_gets_them_one_by_one) {
  const auto process = node.spawn<Sums>(seen);
  send(process, {1, 2, 3, 4});
  send(process, {10, 20, 100, 200});
  check_seen({40});
  check_dead({100, 200}, process);
}

BOOST_AUTO_TEST_CASE(M13_a_bounded_mailbox_takes_as_many_of_them_as_it_has_room_for) {
  const auto bounded_actor =
      node.spawn<Counts>({.mailbox = bounded(3, Overflow::drop_newest)}, seen);
  const Held held(bounded_actor);
  send(bounded_actor, numbers(1, 8));
  check_dead({4, 5, 6, 7}, bounded_actor);
  held.let_go();
  check_seen({1, 2, 3});
}

BOOST_AUTO_TEST_CASE(M13_its_messages_count_in_the_length_of_the_mailbox) {
  NodeOptions options = quiet();
  options.high_water_mark = 200;
  Node strict(options);
  const auto high = listen<HighWaterMarkReached>(strict);
  const auto marked = strict.spawn<Counts>(seen);
  const auto check_told = [&] {
    const HighWaterMarkReached event = high.next();
    BOOST_TEST(event.actor == marked);
    BOOST_TEST(event.length == 300U);
  };
  {
    const Held held(marked);
    send(marked, numbers(0, 300));
    check_told();
  }
  check_seen(numbers(0, 300));
}

BOOST_AUTO_TEST_CASE(M13_many_that_come_to_an_idle_actor_are_told_too) {
  NodeOptions options = quiet();
  options.high_water_mark = 1'000;
  Node strict(options);
  const auto high = listen<HighWaterMarkReached>(strict);
  const auto marked = strict.spawn<Counts>(seen);
  drain(marked);
  send(marked, numbers(0, 1'010));  // fewer than the mark after a turn
  BOOST_TEST(high.next().length >= 1'000U);
  check_seen(numbers(0, 1'010));
}

BOOST_AUTO_TEST_CASE(M14_a_mailbox_with_priorities_looks_at_each_of_them) {
  const auto urgent = node.spawn<Counts>(
      {.mailbox = prioritized(priority<Number>([](const Number& number) { return number.value; }))},
      seen);
  {
    const Held held(urgent);
    send(urgent, {3, 1, 5, 2, 4});
  }
  check_seen({5, 4, 3, 2, 1});
}

BOOST_AUTO_TEST_CASE(M14_one_that_has_no_priority_since_it_cannot_be_decoded_is_told) {
  const auto rejected = listen<RemoteInputRejected>(node);
  const auto urgent =
      node.spawn<Counts>({.mailbox = prioritized(priority<Number>(&Number::value))}, seen);
  std::vector<std::string> payloads = encoded({1, 2, 3, 4});
  payloads[1] = "no Number";
  send(urgent, payloads);
  BOOST_TEST(rejected.next().what.find("Number' could not be decoded") != std::string::npos);
  std::vector<int> got = seen.next(3);
  std::ranges::sort(got);
  const std::vector<int> expected{1, 3, 4};
  BOOST_TEST(got == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(C08_a_handler_that_waits_holds_up_those_behind_it) {
  send(node.spawn<Waits>(seen, node.spawn<Doubles>()), numbers(0, 10));
  check_seen({0, 2, 4, 6, 8, 10, 12, 14, 16, 18});
}

BOOST_AUTO_TEST_CASE(what_is_put_aside_comes_back_in_front_of_the_rest) {
  send(actor, {1, kStash, 2, kUnstash, 3, 4});
  // At its second time it is put aside again.
  check_seen({1, kStash, 2, kUnstash, kStash, 3, 4});
}

BOOST_AUTO_TEST_CASE(L09_a_poison_behind_them_waits_for_all) {
  const Held held(actor);
  send(actor, numbers(0, 5));
  actor.poison();
  send(actor, numbers(5, 10));
  held.let_go();
  check_seen(numbers(0, 5));
  check_dead(numbers(5, 10), actor);
}

BOOST_AUTO_TEST_CASE(R09_what_is_sent_to_the_actor_while_one_is_decoded_is_behind_them) {
  Echoes::to = node.spawn<TakesEchoes>(seen);
  std::vector<std::string> payloads;
  for (const int value : {1, 2, 3, 4}) {
    const Echoes echoes{value};
    spinoff::detail::message_type<Echoes>().encode(&echoes, payloads.emplace_back());
  }
  {
    engine::MessageChain chain;
    chain.add(*detail::RefAccess::target(Echoes::to), detail::RefAccess::generation(Echoes::to),
              make_run(detail::message_type<Echoes>(), payloads));
  }
  Echoes::to << Number{5};
  std::vector<int> got = seen.next(9);
  BOOST_TEST(std::count(got.begin(), got.end(), 5) == 1);
  std::erase(got, 5);  // it comes from elsewhere
  const std::vector<int> expected{1, 2, 3, 4, 10, 20, 30, 40};
  BOOST_TEST(got == expected, boost::test_tools::per_element());
  Echoes::to = Ref();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
