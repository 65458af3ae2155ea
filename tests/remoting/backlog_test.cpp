/// How much may wait for a node, and when that is told.
#include "backlog.hpp"

#include <cstddef>
#include <limits>
#include <optional>

#include <boost/test/unit_test.hpp>

namespace {

using spinoff::remoting::Backlog;
using spinoff::remoting::Load;
using spinoff::remoting::QueueLimits;

constexpr QueueLimits kTen{.messages = 10, .bytes = 1000, .high_water_mark = 0.5};

bool add(Backlog& backlog, std::size_t bytes) {
  if (!backlog.has_room(bytes) && !backlog.find_room(bytes)) {
    return false;
  }
  backlog.add(bytes);
  return true;
}

// How many of that size are taken.
std::size_t fill(Backlog& backlog, std::size_t bytes) {
  std::size_t count = 0;
  while (count < 1000 && add(backlog, bytes)) {
    ++count;
  }
  return count;
}

void check_news(Backlog& backlog, std::size_t messages, std::size_t bytes) {
  const std::optional<Load> news = backlog.take_news();
  BOOST_TEST_REQUIRE(news.has_value());
  BOOST_TEST(news->messages == messages);
  BOOST_TEST(news->bytes == bytes);
  BOOST_TEST(!backlog.take_news().has_value());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(backlog)

BOOST_AUTO_TEST_CASE(R10_what_waits_is_bounded_in_number) {
  Backlog backlog(kTen);
  BOOST_TEST(fill(backlog, 1) == 10U);
  backlog.remove({.messages = 3, .bytes = 3});
  BOOST_TEST(backlog.load().messages == 7U);
  BOOST_TEST(fill(backlog, 1) == 3U);
}

BOOST_AUTO_TEST_CASE(R10_what_waits_is_bounded_in_bytes) {
  Backlog backlog(kTen);
  BOOST_TEST(fill(backlog, 300) == 3U);
  BOOST_TEST(add(backlog, 100));
  BOOST_TEST(!add(backlog, 1));
  backlog.remove({.messages = 1, .bytes = 300});
  BOOST_TEST(backlog.load().bytes == 700U);
  BOOST_TEST(add(backlog, 300));
}

BOOST_AUTO_TEST_CASE(R10_one_message_alone_may_be_larger) {
  Backlog backlog(kTen);
  BOOST_TEST(add(backlog, 5000));
  BOOST_TEST(!add(backlog, 1));
  backlog.remove({.messages = 1, .bytes = 5000});
  BOOST_TEST(add(backlog, 1));
  BOOST_TEST(!add(backlog, 5000));
}

BOOST_AUTO_TEST_CASE(R10_the_high_water_mark_is_told_once_it_is_reached) {
  Backlog backlog(kTen);
  for (int i = 0; i < 4; ++i) {
    add(backlog, 1);
  }
  BOOST_TEST(!backlog.take_news().has_value());
  BOOST_TEST(fill(backlog, 1) == 6U);
  check_news(backlog, 5, 5);
}

BOOST_AUTO_TEST_CASE(R10_the_high_water_mark_counts_bytes_too) {
  Backlog backlog(kTen);
  add(backlog, 400);
  BOOST_TEST(!backlog.take_news().has_value());
  add(backlog, 100);
  check_news(backlog, 2, 500);
}

BOOST_AUTO_TEST_CASE(R10_it_is_told_again_only_after_less_than_half_as_much_has_waited) {
  Backlog backlog(kTen);
  fill(backlog, 1);
  check_news(backlog, 5, 5);
  backlog.remove({.messages = 7, .bytes = 7});  // 3 are left: more than half of 5
  fill(backlog, 1);
  BOOST_TEST(!backlog.take_news().has_value());
  backlog.remove({.messages = 8, .bytes = 8});
  fill(backlog, 1);
  check_news(backlog, 5, 5);
}

BOOST_AUTO_TEST_CASE(R10_without_a_mark_nothing_is_told) {
  Backlog backlog({.messages = 10, .bytes = 1000, .high_water_mark = 0});
  BOOST_TEST(fill(backlog, 1) == 10U);
  backlog.remove({.messages = 10, .bytes = 10});
  BOOST_TEST(fill(backlog, 1) == 10U);
  BOOST_TEST(!backlog.take_news().has_value());
}

BOOST_AUTO_TEST_CASE(R10_a_mark_may_be_the_limit_itself_and_limits_may_be_huge) {
  Backlog backlog(
      {.messages = 3, .bytes = std::numeric_limits<std::size_t>::max(), .high_water_mark = 1});
  BOOST_TEST(fill(backlog, std::size_t{1} << 40U) == 3U);
  check_news(backlog, 3, std::size_t{3} << 40U);
}

BOOST_AUTO_TEST_CASE(R10_while_others_stand_in_a_line_there_is_only_room_for_them) {
  Backlog backlog(kTen);
  add(backlog, 900);
  backlog.hold(true);
  BOOST_TEST(!add(backlog, 1));
  BOOST_TEST(!backlog.let_in(200));
  BOOST_TEST(backlog.let_in(100));
  backlog.add(100);
  BOOST_TEST(!backlog.let_in(1));
  backlog.remove({.messages = 1, .bytes = 900});
  BOOST_TEST(!add(backlog, 1));
  backlog.hold(false);
  BOOST_TEST(backlog.load().bytes == 100U);
  BOOST_TEST(add(backlog, 900));
}

BOOST_AUTO_TEST_CASE(R10_one_that_is_closed_takes_nothing_more) {
  Backlog backlog(kTen);
  add(backlog, 1);
  backlog.hold(true);
  backlog.close();
  backlog.hold(false);
  BOOST_TEST(!add(backlog, 1));
  BOOST_TEST(!backlog.let_in(1));
  backlog.remove({.messages = 1, .bytes = 1});
  BOOST_TEST(!add(backlog, 1));
  BOOST_TEST(backlog.load().messages == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
