/// The timing wheel against a std::multimap, which keeps what has the same deadline in the order in
/// which it came: the order that the wheel has to keep too.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/timer_wheel.hpp>

namespace {

using spinoff::engine::kLastTick;
using spinoff::engine::Tick;
using spinoff::engine::TimerList;
using spinoff::engine::TimerNode;
using spinoff::engine::TimerWheel;
using namespace std::chrono_literals;

struct Timer : TimerNode {
  int id = 0;
};

std::vector<int> take_all(TimerList& expired) {
  std::vector<int> ids;
  while (TimerNode* const node = expired.pop_front()) {
    ids.push_back(static_cast<Timer*>(node)->id);
  }
  return ids;
}

std::vector<int> advance(TimerWheel& wheel, Tick now) {
  TimerList expired;
  wheel.advance(now, expired);
  return take_all(expired);
}

void check_ids(const std::vector<int>& actual, const std::vector<int>& expected) {
  BOOST_TEST(actual == expected, boost::test_tools::per_element());
}

/// The wheel and the model side by side; `timers[i].id` is i.
class Comparison {
 public:
  explicit Comparison(std::uint64_t seed, Tick start) : random_(seed), wheel_(start), now_(start) {
    for (int id = 0; id < 200; ++id) {
      timers_.emplace_back().id = id;
    }
    places_.resize(timers_.size(), model_.end());
  }
  ~Comparison() {
    TimerList expired;
    wheel_.advance(kLastTick, expired);
    take_all(expired);
  }
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  void start_one() {
    Timer& timer = timers_[random(timers_.size() - 1)];
    forget(timer);
    const Tick deadline = random_deadline();
    // A deadline that has passed is due at once, behind those that are due at once already.
    places_[index(timer)] = model_.emplace(std::max(deadline, now_), timer.id);
    wheel_.start(timer, deadline);
    BOOST_TEST(timer.is_started());
  }

  void cancel_one() {
    Timer& timer = timers_[random(timers_.size() - 1)];
    const bool was_started = places_[index(timer)] != model_.end();
    forget(timer);
    BOOST_TEST(wheel_.cancel(timer) == was_started);
    BOOST_TEST(!timer.is_started());
  }

  void advance_by(Tick ticks) {
    now_ = ticks > kLastTick - now_ ? kLastTick : now_ + ticks;
    TimerList expired;
    wheel_.advance(now_, expired);
    BOOST_TEST(wheel_.now() == now_);
    while (TimerNode* const node = expired.pop_front()) {
      auto& timer = static_cast<Timer&>(*node);
      BOOST_REQUIRE(!model_.empty());
      BOOST_TEST(timer.id == model_.begin()->second);
      BOOST_TEST(timer.deadline() == model_.begin()->first);
      forget(timer);
    }
    BOOST_TEST((model_.empty() || model_.begin()->first > now_));
    check_next_event();
  }

  void check_next_event() {
    BOOST_TEST(wheel_.size() == model_.size());
    const std::optional<Tick> next = wheel_.next_event();
    BOOST_TEST(next.has_value() == !model_.empty());
    if (next && !model_.empty()) {
      BOOST_TEST(*next >= now_);
      BOOST_TEST(*next <= model_.begin()->first);
    }
  }

  Tick random(Tick last) { return std::uniform_int_distribution<Tick>(0, last)(random_); }

  // All sizes alike: 1 to 64 random bits.
  Tick random_distance() { return random(kLastTick) >> random(63); }

 private:
  Tick random_deadline() {
    switch (random(4)) {
      case 0:
        return now_ + random(now_ > kLastTick - 100 ? 0 : 100);
      case 1:  // beside the beginning of a slot, at any level
      {
        const Tick slot = Tick{1} << random(63);
        return ((now_ / slot) + 1) * slot + random(2) - 1;
      }
      case 2:
        return now_ - std::min(now_, random(1000));
      default: {
        const Tick distance = random_distance();
        return distance > kLastTick - now_ ? kLastTick : now_ + distance;
      }
    }
  }

  static std::size_t index(const Timer& timer) { return static_cast<std::size_t>(timer.id); }

  void forget(const Timer& timer) {
    auto& place = places_[index(timer)];
    if (place != model_.end()) {
      model_.erase(place);
      place = model_.end();
    }
  }

  std::mt19937_64 random_;
  std::deque<Timer> timers_;
  TimerWheel wheel_;
  Tick now_;
  std::multimap<Tick, int> model_;
  std::vector<std::multimap<Tick, int>::iterator> places_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(timer_wheel)

BOOST_AUTO_TEST_CASE(random_operations_give_what_a_multimap_gives) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      Comparison both(seed, seed % 3 == 0 ? seed * 0x123456789AU : 0);
      for (int step = 0; step < 1000; ++step) {
        switch (both.random(9)) {
          case 0:
          case 1:
            both.cancel_one();
            break;
          case 2:
            both.advance_by(both.random(200));
            break;
          case 3:
            both.advance_by(both.random_distance() >> 20U);
            break;
          default:
            both.start_one();
        }
        both.check_next_event();
      }
      both.advance_by(kLastTick);
    }
  }
}

BOOST_AUTO_TEST_CASE(time_that_goes_tick_by_tick_gives_each_timer_at_its_tick) {
  TimerWheel wheel;
  std::deque<Timer> timers(9000);
  for (std::size_t i = 0; i < timers.size(); ++i) {
    wheel.start(timers[i], i);
  }
  for (Tick now = 0; now < timers.size(); ++now) {
    TimerList expired;
    wheel.advance(now, expired);
    BOOST_TEST_REQUIRE(expired.pop_front() == &timers[now]);
    BOOST_TEST_REQUIRE(expired.empty());
  }
  BOOST_TEST(wheel.size() == 0U);
}

BOOST_AUTO_TEST_CASE(timers_expire_in_the_order_of_their_deadlines) {
  TimerWheel wheel;
  std::deque<Timer> timers(6);
  const std::vector<Tick> deadlines{100'000, 5, 64, 63, 4096, 65};
  for (std::size_t i = 0; i < timers.size(); ++i) {
    timers[i].id = static_cast<int>(i);
    wheel.start(timers[i], deadlines[i]);
  }
  check_ids(advance(wheel, 200'000), {1, 3, 2, 5, 4, 0});
}

BOOST_AUTO_TEST_CASE(timers_with_the_same_deadline_expire_in_the_order_of_their_starts) {
  constexpr Tick kDeadline = 300'000;
  TimerWheel wheel;
  std::deque<Timer> timers(6);
  const std::vector<Tick> started_at{0, 1, 262'143, 262'144, 299'990, 299'999};
  for (std::size_t i = 0; i < timers.size(); ++i) {
    BOOST_TEST(advance(wheel, started_at[i]).empty());
    timers[i].id = static_cast<int>(i);
    wheel.start(timers[i], kDeadline);
  }
  BOOST_TEST(advance(wheel, kDeadline - 1).empty());
  check_ids(advance(wheel, kDeadline), {0, 1, 2, 3, 4, 5});
}

BOOST_AUTO_TEST_CASE(no_timer_is_early_or_late_at_the_edge_of_any_level) {
  for (unsigned bits = 0; bits < 64; ++bits) {
    for (const Tick deadline :
         {(Tick{1} << bits) - 1, Tick{1} << bits, (Tick{1} << bits) + 1, kLastTick >> bits}) {
      for (const Tick begin : {Tick{0}, deadline / 2, deadline - (deadline == 0 ? 0 : 1)}) {
        BOOST_TEST_CONTEXT("from " << begin << " to " << deadline) {
          TimerWheel wheel(begin);
          Timer timer;
          wheel.start(timer, deadline);
          if (deadline > begin) {
            BOOST_TEST(advance(wheel, deadline - 1).empty());
          }
          check_ids(advance(wheel, deadline), {0});
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_next_event_leads_to_a_deadline_in_a_few_steps) {
  for (const Tick deadline : {Tick{0}, Tick{1}, Tick{63}, Tick{64}, Tick{3'600'000},
                              Tick{31'536'000'000}, kLastTick - 1, kLastTick}) {
    BOOST_TEST_CONTEXT(deadline) {
      TimerWheel wheel;
      Timer timer;
      wheel.start(timer, deadline);
      TimerList expired;
      int steps = 0;
      for (auto next = wheel.next_event(); next; next = wheel.next_event()) {
        BOOST_TEST_REQUIRE(++steps <= 11);
        BOOST_TEST_REQUIRE(*next <= deadline);
        wheel.advance(*next, expired);
      }
      BOOST_TEST(wheel.now() == deadline);
      check_ids(take_all(expired), {0});
    }
  }
}

BOOST_AUTO_TEST_CASE(a_next_event_within_a_level_is_the_deadline_itself) {
  TimerWheel wheel(640);
  Timer timer;
  BOOST_TEST(!wheel.next_event().has_value());
  wheel.start(timer, 650);
  BOOST_TEST(wheel.next_event().value() == 650U);
  wheel.cancel(timer);
  BOOST_TEST(!wheel.next_event().has_value());
}

BOOST_AUTO_TEST_CASE(time_jumps_by_years_at_the_cost_of_the_timers_on_the_way) {
  constexpr Tick kYear = Tick{365} * 24 * 3600 * 1000;
  TimerWheel wheel;
  std::deque<Timer> timers(100);
  std::vector<int> expected;
  for (std::size_t i = 0; i < timers.size(); ++i) {
    timers[i].id = static_cast<int>(i);
    wheel.start(timers[i], (i + 1) * kYear);
    expected.push_back(timers[i].id);
  }
  // Tick by tick this would not end before the test's limit.
  check_ids(advance(wheel, 1'000'000 * kYear), expected);
  BOOST_TEST(wheel.now() == 1'000'000 * kYear);
}

BOOST_AUTO_TEST_CASE(a_deadline_that_has_passed_expires_at_the_next_advance) {
  TimerWheel wheel(1000);
  std::deque<Timer> timers(3);
  for (std::size_t i = 0; i < timers.size(); ++i) {
    timers[i].id = static_cast<int>(i);
    wheel.start(timers[i], 900 - i * 100);
    BOOST_TEST(timers[i].deadline() == 1000U);
  }
  BOOST_TEST(wheel.next_event().value() == 1000U);
  check_ids(advance(wheel, 1000), {0, 1, 2});
}

BOOST_AUTO_TEST_CASE(time_does_not_go_back) {
  TimerWheel wheel(1000);
  Timer timer;
  wheel.start(timer, 1001);
  BOOST_TEST(advance(wheel, 10).empty());
  BOOST_TEST(wheel.now() == 1000U);
  check_ids(advance(wheel, 1001), {0});
}

BOOST_AUTO_TEST_CASE(a_cancelled_timer_does_not_expire) {
  TimerWheel wheel;
  Timer timer;
  BOOST_TEST(!wheel.cancel(timer));
  wheel.start(timer, 5000);
  BOOST_TEST(wheel.cancel(timer));
  BOOST_TEST(!wheel.cancel(timer));
  BOOST_TEST(wheel.size() == 0U);
  BOOST_TEST(advance(wheel, 10'000).empty());
}

BOOST_AUTO_TEST_CASE(a_timer_that_is_started_again_has_only_its_new_deadline) {
  TimerWheel wheel;
  Timer timer;
  wheel.start(timer, 10);
  wheel.start(timer, 100);
  BOOST_TEST(wheel.size() == 1U);
  BOOST_TEST(advance(wheel, 99).empty());
  check_ids(advance(wheel, 100), {0});
  BOOST_TEST(!timer.is_started());
  wheel.start(timer, 200);
  wheel.start(timer, 150);
  check_ids(advance(wheel, 150), {0});
}

BOOST_AUTO_TEST_CASE(an_expired_timer_can_cancel_one_that_expired_with_it) {
  TimerWheel wheel;
  std::deque<Timer> timers(4);
  for (std::size_t i = 0; i < timers.size(); ++i) {
    timers[i].id = static_cast<int>(i);
    wheel.start(timers[i], 70 + i);
  }
  TimerList expired;
  wheel.advance(100, expired);
  BOOST_TEST(wheel.size() == 0U);
  BOOST_TEST(expired.pop_front() == &timers[0]);
  BOOST_TEST(timers[2].is_started());
  BOOST_TEST(wheel.cancel(timers[2]));
  BOOST_TEST(!wheel.cancel(timers[0]));
  BOOST_TEST(wheel.size() == 0U);
  check_ids(take_all(expired), {1, 3});
}

BOOST_AUTO_TEST_CASE(an_expired_timer_can_start_itself_and_others_again) {
  TimerWheel wheel;
  std::deque<Timer> timers(3);
  for (std::size_t i = 0; i < timers.size(); ++i) {
    timers[i].id = static_cast<int>(i);
    wheel.start(timers[i], 70 + i);
  }
  TimerList expired;
  wheel.advance(100, expired);
  BOOST_TEST(expired.pop_front() == &timers[0]);
  wheel.start(timers[0], 100);
  wheel.start(timers[2], 90);
  check_ids(take_all(expired), {1});
  BOOST_TEST(wheel.size() == 2U);
  check_ids(advance(wheel, 100), {0, 2});
}

BOOST_AUTO_TEST_CASE(expired_timers_are_put_behind_those_that_wait_already) {
  TimerWheel wheel;
  std::deque<Timer> timers(2);
  timers[1].id = 1;
  wheel.start(timers[0], 1);
  wheel.start(timers[1], 2);
  TimerList expired;
  wheel.advance(1, expired);
  wheel.advance(2, expired);
  check_ids(take_all(expired), {0, 1});
}

BOOST_AUTO_TEST_CASE(deadlines_are_rounded_up_and_the_time_down) {
  using spinoff::engine::tick_at;
  using spinoff::engine::tick_not_before;
  BOOST_TEST(tick_at(0ns) == 0U);
  BOOST_TEST(tick_at(999'999ns) == 0U);
  BOOST_TEST(tick_at(1ms) == 1U);
  BOOST_TEST(tick_not_before(0ns) == 0U);
  BOOST_TEST(tick_not_before(1ns) == 1U);
  BOOST_TEST(tick_not_before(1ms) == 1U);
  BOOST_TEST(tick_not_before(1'000'001ns) == 2U);
  BOOST_TEST(tick_at(-1ns) == 0U);
  BOOST_TEST(tick_not_before(-5ms) == 0U);
  BOOST_TEST(tick_at(std::chrono::nanoseconds::max()) == 9'223'372'036'854U);
  BOOST_TEST(tick_not_before(std::chrono::nanoseconds::max()) == 9'223'372'036'855U);
}

BOOST_AUTO_TEST_SUITE_END()
