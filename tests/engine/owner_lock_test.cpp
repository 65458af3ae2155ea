/// The owner's lock: nobody is inside with another, and each sees what the one before did.
#include <atomic>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/owner_lock.hpp>

namespace {

using spinoff::engine::OwnerLock;

BOOST_AUTO_TEST_SUITE(owner_lock)

BOOST_AUTO_TEST_CASE(an_owner_and_others_never_are_inside_at_the_same_time) {
  constexpr long kForeign = 2'000;
  OwnerLock lock;
  long guarded = 0;  // plain, so that a sanitizer tells if two are inside
  std::atomic<bool> done{false};
  std::atomic<int> left{2};
  long by_owner = 0;
  {
    std::vector<std::jthread> others;
    for (int i = 0; i < 2; ++i) {
      others.emplace_back([&] {
        for (long k = 0; k < kForeign; ++k) {
          const OwnerLock::Foreign foreign(lock);
          const long before = guarded;
          std::this_thread::yield();
          guarded = before + 1;
        }
        done = --left == 0;
      });
    }
    while (!done) {
      const OwnerLock::Own own(lock);
      const long before = guarded;
      std::atomic_signal_fence(std::memory_order_seq_cst);  // really read, then written
      guarded = before + 1;
      ++by_owner;
    }
  }
  BOOST_TEST(guarded == by_owner + 2 * kForeign);
}

BOOST_AUTO_TEST_CASE(an_owner_may_hand_its_lock_on) {
  constexpr int kRounds = 1'000;
  OwnerLock lock;
  int guarded = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::jthread([&] {
      const OwnerLock::Own own(lock);
      ++guarded;
    }).join();
  }
  const OwnerLock::Foreign foreign(lock);
  BOOST_TEST(guarded == kRounds);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
