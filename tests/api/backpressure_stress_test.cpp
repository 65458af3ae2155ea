/// Many send to one bounded mailbox at once: processes that wait for room, threads that do, others
/// who ask; while the actor gets on, fails and restarts, or stops. Each message is handled once, in
/// its sender's order, or is a dead letter once; and nobody waits for ever.
#include <array>
#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

constexpr std::size_t kProcesses = 6;
constexpr std::size_t kThreads = 2;
constexpr std::size_t kSenders = kProcesses + kThreads;
#if SPINOFF_PATIENCE > 1
constexpr int kEach = 200;
#else
constexpr int kEach = 5000;
#endif
constexpr std::size_t kAll = kSenders * kEach;

struct Item {
  std::size_t from;
  int number;  // of its sender, from 1 on
};

/// What is known of all items.
struct Book {
  std::array<int, kSenders> last{};  // that were handled, by sender
  std::atomic<bool> in_order{true};
  std::atomic<std::size_t> handled{0};
  std::atomic<std::size_t> dead{0};
  Gate all{"each item to be handled or a dead letter", kAll};
};

class Consumer : public Actor {
 public:
  using Receives = Messages<Item>;
  Consumer(Book* book, int fails_each, int stops_after)
      : book_(*book), fails_each_(fails_each), stops_after_(stops_after) {}
  void on(const Item& item) {
    int& last = book_.last.at(item.from);
    if (item.number <= last) {
      book_.in_order = false;
    }
    last = item.number;
    sender() << true;
    const auto handled = static_cast<int>(++book_.handled);
    book_.all.arrive();
    if (handled == stops_after_) {
      stop();
    } else if (fails_each_ != 0 && handled % fails_each_ == 0) {
      throw std::runtime_error("on purpose");
    }
  }

 private:
  Book& book_;
  int fails_each_;
  int stops_after_;
};

/// Each third item is a question.
class Producer : public Process {
 public:
  Task<> run(Ref to, std::size_t from, Gate* done) {
    for (int number = 1; number <= kEach; ++number) {
      const Item item{from, number};
      if (number % 3 == 0) {
        try {
          co_await to.ask<bool>(item, kWaitLimit);
        } catch (const AskFailed&) {  // it has stopped, or failed with the item
        }
      } else {
        co_await to.send_when_room(item);
      }
    }
    done->arrive();
  }
};

/// Returns when all is over.
void run(Book& book, std::size_t capacity, int fails_each, int stops_after) {
  NodeOptions options{.workers = 3, .log_events = false};
  options.on_failure = Restart{};
  Node node(options);
  node.subscribe<DeadLetter>([&](const DeadLetter& letter) {
    if (letter.message.is<Item>()) {
      ++book.dead;
      book.all.arrive();
    }
  });
  const Ref consumer = node.spawn<Consumer>(
      {.mailbox = bounded(capacity, Overflow::suspend_sender)}, &book, fails_each, stops_after);
  Gate done("all processes to have sent all", kProcesses);
  for (std::size_t from = 0; from < kProcesses; ++from) {
    node.spawn<Producer>(consumer, from, &done);
  }
  std::vector<std::jthread> threads;
  for (std::size_t from = kProcesses; from < kSenders; ++from) {
    threads.emplace_back([consumer, from] {
      for (int number = 1; number <= kEach; ++number) {
        consumer.send_when_room(Item{from, number}).get();
      }
    });
  }
  threads.clear();
  done.wait();
  book.all.wait();
}

BOOST_AUTO_TEST_SUITE(backpressure_stress)

BOOST_AUTO_TEST_CASE(M13_many_who_wait_for_room_all_get_it) {
  for (const std::size_t capacity : {1U, 3U, 100U}) {
    Book book;
    run(book, capacity, 0, 0);
    BOOST_TEST(book.handled == kAll);
    BOOST_TEST(book.dead == 0U);
    BOOST_TEST(book.in_order);
  }
}

BOOST_AUTO_TEST_CASE(M13_over_many_restarts_nothing_that_waits_is_lost) {
  Book book;
  run(book, 2, 7, 0);
  BOOST_TEST(book.handled == kAll);
  BOOST_TEST(book.dead == 0U);
  BOOST_TEST(book.in_order);
}

BOOST_AUTO_TEST_CASE(M13_when_the_actor_stops_among_many_each_message_ends_once) {
  for (int stops_after = 1; stops_after < static_cast<int>(kAll); stops_after *= 3) {
    Book book;
    run(book, 2, 0, stops_after);
    BOOST_TEST(book.handled == static_cast<std::size_t>(stops_after));
    BOOST_TEST(book.handled + book.dead == kAll);
    BOOST_TEST(book.in_order);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
