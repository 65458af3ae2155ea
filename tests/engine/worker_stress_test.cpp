/// Workers, all at once: they come, go and rob each other while others wake their actor.
#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/worker.hpp>

#include "cells.hpp"
#include "workers.hpp"

namespace {

using namespace spinoff::testing;
using spinoff::engine::Push;

/// Three workers that come and go, and rob each other, as if each were stuck; two threads outside.
class Crowd {
 public:
  static constexpr int kMessages = 100'000;  // of each thread

  explicit Crowd(Cell& cell) : cell_(cell) {
    cell.move_home(workers_.homeless);
    workers_.inbox.push(cell, workers_.homeless, 0);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < workers_.all.size(); ++i) {
      threads.emplace_back([this, i] { work(i); });
    }
    for (int i = 0; i < kSenders; ++i) {
      threads.emplace_back([this] { send(); });
    }
  }
  [[nodiscard]] int overlapping() const { return overlapping_; }
  [[nodiscard]] int handled() const { return handled_; }

 private:
  static constexpr int kSenders = 2;
  static constexpr int kAll = kSenders * kMessages;

  void work(std::size_t i) {
    Worker& me = workers_[i];
    while (handled_.load() < kAll) {
      me.take_wake_ups(workers_.inbox);
      workers_[(i + 1) % workers_.all.size()].give_to(me, 0, true);
      do {
        while (Cell* const cell = me.next()) {
          run(me, *cell);
        }
      } while (me.take_wake_ups() || !me.leave());
      std::this_thread::yield();
    }
  }
  void run(Worker& me, Cell& cell) {
    do {
      if (running_.exchange(true)) {
        ++overlapping_;
      }
      handled_ += static_cast<int>(mail_of(cell).size());
      running_.store(false);
    } while (!me.settle(cell));
  }
  void send() {
    for (int i = 0; i < kMessages; ++i) {
      if (cell_.mailbox().push(make()) == Push::woke) {
        std::this_thread::yield();  // so that some wake-ups come late
        wake();
      }
    }
  }
  void wake() {
    for (;;) {
      const Home home = cell_.home();
      if (home.is_homeless() || workers_[home.worker()].has_ended(home)) {
        workers_.inbox.push(cell_, workers_.homeless, 0);
        return;
      }
      if (workers_[home.worker()].leave_wake_up(cell_, home, 0)) {
        return;
      }
    }
  }

  Cell& cell_;
  Workers workers_{3};
  std::atomic<bool> running_ = false;
  std::atomic<int> overlapping_ = 0;
  std::atomic<int> handled_ = 0;
};

BOOST_AUTO_TEST_SUITE(worker_stress)

BOOST_AUTO_TEST_CASE(
    among_thieves_and_workers_that_leave_nobody_runs_twice_and_no_wake_up_is_lost) {
  Cells cells;
  for (int i = 0; i < 5; ++i) {
    const Crowd crowd(cells[std::string(1, static_cast<char>('a' + i))]);
    BOOST_TEST(crowd.overlapping() == 0);
    BOOST_TEST(crowd.handled() == 2 * Crowd::kMessages);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
