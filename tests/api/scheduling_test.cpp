/// Who runs when: an actor that was woken never waits for ever behind the one that woke it, nor
/// behind others that have more to do.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Start {};

/// Tells its gate.
class Opens : public Actor {
 public:
  using Receives = Messages<Gate*>;
  void on(Gate* const& gate) { gate->open(); }
};

/// Wakes another actor and waits, in the same handler, until that has run.
class Blocks : public Actor {
 public:
  using Receives = Messages<Gate*>;
  explicit Blocks(TypedRef<Opens> other) : other_(std::move(other)) {}
  void on(Gate* const& done) {
    Gate handled("the other actor to run");
    other_ << &handled;
    handled.wait();
    done->open();
  }

 private:
  TypedRef<Opens> other_;
};

/// Answers each Start with one, for ever.
class Returns : public Actor {
 public:
  using Receives = Messages<Start>;
  void on(const Start& start) { sender() << start; }
};

class Serves : public Actor {
 public:
  using Receives = Messages<Start, Ref>;
  void on(const Ref& other) { other << Start{}; }
  void on(const Start& start) { sender() << start; }
};

/// Sends itself a message for each that it handles.
class Endless : public Actor {
 public:
  using Receives = Messages<Start>;
  void on(const Start& start) { self() << start; }
};

/// One arrival a message.
class Counts : public Actor {
 public:
  using Receives = Messages<Gate*>;
  void on(Gate* const& gate) { gate->arrive(); }
};

using Clock = std::chrono::steady_clock;

NodeOptions with_workers(int workers) {
  return {.workers = workers, .log_events = false};
}

BOOST_AUTO_TEST_SUITE(scheduling)

BOOST_AUTO_TEST_CASE(an_actor_may_wait_in_its_handler_for_one_that_it_has_just_woken) {
  Gate done("the blocking actor to be done");
  Node node(with_workers(2));
  node.spawn<Blocks>(node.spawn<Opens>()) << &done;
  BOOST_CHECK_NO_THROW(done.wait());
}

BOOST_AUTO_TEST_CASE(so_it_may_after_a_time_in_which_nothing_happened) {
  Node node(with_workers(2));
  const auto blocks = node.spawn<Blocks>(node.spawn<Opens>());
  for (int i = 0; i < 5; ++i) {
    Gate done("the blocking actor to be done");
    // Meanwhile all threads of the executor go to sleep.
    blocks.send_later(30ms, &done);
    BOOST_CHECK_NO_THROW(done.wait());
  }
}

BOOST_AUTO_TEST_CASE(so_it_may_while_all_workers_have_more_than_they_can_do) {
  Node node(with_workers(2));
  for (int i = 0; i < 6; ++i) {
    node.spawn<Endless>() << Start{};
  }
  const auto blocks = node.spawn<Blocks>(node.spawn<Opens>());
  for (int i = 0; i < 20; ++i) {
    Gate done("the blocking actor to be done");
    blocks << &done;
    BOOST_CHECK_NO_THROW(done.wait());
  }
}

BOOST_AUTO_TEST_CASE(two_actors_that_keep_waking_each_other_leave_room_for_others) {
  Gate done("another actor to run");
  Node node(with_workers(1));
  node.spawn<Serves>() << Ref(node.spawn<Returns>());
  drain(node.spawn<Puppet>());
  node.spawn<Opens>() << &done;
  BOOST_CHECK_NO_THROW(done.wait());
}

BOOST_AUTO_TEST_CASE(an_actor_that_always_has_mail_leaves_room_for_others) {
  Gate done("another actor to run");
  Node node(with_workers(1));
  node.spawn<Endless>() << Start{};
  drain(node.spawn<Puppet>());
  node.spawn<Opens>() << &done;
  BOOST_CHECK_NO_THROW(done.wait());
}

// The pauses are about as long as a worker searches before it goes to sleep, and some longer.
BOOST_AUTO_TEST_CASE(whoever_sends_from_outside_always_finds_a_worker) {
  constexpr int kThreads = 3;
  constexpr int kAsks = 1'000;
  for (const int workers : {1, 2, 3}) {
    Node node(with_workers(workers));
    const auto echo = node.spawn<Serves>();
    std::atomic<int> answered{0};
    {
      std::vector<std::jthread> threads;
      for (unsigned seed = 1; seed <= kThreads; ++seed) {
        threads.emplace_back([&, seed] {
          std::minstd_rand random(seed);
          for (int i = 0; i < kAsks; ++i) {
            const auto pause = std::chrono::microseconds(random() % 128);
            for (const auto begin = Clock::now(); Clock::now() - begin < pause;) {
            }
            echo.ask<Start>(Start{}, 30s).get();
            ++answered;
          }
        });
      }
    }
    BOOST_TEST(answered == kThreads * kAsks);
  }
}

BOOST_AUTO_TEST_CASE(workers_count_what_they_do) {
  constexpr int kMessages = 1'000;
  Gate done("all messages to be handled", kMessages);
  Node node(with_workers(2));
  const auto actor = node.spawn<Counts>();
  for (int i = 0; i < kMessages; ++i) {
    actor << &done;
  }
  done.wait();
  node.stop();
  const Counters counters = node.counters();  // also good when the node has stopped
  std::uint64_t messages = 0;
  std::uint64_t turns = 0;
  for (const WorkerCounters& worker : counters.workers) {
    messages += worker.messages;
    turns += worker.turns;
    BOOST_TEST(worker.queue_length == 0U);
  }
  BOOST_TEST(messages == kMessages);
  BOOST_TEST(turns > 0U);
  BOOST_TEST(counters.inbox_length == 0U);
}

BOOST_AUTO_TEST_CASE(a_node_that_has_just_been_busy_can_stop_at_once) {
  for (int i = 0; i < 200; ++i) {
    Node node(with_workers(2));
    const auto endless = node.spawn<Endless>();
    endless << Start{};
    node.spawn<Serves>() << Ref(node.spawn<Returns>());
    BOOST_CHECK_NO_THROW(node.stop());
  }
}

BOOST_AUTO_TEST_CASE(a_number_of_workers_that_cannot_be_is_refused_with_the_limits) {
  for (const int workers : {-1, 4095}) {
    BOOST_CHECK_EXCEPTION(Node(with_workers(workers)), NodeStartFailed, [&](const auto& error) {
      const std::string what = error.what();
      return what.find(std::to_string(workers) + " workers") != std::string::npos &&
             what.find("1 to 4094") != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
