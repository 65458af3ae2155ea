/// Threads that end by themselves.
#include <atomic>
#include <memory>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/crew.hpp>

#include "support/gate.hpp"

namespace {

using spinoff::engine::Crew;
using spinoff::testing::Gate;

BOOST_AUTO_TEST_SUITE(crew)

BOOST_AUTO_TEST_CASE(join_returns_when_all_threads_have_ended) {
  std::atomic<int> ended = 0;
  Crew crew;
  for (int i = 0; i < 20; ++i) {
    crew.start([&] { ++ended; });
  }
  crew.join();
  BOOST_TEST(ended == 20);
  crew.join();
}

BOOST_AUTO_TEST_CASE(a_thread_may_start_another) {
  std::atomic<int> ended = 0;
  Crew crew;
  crew.start([&] {
    crew.start([&] { ++ended; });
    ++ended;
  });
  crew.join();
  BOOST_TEST(ended == 2);
}

BOOST_AUTO_TEST_CASE(nothing_of_a_thread_is_left_when_join_has_returned) {
  struct Tells {
    explicit Tells(std::shared_ptr<std::atomic<int>> count) : ended(std::move(count)) {}
    Tells(const Tells&) = delete;
    Tells& operator=(const Tells&) = delete;
    ~Tells() { ++*ended; }
    std::shared_ptr<std::atomic<int>> ended;
  };
  const auto ended = std::make_shared<std::atomic<int>>(0);
  constexpr int kThreads = 10;
  Crew crew;
  for (int i = 0; i < kThreads; ++i) {
    crew.start([&] { static thread_local const Tells tells(ended); });
  }
  crew.join();
  BOOST_TEST(*ended == kThreads);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
