/// What can be seen of another thread.
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/thread_state.hpp>

#include "support/gate.hpp"

namespace {

using namespace std::chrono_literals;
using namespace spinoff::engine;
using namespace spinoff::testing;

template <class Condition>
void wait_until(const Condition& condition) {
  const auto limit = std::chrono::steady_clock::now() + kWaitLimit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) {
      throw WaitedTooLong("waited for what can be seen of a thread");
    }
    std::this_thread::yield();
  }
}

/// A thread that waits, then computes, then waits again.
class Other {
 public:
  Other() { begun_.wait(); }
  Other(const Other&) = delete;
  Other& operator=(const Other&) = delete;
  ~Other() {
    compute_.open();
    stop();
    end_.open();
  }
  [[nodiscard]] ThreadId id() const { return id_; }
  void compute() { compute_.open(); }
  void stop() { stop_ = true; }

 private:
  Gate begun_{"the thread to begin"};
  Gate compute_{"the test to let the thread compute"};
  Gate end_{"the test to let the thread end"};
  std::atomic<bool> stop_ = false;
  ThreadId id_ = 0;
  std::jthread thread_{[this] {
    id_ = this_thread_id();
    begun_.open();
    compute_.wait();
    while (!stop_) {
    }
    end_.wait();
  }};
};

BOOST_AUTO_TEST_SUITE(thread_state)

BOOST_AUTO_TEST_CASE(a_thread_that_computes_is_awake_and_its_clock_goes_on) {
  Other other;
  BOOST_CHECK_NO_THROW(wait_until([&] { return is_asleep(other.id()); }));
  const auto before = cpu_time_of(other.id());
  BOOST_TEST((before > 0ns));
  other.compute();
  BOOST_CHECK_NO_THROW(wait_until([&] { return cpu_time_of(other.id()) > before + 5ms; }));
  BOOST_TEST(!is_asleep(other.id()));
  other.stop();
  BOOST_CHECK_NO_THROW(wait_until([&] { return is_asleep(other.id()); }));
  const auto after = cpu_time_of(other.id());
  BOOST_TEST((cpu_time_of(other.id()) == after));
}

BOOST_AUTO_TEST_CASE(a_thread_may_have_ended) {
  ThreadId id = 0;
  std::thread([&] { id = this_thread_id(); }).join();
  // The kernel may be a little later.
  BOOST_CHECK_NO_THROW(wait_until([&] { return cpu_time_of(id) == 0ns; }));
  BOOST_CHECK_NO_THROW(static_cast<void>(is_asleep(id)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
