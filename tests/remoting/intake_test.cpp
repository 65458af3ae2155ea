/// Who does the I/O thread's work while it sleeps, and that it is woken whenever it has to be.
#include "intake.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <poll.h>

#include "outbox.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::remoting;

bool is_readable(int descriptor) {
  pollfd item{descriptor, POLLIN, 0};
  return poll(&item, 1, 0) == 1;
}

/// Counts what it was asked for.
class Counting final : public Attendant {
 public:
  Done send_at_once(Outbox& /*outbox*/) noexcept override {
    ++sent;
    meanwhile();
    return {.any = true, .has_more = has_more};
  }
  Done take_input() noexcept override {
    ++polled;
    return {.any = any_input, .has_more = has_more};
  }

  int sent = 0;
  int polled = 0;
  bool any_input = false;
  bool has_more = false;
  std::function<void()> meanwhile = [] {};
};

struct Fixture {
  Fixture() = default;
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  ~Fixture() { intake->close(); }

  void send() { intake->push(outbox, true); }
  [[nodiscard]] bool fall_asleep() { return intake->fall_asleep(false, &attendant); }
  [[nodiscard]] std::size_t take() {
    std::vector<std::shared_ptr<Outbox>> outboxes;
    std::vector<Resolved> resolved;
    intake->take(outboxes, resolved);
    return outboxes.size();
  }
  [[nodiscard]] bool was_woken() const { return is_readable(intake->wake_fd()); }

  const std::shared_ptr<Intake> intake = std::make_shared<Intake>();
  const std::shared_ptr<Outbox> outbox =
      std::make_shared<Outbox>(NodeId("b", 1), intake, std::make_shared<BufferPool>(),
                               Outbox::Limits{.queue = {}, .batch_bytes = 1000});
  Counting attendant;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(intake, Fixture)

BOOST_AUTO_TEST_CASE(a_sender_sends_by_itself_while_the_io_thread_is_asleep) {
  BOOST_TEST(fall_asleep());
  send();
  BOOST_TEST(attendant.sent == 1);
  BOOST_TEST(!was_woken());
  intake->wake_up();
  BOOST_TEST(take() == 0U);
}

BOOST_AUTO_TEST_CASE(a_sender_leaves_it_to_an_io_thread_that_is_awake) {
  send();
  BOOST_TEST(attendant.sent == 0);
  BOOST_TEST(take() == 1U);
}

BOOST_AUTO_TEST_CASE(who_may_not_send_wakes_the_io_thread) {
  BOOST_TEST(fall_asleep());
  intake->push(outbox, false);
  BOOST_TEST(attendant.sent == 0);
  BOOST_TEST(was_woken());
  BOOST_TEST(take() == 1U);
}

BOOST_AUTO_TEST_CASE(an_io_thread_that_lets_nobody_in_is_woken) {
  BOOST_TEST(intake->fall_asleep(false));
  send();
  intake->poll();
  BOOST_TEST(attendant.sent == 0);
  BOOST_TEST(attendant.polled == 0);
  BOOST_TEST(was_woken());
}

BOOST_AUTO_TEST_CASE(what_a_sender_leaves_wakes_the_io_thread) {
  BOOST_TEST(fall_asleep());
  attendant.has_more = true;
  send();
  BOOST_TEST(attendant.sent == 1);
  BOOST_TEST(was_woken());
}

BOOST_AUTO_TEST_CASE(what_is_announced_while_a_sender_sends_wakes_the_io_thread) {
  BOOST_TEST(fall_asleep());
  attendant.meanwhile = [&] { send(); };
  send();
  BOOST_TEST(attendant.sent == 1);
  BOOST_TEST(was_woken());
  BOOST_TEST(take() == 1U);
}

BOOST_AUTO_TEST_CASE(a_stop_while_a_sender_sends_wakes_the_io_thread) {
  BOOST_TEST(fall_asleep());
  attendant.meanwhile = [&] { intake->stop(); };
  send();
  BOOST_TEST(was_woken());
}

BOOST_AUTO_TEST_CASE(only_the_thread_that_does_the_work_is_told_so) {
  bool here = false;
  bool elsewhere = true;
  attendant.meanwhile = [&] {
    here = intake->is_attended_here();
    std::thread([&] { elsewhere = intake->is_attended_here(); }).join();
  };
  BOOST_TEST(fall_asleep());
  send();
  BOOST_TEST(here);
  BOOST_TEST(!elsewhere);
  BOOST_TEST(!intake->is_attended_here());
}

BOOST_AUTO_TEST_CASE(the_io_thread_waits_for_the_end_of_what_a_sender_does) {
  BOOST_TEST(fall_asleep());
  int order = 0;
  std::thread io_thread;
  attendant.meanwhile = [&] {
    std::atomic<bool> runs = false;
    io_thread = std::thread([&, has_begun = &runs] {
      has_begun->store(true);
      has_begun->notify_one();
      intake->wake_up();
      BOOST_TEST(order == 1);
    });
    runs.wait(false);
    order = 1;
  };
  send();
  io_thread.join();
}

BOOST_AUTO_TEST_CASE(input_that_others_take_is_theirs_until_nobody_polls) {
  BOOST_TEST(fall_asleep());
  intake->poll();
  BOOST_TEST(attendant.polled == 1);
  BOOST_TEST(!intake->is_polled());
  attendant.any_input = true;
  intake->poll();
  BOOST_TEST(intake->is_polled());

  // It looks after its time: somebody has polled.
  intake->wake_up();
  BOOST_TEST(fall_asleep());
  BOOST_TEST(intake->is_polled());
  // And again: nobody has.
  intake->wake_up();
  BOOST_TEST(fall_asleep());
  BOOST_TEST(!intake->is_polled());
}

BOOST_AUTO_TEST_CASE(who_stops_to_poll_gives_the_input_back) {
  BOOST_TEST(fall_asleep());
  intake->stop_polling();
  BOOST_TEST(!was_woken());
  attendant.any_input = true;
  intake->poll();
  BOOST_TEST(!was_woken());
  intake->stop_polling();
  BOOST_TEST(was_woken());
  BOOST_TEST(!intake->is_polled());
}

BOOST_AUTO_TEST_CASE(who_polls_does_nothing_while_the_io_thread_is_awake) {
  intake->poll();
  BOOST_TEST(attendant.polled == 0);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

constexpr int kSenders = 3;
constexpr int kPollers = 2;
constexpr int kEach = 20'000;
constexpr int kInput = 20'000;

/// An I/O thread with a socket, which is a descriptor and a count. What it counts is touched by one
/// thread at a time, or the sanitizer tells.
class Loop final : private Attendant {
 public:
  explicit Loop(Intake& intake) : intake_(intake) {}

  void arrive() {
    arrived_.fetch_add(1);
    socket_.signal();
  }

  // Until all has come.
  void run() {
    while (sent_ < kSenders * kEach || received_ < kInput) {
      std::vector<std::shared_ptr<Outbox>> outboxes;
      std::vector<Resolved> resolved;
      intake_.take(outboxes, resolved);
      sent_ += static_cast<int>(outboxes.size());
      receive();
      if (!outboxes.empty() || !intake_.fall_asleep(false, this)) {
        continue;
      }
      const bool is_polled = intake_.is_polled();
      std::array<pollfd, 2> items{{{intake_.wake_fd(), POLLIN, 0}, {socket_.get(), POLLIN, 0}}};
      const timespec patience{.tv_sec = 0, .tv_nsec = 250'000};
      ppoll(items.data(), is_polled ? 1 : 2, is_polled ? &patience : nullptr, nullptr);
      intake_.wake_up();
    }
  }

  [[nodiscard]] int by_others() const { return by_others_; }

 private:
  bool receive() {
    socket_.clear();
    const int count = arrived_.exchange(0);
    received_ += count;
    return count > 0;
  }
  // The last one of all has to be seen by the I/O thread.
  [[nodiscard]] bool is_last() const { return sent_ == kSenders * kEach && received_ == kInput; }
  Done send_at_once(Outbox& /*outbox*/) noexcept override {
    ++sent_;
    ++by_others_;
    return {.any = true, .has_more = is_last()};
  }
  Done take_input() noexcept override {
    const bool any = receive();
    by_others_ += any ? 1 : 0;
    return {.any = any, .has_more = is_last()};
  }

  Intake& intake_;
  WakeFd socket_;
  std::atomic<int> arrived_ = 0;
  int sent_ = 0;
  int received_ = 0;
  int by_others_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(intake_stress)

// A wake-up that got lost would leave the I/O thread asleep for ever.
BOOST_FIXTURE_TEST_CASE(all_that_is_sent_and_comes_in_is_seen_whoever_does_the_work, Fixture) {
  Loop loop(*intake);
  std::atomic<bool> is_over = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < kSenders; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) {
        intake->push(outbox, true);
        if (n % 64 == 0) {
          std::this_thread::yield();
        }
      }
    });
  }
  threads.emplace_back([&] {
    for (int n = 0; n < kInput; ++n) {
      loop.arrive();
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < kPollers; ++i) {
    threads.emplace_back([&] {
      for (int n = 1; !is_over; ++n) {
        intake->poll();
        if (n % 100 == 0) {
          intake->stop_polling();
        }
        std::this_thread::yield();
      }
    });
  }
  loop.run();
  is_over = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
  BOOST_TEST(loop.by_others() > 0);
}

BOOST_AUTO_TEST_SUITE_END()
