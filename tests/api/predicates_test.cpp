/// Processes that choose among the messages of one type by a predicate, and what that costs.
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Go {};
struct A {
  int id;
};
struct B {
  int id;
};

BOOST_AUTO_TEST_SUITE(predicates)

BOOST_AUTO_TEST_CASE(C02_a_predicate_gets_the_oldest_of_several_that_it_accepts) {
  class PicksOldest : public Process {
   public:
    Task<> run(Collector<int> got) {
      co_await get<Go>();
      got.add((co_await get([](const B& b) { return b.id > 1; })).id);
      got.add((co_await get<B>()).id);
      got.add((co_await get<B>()).id);
    }
  };
  const Collector<int> got("a message");
  Node node(quiet());
  node.spawn<PicksOldest>(got) << B{1} << B{2} << B{3} << Go{};
  const std::vector<int> expected{2, 1, 3};
  BOOST_TEST(got.next(3) == expected, boost::test_tools::per_element());
}

int looks = 0;  // of the process of the next case only

BOOST_AUTO_TEST_CASE(C02_a_predicate_without_captures_looks_at_each_kept_message_once) {
  constexpr int kKept = 1000;
  constexpr int kTaken = 100;
  class TakesPositive : public Process {
   public:
    Task<> run(Collector<int> got) {
      co_await get<Go>();
      for (int i = 0; i < kTaken; ++i) {
        const A positive = co_await get([](const A& a) { return ++looks != 0 && a.id > 0; });
        got.add(positive.id);
      }
      got.add(looks);
    }
  };
  const Collector<int> got("a message, or how many looks there were");
  looks = 0;
  Node node(quiet());
  const Ref process = node.spawn<TakesPositive>(got);
  for (int i = 0; i < kKept; ++i) {
    process << A{-i};
  }
  for (int i = 1; i <= kTaken; ++i) {
    process << A{i};
  }
  process << Go{};
  for (int i = 1; i <= kTaken; ++i) {
    BOOST_TEST(got.next() == i);
  }
  BOOST_TEST(got.next() == kKept + kTaken);
}

/// Takes what is even by one predicate, what is odd by another, and the oldest.
class TakesInTurn : public Process {
 public:
  Task<> run(Collector<int> got) {
    const auto even = [](const A& a) { return a.id % 2 == 0; };
    const auto odd = [](const A& a) { return a.id % 2 != 0; };
    co_await get<Go>();
    got.add((co_await get(even)).id);
    got.add((co_await get<A>()).id);
    got.add((co_await get<A>()).id);  // where the search for even ones stands
    got.add((co_await get(even)).id);
    got.add((co_await get(odd)).id);
    co_await get<Go>();
    got.add((co_await get(even)).id);
    got.add((co_await get(odd)).id);
    got.add((co_await get(even)).id);
    got.add((co_await get<A>()).id);
  }
};

BOOST_AUTO_TEST_CASE(C02_a_predicate_goes_on_where_it_was_whatever_is_taken_and_comes_meanwhile) {
  const Collector<int> got("a message");
  Node node(quiet());
  const Ref process = node.spawn<TakesInTurn>(got);
  process << A{1} << A{2} << A{3} << A{4} << A{5} << Go{};
  const std::vector<int> first{2, 1, 3, 4, 5};
  BOOST_TEST(got.next(5) == first, boost::test_tools::per_element());
  process << A{7} << A{8} << Go{};
  const std::vector<int> second{8, 7};
  BOOST_TEST(got.next(2) == second, boost::test_tools::per_element());
  process << A{9} << A{10};
  const std::vector<int> third{10, 9};
  BOOST_TEST(got.next(2) == third, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(C02_a_predicate_with_captures_is_asked_again) {
  class Raises : public Process {
   public:
    Task<> run(Collector<int> got) {
      co_await get<Go>();
      int least = 2;
      const auto great = [&least](const A& a) { return a.id >= least; };
      got.add((co_await get(great)).id);
      least = 1;
      got.add((co_await get(great)).id);
    }
  };
  const Collector<int> got("a message");
  Node node(quiet());
  node.spawn<Raises>(got) << A{1} << A{2} << Go{};
  const std::vector<int> expected{2, 1};
  BOOST_TEST(got.next(2) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
