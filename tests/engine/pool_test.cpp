/// The memory that one thread takes and another gives back: of envelopes, and of places for actors.
#include <atomic>
#include <cstdint>
#include <cstring>
#include <deque>
#include <mutex>
#include <random>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/detail/pool.hpp>
#include <spinoff/engine/object_store.hpp>

namespace {

using spinoff::detail::allocate;
using spinoff::detail::deallocate;
using spinoff::detail::kBlockUnit;

struct Block {
  unsigned char* memory = nullptr;
  std::size_t size = 0;
  unsigned char mark = 0;
};

Block take(std::minstd_rand& random) {
  Block block;
  block.size = 1 + random() % 700;  // some go to the heap
  block.mark = static_cast<unsigned char>(random());
  block.memory = static_cast<unsigned char*>(allocate(block.size));
  std::memset(block.memory, block.mark, block.size);
  return block;
}

/// Gives a block back; false if someone else wrote to it.
bool give_back(const Block& block) {
  bool whole = true;
  for (std::size_t i = 0; i < block.size; ++i) {
    whole = whole && block.memory[i] == block.mark;
  }
  deallocate(block.memory, block.size);
  return whole;
}

BOOST_AUTO_TEST_SUITE(pool)

BOOST_AUTO_TEST_CASE(blocks_are_aligned_to_a_cache_line) {
  for (std::size_t size = 1; size < 1'500; ++size) {
    void* const memory = allocate(size);
    BOOST_TEST_REQUIRE(reinterpret_cast<std::uintptr_t>(memory) % kBlockUnit == 0U);
    deallocate(memory, size);
  }
}

BOOST_AUTO_TEST_CASE(blocks_in_use_do_not_overlap) {
  std::minstd_rand random(1);
  std::vector<Block> in_use;
  bool whole = true;
  for (int i = 0; i < 100'000; ++i) {
    if (in_use.size() < 500 && random() % 2 == 0) {
      in_use.push_back(take(random));
    } else if (!in_use.empty()) {
      std::swap(in_use[random() % in_use.size()], in_use.back());
      whole = give_back(in_use.back()) && whole;
      in_use.pop_back();
    }
  }
  for (const Block& block : in_use) {
    whole = give_back(block) && whole;
  }
  BOOST_TEST(whole);
}

BOOST_AUTO_TEST_CASE(blocks_may_be_given_back_by_any_thread) {
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  std::mutex mutex;
  std::deque<Block> on_their_way;
  std::atomic<int> broken{0};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        std::minstd_rand random(static_cast<unsigned>(thread) + 1);
        for (int i = 0; i < kEach; ++i) {
          Block block = take(random);
          {
            const std::lock_guard lock(mutex);
            on_their_way.push_back(block);
            if (on_their_way.size() < 200) {
              continue;
            }
            block = on_their_way.front();
            on_their_way.pop_front();
          }
          broken += give_back(block) ? 0 : 1;
        }
      });
    }
  }
  for (const Block& block : on_their_way) {
    broken += give_back(block) ? 0 : 1;
  }
  BOOST_TEST(broken == 0);
}

#ifndef SPINOFF_SANITIZED

// With sanitizers all goes to the heap, which takes its time before it uses an address again.

BOOST_AUTO_TEST_CASE(a_thread_that_only_gives_back_feeds_one_that_only_takes) {
  std::unordered_set<void*> addresses;
  std::vector<void*> batch;
  for (int round = 0; round < 1'000; ++round) {
    for (int i = 0; i < 100; ++i) {
      batch.push_back(allocate(100));
      addresses.insert(batch.back());
    }
    std::jthread([&] {
      for (void* const memory : batch) {
        deallocate(memory, 100);
      }
    }).join();
    batch.clear();
  }
  // What is in use at once, and what lies in magazines.
  BOOST_TEST(addresses.size() < 1'000U);
}

BOOST_AUTO_TEST_CASE(threads_that_give_back_a_few_and_end_lose_nothing) {
  std::unordered_set<void*> addresses;
  for (int round = 0; round < 2'000; ++round) {
    void* const memory = allocate(300);
    addresses.insert(memory);
    std::jthread([&] { deallocate(memory, 300); }).join();
  }
  BOOST_TEST(addresses.size() < 500U);
}

#endif

struct Place {
  int owner = 0;
};
using Places = spinoff::engine::ObjectStore<Place>;

BOOST_AUTO_TEST_CASE(a_place_has_one_owner_at_a_time) {
  constexpr int kThreads = 4;
  constexpr int kEach = 50'000;
  std::mutex mutex;
  std::deque<std::pair<Place*, int>> on_their_way;
  std::atomic<int> broken{0};
  {
    std::vector<std::jthread> threads;
    for (int thread = 1; thread <= kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < kEach; ++i) {
          std::pair<Place*, int> one{Places::take(), thread * kEach + i};
          one.first->owner = one.second;
          {
            const std::lock_guard lock(mutex);
            on_their_way.push_back(one);
            if (on_their_way.size() < 300) {
              continue;
            }
            one = on_their_way.front();
            on_their_way.pop_front();
          }
          broken += one.first->owner == one.second ? 0 : 1;
          Places::put(one.first);
        }
      });
    }
  }
  for (const auto& [place, owner] : on_their_way) {
    broken += place->owner == owner ? 0 : 1;
    Places::put(place);
  }
  BOOST_TEST(broken == 0);
}

BOOST_AUTO_TEST_CASE(threads_that_give_back_a_few_places_and_end_lose_nothing) {
  struct Other {
    int owner = 0;
  };
  using Others = spinoff::engine::ObjectStore<Other>;
  std::unordered_set<Other*> places;
  for (int round = 0; round < 2'000; ++round) {
    Other* const place = Others::take();
    places.insert(place);
    std::jthread([&] { Others::put(place); }).join();
  }
  BOOST_TEST(places.size() < 500U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
