/// Limits and backoff of restarts, without actors.
#include <optional>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/detail/random_stream.hpp>
#include <spinoff/engine/restart_history.hpp>

namespace {

using namespace std::chrono_literals;
using spinoff::Backoff;
using spinoff::Restart;
using spinoff::detail::RandomStream;
using spinoff::engine::Clock;
using spinoff::engine::RestartHistory;

/// Restarts, and the time between them.
struct Restarts {
  std::optional<std::chrono::nanoseconds> next(std::chrono::nanoseconds after = 0ns) {
    now += after;
    return history.next(how, now, random);
  }
  std::chrono::nanoseconds wait(std::chrono::nanoseconds after = 0ns) {
    const auto delay = next(after);
    BOOST_TEST_REQUIRE(delay.has_value());
    now += *delay;
    return *delay;
  }

  Restart how;
  RandomStream random{1};
  Clock::time_point now{1h};
  RestartHistory history = {};
};

BOOST_AUTO_TEST_SUITE(restart_history)

BOOST_AUTO_TEST_CASE(S04_without_a_limit_there_is_none) {
  Restarts restarts{.how = {}};
  for (int i = 0; i < 1'000; ++i) {
    BOOST_TEST((restarts.next() == 0ns));
  }
}

BOOST_AUTO_TEST_CASE(S04_max_restarts_without_a_time_are_all_that_there_will_ever_be) {
  Restarts restarts{.how = {.max = 2}};
  BOOST_TEST(restarts.next().has_value());
  BOOST_TEST(restarts.next(1h).has_value());
  BOOST_TEST(!restarts.next(1'000h).has_value());
}

BOOST_AUTO_TEST_CASE(S04_only_those_within_the_time_count) {
  Restarts restarts{.how = {.max = 2, .within = 10s}};
  BOOST_TEST(restarts.next().has_value());
  BOOST_TEST(restarts.next(9s).has_value());
  BOOST_TEST(!restarts.next(999ms).has_value());
  BOOST_TEST(restarts.next(1ms).has_value());  // the first is 10 s ago
  BOOST_TEST(!restarts.next(8'999ms).has_value());
  BOOST_TEST(restarts.next(1ms).has_value());
}

BOOST_AUTO_TEST_CASE(S04_a_limit_of_none_stops_at_once) {
  Restarts restarts{.how = {.max = 0}};
  BOOST_TEST(!restarts.next().has_value());
}

BOOST_AUTO_TEST_CASE(S04_a_restart_counts_from_when_it_will_be) {
  Restarts restarts{.how = {.max = 1, .within = 5s, .backoff = Backoff{.min = 4s, .jitter = 0}}};
  BOOST_TEST(restarts.next().has_value());        // will be at 4 s
  BOOST_TEST(!restarts.next(500ms).has_value());  // at 8.5 s
  BOOST_TEST(restarts.next(500ms).has_value());   // at 9 s
}

BOOST_AUTO_TEST_CASE(S04_each_wait_is_longer_by_the_factor_up_to_the_longest) {
  Restarts restarts{.how = {.backoff = Backoff{.min = 100ms, .max = 1s, .factor = 3, .jitter = 0}}};
  for (const auto expected : {100ms, 300ms, 900ms, 1'000ms, 1'000ms}) {
    BOOST_TEST((restarts.wait() == expected));
  }
}

BOOST_AUTO_TEST_CASE(S04_a_backoff_begins_anew_after_a_run_without_failure) {
  Restarts restarts{.how = {.backoff = Backoff{.min = 1s, .max = 1min, .jitter = 0, .reset = 5s}}};
  BOOST_TEST((restarts.wait() == 1s));
  BOOST_TEST((restarts.wait() == 2s));
  BOOST_TEST((restarts.wait(4'999ms) == 4s));
  BOOST_TEST((restarts.wait(5s) == 1s));
  BOOST_TEST((restarts.wait() == 2s));
}

BOOST_AUTO_TEST_CASE(S04_a_backoff_begins_anew_after_its_longest_wait_unless_told_otherwise) {
  Restarts restarts{.how = {.backoff = Backoff{.min = 1s, .max = 20s, .jitter = 0}}};
  BOOST_TEST((restarts.wait() == 1s));
  BOOST_TEST((restarts.wait(19s) == 2s));
  BOOST_TEST((restarts.wait(20s) == 1s));
}

BOOST_AUTO_TEST_CASE(S04_jitter_adds_a_random_share_that_can_be_repeated_from_the_seed) {
  const auto waits = [](std::uint64_t seed) {
    Restarts restarts{.how = {.backoff = Backoff{.min = 100ms, .max = 100ms, .jitter = 0.5}},
                      .random = RandomStream(seed)};
    std::vector<std::chrono::nanoseconds> all;
    for (int i = 0; i < 100; ++i) {
      all.push_back(restarts.wait());
    }
    return all;
  };
  const auto some = waits(7);
  const auto [least, most] = std::ranges::minmax_element(some);
  BOOST_TEST((*least >= 100ms));
  BOOST_TEST((*most < 150ms));
  BOOST_TEST((*most - *least > 25ms));
  BOOST_TEST((some == waits(7)));
  BOOST_TEST((some != waits(8)));
}

BOOST_AUTO_TEST_CASE(S04_the_longest_backoff_of_all_does_not_overflow) {
  Restarts restarts{.how = {.backoff = Backoff{
                                .min = 1h, .max = std::chrono::nanoseconds::max(), .factor = 1e9}}};
  restarts.next();
  BOOST_TEST((restarts.next() == std::chrono::nanoseconds::max()));
  BOOST_TEST((restarts.next() == std::chrono::nanoseconds::max()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
