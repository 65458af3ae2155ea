/// The mailbox: its protocol step by step, and under many threads at once.
#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/mailbox.hpp>

#include "support/gate.hpp"

namespace {

using spinoff::detail::Sender;
using spinoff::engine::ChainEnd;
using spinoff::engine::Envelope;
using spinoff::engine::EnvelopePtr;
using spinoff::engine::Mailbox;
using spinoff::engine::Push;
using spinoff::testing::Gate;

struct Numbered {
  int from;
  int number;
};

Envelope* make(int number, int from = 0) {
  return Envelope::make<Numbered>(Sender{}, Numbered{from, number}).release();
}

int number_of(Envelope* envelope) {
  return envelope == nullptr ? -1 : EnvelopePtr(envelope)->as<Numbered>().number;
}

std::vector<int> numbers_of(Envelope* chain) {
  std::vector<int> numbers;
  while (chain != nullptr) {
    Envelope* const next = chain->next.load(std::memory_order_relaxed);
    numbers.push_back(number_of(chain));
    chain = next;
  }
  return numbers;
}

void check(const std::vector<int>& actual, const std::vector<int>& expected) {
  BOOST_TEST(actual == expected, boost::test_tools::per_element());
}

/// A mailbox whose actor is idle.
struct Idle : Mailbox {
  Idle() {
    open();
    BOOST_TEST_REQUIRE(try_idle());
  }
};

void check_refuses(Mailbox& mailbox) {
  Envelope* const message = make(1);
  BOOST_TEST((mailbox.push(message) == Push::closed));
  EnvelopePtr(message).reset();  // it is still the caller's
}

BOOST_AUTO_TEST_SUITE(mailbox)

BOOST_AUTO_TEST_CASE(before_it_is_opened_it_takes_nothing) {
  Mailbox mailbox;
  check_refuses(mailbox);
  Envelope* const message = make(1);
  BOOST_TEST((mailbox.push_system(message) == Push::closed));
  BOOST_TEST(!mailbox.push_at_home(message));
  BOOST_TEST(!mailbox.push_system_at_home(message));
  EnvelopePtr(message).reset();
}

BOOST_AUTO_TEST_CASE(once_open_it_is_as_if_running_so_that_nobody_is_told_to_schedule) {
  Mailbox mailbox;
  mailbox.open();
  BOOST_TEST((mailbox.push(make(1)) == Push::queued));
  BOOST_TEST((mailbox.push_system(make(2)) == Push::queued));
  BOOST_TEST(number_of(mailbox.next()) == 1);
  check(numbers_of(mailbox.take_system()), {2});
}

BOOST_AUTO_TEST_CASE(the_first_push_to_an_idle_actor_and_only_that_one_is_told_to_schedule) {
  Idle mailbox;
  BOOST_TEST((mailbox.push(make(1)) == Push::woke));
  BOOST_TEST((mailbox.push(make(2)) == Push::queued));
  BOOST_TEST((mailbox.push_system(make(3)) == Push::queued));
  BOOST_TEST(number_of(mailbox.next()) == 1);
  BOOST_TEST((mailbox.push(make(4)) == Push::queued));
  BOOST_TEST(number_of(mailbox.next()) == 2);
  BOOST_TEST(number_of(mailbox.next()) == 4);
  check(numbers_of(mailbox.take_system()), {3});
  BOOST_TEST(mailbox.try_idle());
}

BOOST_AUTO_TEST_CASE(a_system_message_wakes_an_idle_actor_too) {
  Idle mailbox;
  BOOST_TEST((mailbox.push_system(make(1)) == Push::woke));
  BOOST_TEST((mailbox.push_system(make(2)) == Push::queued));
  BOOST_TEST((mailbox.push(make(3)) == Push::queued));
  BOOST_TEST(mailbox.has_system());
  check(numbers_of(mailbox.take_system()), {1, 2});
  BOOST_TEST(!mailbox.has_system());
  BOOST_TEST(number_of(mailbox.next()) == 3);
}

BOOST_AUTO_TEST_CASE(an_actor_cannot_go_idle_while_anything_has_come) {
  Mailbox mailbox;
  mailbox.open();
  mailbox.push(make(1));
  BOOST_TEST(!mailbox.try_idle());
  BOOST_TEST(number_of(mailbox.next()) == 1);
  // A system message leaves a mark, which is gone when the actor has looked again.
  mailbox.push_system(make(2));
  BOOST_TEST(!mailbox.try_idle());
  check(numbers_of(mailbox.take_system()), {2});
  BOOST_TEST(mailbox.next() == nullptr);
  BOOST_TEST(mailbox.try_idle());
}

BOOST_AUTO_TEST_CASE(the_mark_of_a_system_message_below_user_messages_is_no_message) {
  Mailbox mailbox;
  mailbox.open();
  mailbox.push_system(make(1));
  mailbox.push(make(2));
  mailbox.push(make(3));
  check(numbers_of(mailbox.take_system()), {1});
  BOOST_TEST(number_of(mailbox.next()) == 2);
  BOOST_TEST(number_of(mailbox.next()) == 3);
  BOOST_TEST(mailbox.next() == nullptr);
  BOOST_TEST(mailbox.try_idle());
}

BOOST_AUTO_TEST_CASE(messages_come_out_in_order_over_any_number_of_looks) {
  Mailbox mailbox;
  mailbox.open();
  mailbox.push(make(1));
  mailbox.push(make(2));
  BOOST_TEST(mailbox.absorb());
  BOOST_TEST(!mailbox.absorb());
  mailbox.push(make(3));
  BOOST_TEST(mailbox.absorb());
  for (int expected = 1; expected <= 3; ++expected) {
    BOOST_TEST(number_of(mailbox.next()) == expected);
  }
  BOOST_TEST(mailbox.next() == nullptr);
}

BOOST_AUTO_TEST_CASE(the_length_counts_what_waits_however_it_came) {
  Mailbox mailbox;
  mailbox.open();
  BOOST_TEST(mailbox.length() == 0);
  mailbox.push(make(1));
  mailbox.push(make(2));
  BOOST_TEST(mailbox.length() == 2);
  mailbox.push_at_home(make(3));
  mailbox.push_at_home(make(4));
  BOOST_TEST(mailbox.length() == 4);
  mailbox.push(make(5));
  BOOST_TEST(mailbox.length() == 5);
  Envelope* const first = mailbox.next();
  BOOST_TEST(mailbox.length() == 4);
  mailbox.put_back(first);
  BOOST_TEST(mailbox.length() == 5);
  BOOST_TEST(mailbox.absorb());
  BOOST_TEST(mailbox.length() == 5);
  for (int number = 1; number <= 5; ++number) {
    BOOST_TEST(number_of(mailbox.next()) == number);
    BOOST_TEST(mailbox.length() == static_cast<std::size_t>(5 - number));
  }
  mailbox.push(make(6));
  BOOST_TEST(number_of(mailbox.next()) == 6);
  BOOST_TEST(mailbox.length() == 0);
}

BOOST_AUTO_TEST_CASE(a_pusher_is_told_once_in_a_bunch_that_there_are_many) {
  Idle mailbox;
  BOOST_TEST((mailbox.push(make(0)) == Push::woke));
  for (std::size_t length = 2; length <= 2 * Mailbox::kBunch; ++length) {
    const Push told = length % Mailbox::kBunch == 0 ? Push::many : Push::queued;
    BOOST_TEST((mailbox.push(make(0)) == told));
  }
  mailbox.close_user();
  while (Envelope* const message = mailbox.pop_pending()) {
    EnvelopePtr(message).reset();
  }
}

/// From the first number to the last, tied as `push_chain` wants it.
struct Tied {
  Tied(int first, int last, int from = 0) : oldest(make(first, from)), newest(oldest) {
    for (int number = first + 1; number <= last; ++number, ++count) {
      Envelope* const message = make(number, from);
      newest->next.store(message, std::memory_order_relaxed);
      newest = message;
    }
  }
  Envelope* oldest;
  Envelope* newest;
  std::size_t count = 1;
};

Push push(Mailbox& mailbox, const Tied& tied) {
  return mailbox.push_chain(tied.oldest, tied.newest, tied.count);
}

BOOST_AUTO_TEST_CASE(messages_that_are_tied_are_pushed_at_once_and_come_out_in_order) {
  Idle mailbox;
  BOOST_TEST((push(mailbox, Tied(0, 4)) == Push::woke));
  BOOST_TEST(mailbox.length() == 5U);
  BOOST_TEST((push(mailbox, Tied(5, 5)) == Push::queued));
  BOOST_TEST((mailbox.push(make(6)) == Push::queued));
  BOOST_TEST((push(mailbox, Tied(7, 9)) == Push::queued));
  BOOST_TEST(mailbox.length() == 10U);
  for (int number = 0; number < 10; ++number) {
    BOOST_TEST(number_of(mailbox.next()) == number);
  }
  BOOST_TEST(mailbox.next() == nullptr);
  BOOST_TEST(mailbox.length() == 0U);
  BOOST_TEST(mailbox.try_idle());
  mailbox.close_user();
  const Tied late(10, 12);
  BOOST_TEST((push(mailbox, late) == Push::closed));
  check(numbers_of(late.oldest), {10, 11, 12});
}

BOOST_AUTO_TEST_CASE(whoever_pushes_tied_messages_is_told_of_the_bunch_that_they_fill) {
  constexpr int kBunch = Mailbox::kBunch;
  Idle mailbox;
  BOOST_TEST((push(mailbox, Tied(1, kBunch - 1)) == Push::woke));
  BOOST_TEST((push(mailbox, Tied(1, 2)) == Push::many));
  BOOST_TEST((push(mailbox, Tied(1, kBunch - 2)) == Push::queued));
  BOOST_TEST((push(mailbox, Tied(1, 1)) == Push::many));
  BOOST_TEST((push(mailbox, Tied(1, kBunch)) == Push::many));
  mailbox.close_user();
  while (Envelope* const message = mailbox.pop_pending()) {
    EnvelopePtr(message).reset();
  }
}

// A chain with more messages than its end can count.
#ifndef SPINOFF_SANITIZED
BOOST_AUTO_TEST_CASE(a_chain_of_millions_is_counted_when_it_is_taken) {
  constexpr std::size_t kLength = ChainEnd::kMost + 10;
  Mailbox mailbox;
  mailbox.open();
  for (std::size_t i = 0; i < kLength; ++i) {
    mailbox.push(make(0));
  }
  BOOST_TEST(mailbox.length() == ChainEnd::kMost);
  BOOST_TEST(mailbox.absorb());
  BOOST_TEST(mailbox.length() == kLength);
  while (Envelope* const message = mailbox.pop_pending()) {
    EnvelopePtr(message).reset();
  }
  BOOST_TEST(mailbox.length() == 0);
}
#endif

BOOST_AUTO_TEST_CASE(what_is_put_back_comes_first) {
  Mailbox mailbox;
  mailbox.open();
  mailbox.push(make(1));
  mailbox.put_back(mailbox.next());  // the only one
  mailbox.push(make(2));
  BOOST_TEST(mailbox.absorb());
  Envelope* const first = mailbox.next();
  mailbox.put_back(first);
  BOOST_TEST(number_of(mailbox.next()) == 1);
  BOOST_TEST(number_of(mailbox.next()) == 2);
  BOOST_TEST(mailbox.next() == nullptr);
}

BOOST_AUTO_TEST_CASE(an_actor_may_go_idle_over_messages_that_it_has_put_aside) {
  Mailbox mailbox;
  mailbox.open();
  mailbox.push(make(1));
  BOOST_TEST(mailbox.absorb());
  BOOST_TEST(mailbox.try_idle());
  BOOST_TEST((mailbox.push(make(2)) == Push::woke));
  BOOST_TEST(number_of(mailbox.next()) == 1);
  BOOST_TEST(number_of(mailbox.next()) == 2);
}

BOOST_AUTO_TEST_CASE(a_closed_mailbox_refuses_and_gives_up_what_it_had_in_order) {
  Mailbox mailbox;
  mailbox.open();
  mailbox.push(make(1));
  BOOST_TEST(mailbox.absorb());
  mailbox.push(make(2));
  mailbox.push_system(make(10));
  mailbox.push(make(3));
  mailbox.close_user();
  check_refuses(mailbox);
  // Between the two steps a system message is still taken, and nobody is told to schedule.
  BOOST_TEST((mailbox.push_system(make(11)) == Push::queued));
  for (int expected = 1; expected <= 3; ++expected) {
    BOOST_TEST(number_of(mailbox.pop_pending()) == expected);
  }
  BOOST_TEST(mailbox.pop_pending() == nullptr);
  check(numbers_of(mailbox.close_system()), {10, 11});
  Envelope* const late = make(12);
  BOOST_TEST((mailbox.push_system(late) == Push::closed));
  EnvelopePtr(late).reset();
  mailbox.open();
  BOOST_TEST((mailbox.push(make(13)) == Push::queued));
  BOOST_TEST(number_of(mailbox.next()) == 13);
}

/// Many producers and a runner, which is one of several threads at a time, as with an executor.
class Race {
 public:
  static constexpr int kProducers = 4;
  static constexpr int kEach = 20'000;
  static constexpr int kTied = 7;

  /// Closes the mailbox when that many messages were handled; never, if it is negative.
  explicit Race(int close_after) : close_after_(close_after) { mailbox_.open(); }

  void run() {
    schedule();  // as whoever makes an actor does
    {
      std::vector<std::jthread> runners;
      for (int i = 0; i < 3; ++i) {
        runners.emplace_back([this, i] { run_turns(i); });
      }
      {
        std::vector<std::jthread> producers;
        for (int from = 0; from < kProducers; ++from) {
          producers.emplace_back([this, from] { produce(from); });
        }
      }
      done_.wait();
      const std::lock_guard lock(mutex_);
      ended_ = true;
      turn_due_.notify_all();
    }
    BOOST_TEST(!overlapped_);
    BOOST_TEST(in_order_);
    BOOST_TEST(handled_ + left_ + refused_ == 2 * kProducers * kEach);
    for (const auto& of_producer : seen_) {
      BOOST_TEST(std::all_of(of_producer.begin(), of_producer.end(),
                             [](const std::atomic<int>& times) { return times == 1; }));
    }
  }
  [[nodiscard]] int handled() const { return handled_; }
  [[nodiscard]] int answered_at_the_end() const { return left_ + refused_; }

 private:
  void produce(int from) {
    // User and system messages in turn; the odd producer begins with the other kind. One ties its
    // user messages.
    for (int i = 0; i < 2 * kEach; ++i) {
      const bool system = (i + from) % 2 != 0;
      const int number = i / 2;
      if (!system && from == 0 && number % kTied == 0) {
        produce_tied(number);
      }
      if (!system && from == 0) {
        continue;
      }
      Envelope* const message = make(number, system ? from + kProducers : from);
      const Push pushed = system ? mailbox_.push_system(message) : mailbox_.push(message);
      if (pushed == Push::woke) {
        schedule();
      } else if (pushed == Push::closed) {
        answer(EnvelopePtr(message), refused_);
      }
    }
  }

  void produce_tied(int first) {
    const Tied tied(first, std::min(first + kTied, kEach) - 1);
    const Push pushed = push(mailbox_, tied);
    if (pushed == Push::woke) {
      schedule();
    } else if (pushed == Push::closed) {
      for (Envelope* next = tied.oldest; next != nullptr;) {
        EnvelopePtr message(next);
        next = message->next.load(std::memory_order_relaxed);
        answer(std::move(message), refused_);
      }
    }
  }

  void schedule() {
    const std::lock_guard lock(mutex_);
    ++turns_;
    turn_due_.notify_one();
  }

  void run_turns(int seed) {
    std::minstd_rand random(static_cast<unsigned>(seed) + 1);
    std::unique_lock lock(mutex_);
    for (;;) {
      turn_due_.wait(lock, [&] { return turns_ > 0 || ended_; });
      if (turns_ == 0) {
        return;
      }
      --turns_;
      lock.unlock();
      if (turn(static_cast<int>(random() % 8))) {
        schedule();
      }
      lock.lock();
    }
  }

  // True if it is to go on in another turn.
  bool turn(int budget) {
    overlapped_ = overlapped_ || running_.exchange(true);
    for (;;) {
      for (Envelope* next = mailbox_.take_system(); next != nullptr;) {
        EnvelopePtr message(next);
        next = message->next.load(std::memory_order_relaxed);
        handle(std::move(message));
      }
      if (close_after_ >= 0 && handled_ >= close_after_) {
        close();
        return false;
      }
      Envelope* const message = mailbox_.next();
      if (message == nullptr) {
        running_ = false;
        if (!mailbox_.has_system() && mailbox_.try_idle()) {
          return false;
        }
        overlapped_ = overlapped_ || running_.exchange(true);
        continue;
      }
      if (budget-- == 0) {
        mailbox_.put_back(message);
        running_ = false;
        return true;
      }
      handle(EnvelopePtr(message));
    }
  }

  void handle(EnvelopePtr message) {
    const auto& [from, number] = message->as<Numbered>();
    int& next = next_.at(static_cast<std::size_t>(from));
    in_order_ = in_order_ && number == next;
    ++next;
    answer(std::move(message), handled_);
  }

  void close() {
    mailbox_.close_user();
    while (Envelope* const message = mailbox_.pop_pending()) {
      answer(EnvelopePtr(message), left_);
    }
    for (Envelope* next = mailbox_.close_system(); next != nullptr;) {
      EnvelopePtr message(next);
      next = message->next.load(std::memory_order_relaxed);
      answer(std::move(message), left_);
    }
  }

  void answer(EnvelopePtr message, std::atomic<int>& how) {
    const auto& [from, number] = message->as<Numbered>();
    ++seen_.at(static_cast<std::size_t>(from)).at(static_cast<std::size_t>(number));
    ++how;
    done_.arrive();
  }

  Mailbox mailbox_;
  const int close_after_;
  std::mutex mutex_;
  std::condition_variable turn_due_;
  int turns_ = 0;
  bool ended_ = false;
  Gate done_{"each message to be handled or answered", std::size_t{2} * kProducers* kEach};

  // The runner's: plain, so that a sanitizer tells if two run at once.
  std::array<int, std::size_t{2} * kProducers> next_{};
  bool in_order_ = true;

  std::atomic<bool> running_{false};
  std::atomic<bool> overlapped_{false};
  std::atomic<int> handled_{0};
  std::atomic<int> left_{0};
  std::atomic<int> refused_{0};
  std::array<std::array<std::atomic<int>, kEach>, std::size_t{2} * kProducers> seen_{};
};

BOOST_AUTO_TEST_CASE(many_producers_lose_no_wake_up_and_no_message) {
  const auto race = std::make_unique<Race>(-1);
  race->run();
  BOOST_TEST(race->answered_at_the_end() == 0);
}

BOOST_AUTO_TEST_CASE(closing_among_many_producers_answers_each_message_exactly_once) {
  for (const int close_after : {0, 1, 1'000, 50'000}) {
    const auto race = std::make_unique<Race>(close_after);
    race->run();
    BOOST_TEST(race->handled() >= close_after);
    BOOST_TEST(race->answered_at_the_end() > 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
