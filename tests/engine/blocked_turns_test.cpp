/// Who is blocked: by what is seen of a turn now and then.
#include <chrono>
#include <cstdint>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/blocked_turns.hpp>

namespace {

using namespace std::chrono_literals;
using spinoff::engine::BlockedTurns;
using spinoff::engine::Clock;
using spinoff::engine::Home;
using spinoff::engine::RunningTurn;

constexpr Clock::time_point kBegin{1h};

RunningTurn turn(std::uint64_t number, std::uint64_t worker = 0) {
  return {.home = Home::homeless(1).next_stay(worker), .number = number, .thread = 1};
}

BOOST_AUTO_TEST_SUITE(blocked_turns)

BOOST_AUTO_TEST_CASE(
    C09_a_turn_that_goes_on_and_does_not_compute_is_blocked_since_it_was_first_seen) {
  BlockedTurns turns;
  BOOST_TEST(!turns.look(turn(7), kBegin, 5s).has_value());
  BOOST_TEST((turns.look(turn(7), kBegin + 10ms, 5s) == kBegin));
  BOOST_TEST((turns.look(turn(7), kBegin + 20ms, 5s + 1ms) == kBegin));
}

BOOST_AUTO_TEST_CASE(C09_a_turn_that_computes_is_not_blocked) {
  BlockedTurns turns;
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST(!turns.look(turn(7), kBegin + i * 10ms, i * 10ms).has_value());
  }
}

BOOST_AUTO_TEST_CASE(C09_a_turn_that_has_computed_for_long_may_be_blocked_then) {
  BlockedTurns turns;
  BOOST_TEST(!turns.look(turn(7), kBegin, 0s).has_value());
  BOOST_TEST(!turns.look(turn(7), kBegin + 10s, 10s).has_value());
  BOOST_TEST((turns.look(turn(7), kBegin + 10s + 10ms, 10s) == kBegin + 10s));
}

BOOST_AUTO_TEST_CASE(C09_short_turns_are_not_blocked) {
  BlockedTurns turns;
  for (unsigned i = 0; i < 10; ++i) {
    BOOST_TEST(!turns.look(turn(i), kBegin + i * 10ms, 0s).has_value());
  }
}

BOOST_AUTO_TEST_CASE(C09_the_same_number_in_another_stay_is_another_turn) {
  BlockedTurns turns;
  BOOST_TEST(!turns.look(turn(7), kBegin, 0s).has_value());
  RunningTurn later = turn(7);
  later.home = later.home.next_stay(0);
  BOOST_TEST(!turns.look(later, kBegin + 10ms, 0s).has_value());
}

BOOST_AUTO_TEST_CASE(C09_workers_are_told_apart) {
  BlockedTurns turns;
  BOOST_TEST(!turns.look(turn(7, 0), kBegin, 0s).has_value());
  BOOST_TEST(!turns.look(turn(7, 1), kBegin, 0s).has_value());
  BOOST_TEST(turns.look(turn(7, 0), kBegin + 10ms, 0s).has_value());
  BOOST_TEST(turns.tell(turn(7, 0)));
  BOOST_TEST(turns.look(turn(7, 1), kBegin + 10ms, 0s).has_value());
  BOOST_TEST(turns.tell(turn(7, 1)));
}

BOOST_AUTO_TEST_CASE(C09_it_is_told_once_until_the_turn_has_computed) {
  BlockedTurns turns;
  turns.look(turn(7), kBegin, 0s);
  turns.look(turn(7), kBegin + 10ms, 0s);
  BOOST_TEST(turns.tell(turn(7)));
  turns.look(turn(7), kBegin + 20ms, 0s);
  BOOST_TEST(!turns.tell(turn(7)));
  turns.look(turn(7), kBegin + 30ms, 10ms);
  turns.look(turn(7), kBegin + 40ms, 10ms);
  BOOST_TEST(turns.tell(turn(7)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
