/// What waits for a node that is not up or takes messages slowly: how much of it, who is told, and
/// who waits for room.
#include <algorithm>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "faults_fixture.hpp"
#include "remoting/hub_fixture.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;
using remoting::testing::HandMade;
using serialization::Item;
using serialization::ItemKind;

constexpr std::size_t kRoom = 3;

/// Sends numbers as there is room, and notes what it has sent.
class Producer : public Process {
 public:
  Task<> run(Ref to, int first, int last, Collector<int> sent, std::size_t padding) {
    for (int number = first; number <= last; ++number) {
      Text text{std::to_string(number) + " " + std::string(padding, 'x')};
      co_await to.send_when_room(std::move(text));
      sent.add(number);
    }
  }
};

/// The same to an actor that sends them back; notes what came back.
class Circulator : public Process {
 public:
  Task<> run(Ref to, int count, Collector<int> sent, Collector<int> back, std::size_t padding) {
    for (int number = 1; number <= count; ++number) {
      Text text{std::to_string(number) + " " + std::string(padding, 'x')};
      co_await to.send_when_room(std::move(text));
      sent.add(number);
    }
    for (int i = 0; i < count; ++i) {
      const Text text = co_await get<Text>();
      back.add(std::stoi(text.text));
    }
  }
};

/// Gives up after a moment, and notes -1.
class Impatient : public Process {
 public:
  Task<> run(Ref to, Collector<int> sent) {
    try {
      Text text{"impatient"};
      co_await with_timeout(1ms, to.send_when_room(std::move(text)));
      sent.add(1);
    } catch (const Timeout&) {
      sent.add(-1);
    }
  }
};

Collector<int> numbers() {
  return Collector<int>("the numbers that were sent");
}

std::vector<int> up_to(int last, int first = 1) {
  std::vector<int> all;
  for (int number = first; number <= last; ++number) {
    all.push_back(number);
  }
  return all;
}

/// A node that has room for three messages, and waits for others for as long as it takes.
NodeOptions with_little_room() {
  NodeOptions options = options_at("127.0.0.1:0");
  options.max_queued_messages = kRoom;
  options.unreachable_after = 10min;
  options.silence = 10min;
  return options;
}

/// What is sent to `ref` becomes dead letters: so much waits.
void wait_until_full(TestNode& here, const Ref& sender, const Ref& ref) {
  while (here.dead_letters.empty()) {
    call(sender, [&](Puppet&) { ref << Text{"0"}; });
  }
}

/// The numbers of the next messages that come.
std::vector<int> hear(HandMade& peer, std::size_t count) {
  std::vector<int> came;
  while (came.size() < count) {
    const serialization::Frame frame = peer.hear();
    for (const Item& item : frame.items) {
      if (item.kind == ItemKind::message) {
        came.push_back(std::stoi(std::string(item.payload.substr(2))));  // behind two heads
      }
    }
  }
  return came;
}

/// The numbers of the next dead letters.
std::vector<int> dead(TestNode& node, std::size_t count) {
  std::vector<int> all;
  for (const DeadLetter& letter : node.dead_letters.next(count)) {
    all.push_back(std::stoi(text_of(letter.message)));
  }
  return all;
}

void check_numbers(const std::vector<int>& seen, const std::vector<int>& expected) {
  BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(remoting_flow)

BOOST_AUTO_TEST_CASE(
    R02_more_than_may_wait_for_a_node_are_dead_letters_and_asks_fail_with_the_reason) {
  const std::string address = free_address();
  TestNode here(with_little_room());
  const Ref actor = here.probe("actor", hearings());
  const Ref there = here->lookup(address + "/there");
  call(actor, [&](Puppet&) {
    for (const char* text : {"1", "2", "3", "4", "5"}) {
      there << Text{text};
    }
  });
  BOOST_TEST(text_of(here.dead_letters.next().message) == "4");
  BOOST_TEST(text_of(here.dead_letters.next().message) == "5");
  const std::string error = error_of<AskFailed>([&] { there.ask<Text>(Text{"?"}, 1h).get(); });
  BOOST_TEST(contains(error, "not sent to " + address), error);
  BOOST_TEST(contains(error, "; 3 ("), error);
}

BOOST_AUTO_TEST_CASE(M13_a_process_waits_for_room_on_the_way_to_a_node_and_goes_on_in_order) {
  TestNode here(with_little_room());
  HandMade peer(here.id());
  const Ref there = here->lookup(peer.id() + "/there");
  const Collector<int> sent = numbers();
  here->spawn<Producer>({.name = "producer"}, there, 1, 50, sent, std::size_t{0});
  check_numbers(sent.next(kRoom), up_to(kRoom));
  const Ref actor = here.probe("actor", hearings());
  call(actor, [&](Puppet&) { there << Text{"too much"}; });
  BOOST_TEST(text_of(here.dead_letters.next().message) == "too much");
  BOOST_TEST(sent.empty());
  peer.begin_session();
  check_numbers(hear(peer, 50), up_to(50));
  check_numbers(sent.next(50 - kRoom), up_to(50, kRoom + 1));
  BOOST_TEST(here.dead_letters.empty());
}

BOOST_AUTO_TEST_CASE(M13_what_waits_for_room_is_a_dead_letter_when_the_node_is_not_reached) {
  NodeOptions options = with_little_room();
  options.unreachable_after = 300ms;
  TestNode here(options);
  const Collector<int> sent = numbers();
  const Ref there = here->lookup(free_address() + "/there");
  const testing::Log log("dead letters and the end of the node");
  here->subscribe<DeadLetter>([log](const DeadLetter& event) { log.add(text_of(event.message)); });
  here->subscribe<NodeDown>([log](const NodeDown&) { log.add("down"); });
  here->spawn<Producer>({.name = "producer"}, there, 1, 4, sent, std::size_t{0});
  check_numbers(sent.next(4), up_to(4));
  // All in one attempt.
  const std::vector<std::string> expected{"1 ", "2 ", "3 ", "4 ", "down"};
  BOOST_TEST(log.next(5) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(M13_the_same_holds_for_a_node_that_is_called_by_name) {
  NodeOptions options = with_little_room();
  options.unreachable_after = 300ms;
  options.mapper_port = testing::free_port();
  TestNode here(options);
  const Collector<int> sent = numbers();
  const Ref there = here->lookup("nobody@127.0.0.1/there");
  here->spawn<Producer>({.name = "producer"}, there, 1, 4, sent, std::size_t{0});
  check_numbers(sent.next(4), up_to(4));
  check_numbers(dead(here, 4), up_to(4));
}

BOOST_AUTO_TEST_CASE(M13_who_gives_up_or_is_killed_on_the_way_to_a_node_has_not_sent) {
  TestNode here(with_little_room());
  HandMade peer(here.id());
  const Ref there = here->lookup(peer.id() + "/there");
  const Collector<int> sent = numbers();
  here->spawn<Producer>({.name = "producer"}, there, 1, static_cast<int>(kRoom), sent,
                        std::size_t{0});
  check_numbers(sent.next(kRoom), up_to(kRoom));
  const Collector<int> gave_up = numbers();
  here->spawn<Impatient>({.name = "impatient"}, there, gave_up);
  BOOST_TEST(gave_up.next() == -1);
  const Ref killed = here->spawn<Producer>({.name = "killed"}, there, 7, 9, sent, std::size_t{0});
  const auto stopped = listen<Terminated>(*here);
  killed.kill();
  while (stopped.next().actor != killed) {
  }
  peer.begin_session();
  std::vector<int> came = hear(peer, kRoom);
  here->spawn<Producer>({.name = "last"}, there, 100, 100, sent, std::size_t{0});
  came.push_back(hear(peer, 1).front());
  check_numbers(came, {1, 2, 3, 100});
  BOOST_TEST(here.dead_letters.empty());
}

BOOST_AUTO_TEST_CASE(M13_a_thread_that_waits_for_room_goes_on_when_its_node_stops) {
  TestNode here(with_little_room());
  const Ref there = here->lookup(free_address() + "/there");
  const Ref actor = here.probe("actor", hearings());
  call(actor, [&](Puppet&) {
    for (const char* text : {"1", "2", "3"}) {
      there << Text{text};
    }
  });
  Gate begins("the thread to send");
  std::jthread thread([&] {
    begins.open();
    there.send_when_room(Text{"4"}).get();
  });
  begins.wait();
  here->stop();
  thread.join();
  std::vector<int> letters = dead(here, 4);
  std::ranges::sort(letters);
  check_numbers(letters, up_to(4));
}

BOOST_AUTO_TEST_CASE(R10_a_high_water_mark_of_what_waits_for_a_node_is_told_once) {
  NodeOptions options = with_little_room();
  options.max_queued_messages = 10;
  TestNode here(options);
  const auto high = listen<NodeHighWaterMarkReached>(*here);
  HandMade peer(here.id());
  const Ref there = here->lookup(peer.id() + "/there");
  const Ref actor = here.probe("actor", hearings());
  const auto send = [&](int count) {
    call(actor, [&](Puppet&) {
      for (int i = 0; i < count; ++i) {
        there << Text{"x"};
      }
    });
  };
  send(4);
  send(6);
  const NodeHighWaterMarkReached event = high.next();
  BOOST_TEST(event.node == peer.node());
  BOOST_TEST(event.messages == 5U);
  BOOST_TEST(event.bytes > 5U);
  BOOST_TEST(event.bytes < 10'000U);
  send(1);
  here.dead_letters.next();
  BOOST_TEST(high.empty());
}

BOOST_AUTO_TEST_CASE(R10_bounds_without_room_for_a_message_are_refused) {
  const auto start = [](void (*change)(NodeOptions&)) {
    NodeOptions options = options_at("127.0.0.1:0");
    change(options);
    return error_of<NodeStartFailed>([&] { const Node node(options); });
  };
  BOOST_TEST(contains(start([](NodeOptions& o) { o.max_queued_messages = 0; }), "at least 1"));
  BOOST_TEST(contains(start([](NodeOptions& o) { o.max_queued_bytes = 0; }), "at least 1"));
  BOOST_TEST(contains(start([](NodeOptions& o) { o.queue_high_water_mark = 1.5; }), "0 to 1"));
  BOOST_TEST(contains(start([](NodeOptions& o) { o.queue_high_water_mark = -1; }), "0 to 1"));
}

BOOST_AUTO_TEST_CASE(R10_a_halted_process_suspends_who_sends_to_it_and_nobody_else) {
  constexpr std::size_t kBlock = std::size_t{64} << 10U;
  constexpr std::size_t kBytes = std::size_t{1} << 20U;
  constexpr int kBlocks = 400;  // far more than ZeroMQ and the kernel hold
  NodeOptions options = with_little_room();
  options.max_queued_messages = 100'000;
  options.max_queued_bytes = kBytes;
  TestNode here(options);
  const auto high = listen<NodeHighWaterMarkReached>(*here);
  PeerProcess halted(PeerProcess::command("127.0.0.1:0"), {{"SPINOFF_PEER_SILENCE", "600000"}});
  PeerProcess bystander;
  Talker other(here, bystander.address());
  other.send(1);
  other.check_all_came_back();
  const Ref echo = here->lookup(halted.address() + "/echo");
  BOOST_TEST(echo.ask<Text>(Text{"up"}, 1h).get().text == "up");

  halted->signal(SIGSTOP);
  const Collector<int> sent = numbers();
  const Collector<int> back("the numbers that came back");
  here->spawn<Circulator>({.name = "circulator"}, echo, kBlocks, sent, back, kBlock);
  const NodeHighWaterMarkReached event = high.next();
  BOOST_TEST(event.node.to_string() == halted.address());
  BOOST_TEST(event.bytes >= kBytes / 2);
  BOOST_TEST(event.bytes <= kBytes);
  const Ref actor = here.probe("actor", hearings());
  wait_until_full(here, actor, here->lookup(halted.address() + "/printer"));
  // There may be room for some, as long as ZeroMQ and the kernel still take what waits.
  std::string error = "no error";
  while (error == "no error") {
    error = error_of<AskFailed>([&] {
      try {
        echo.ask<Text>(Text{"?"}, 1ms).get();
      } catch (const Timeout&) {
      }
    });
  }
  BOOST_TEST(contains(error, "already wait"), error);
  for (int round = 0; round < 10; ++round) {
    other.send(100);
    other.check_all_came_back();
  }
  BOOST_TEST(sent.rest().size() < static_cast<std::size_t>(kBlocks));
  BOOST_TEST(back.empty());

  halted->signal(SIGCONT);
  check_numbers(back.next(kBlocks), up_to(kBlocks));
  BOOST_TEST(here.down.empty());
}

BOOST_AUTO_TEST_SUITE_END()
