/// One run of a workload of `savina`, as the workload sees it.
#include "savina/run.hpp"

#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include <spinoff/actor.hpp>

namespace {

using spinoff::bench::Run;
using spinoff::bench::RunFailed;
using namespace std::chrono_literals;

constexpr auto kLong = 30s;

bool says(const RunFailed& error, const std::string& text) {
  BOOST_TEST_MESSAGE(error.what());
  return std::string(error.what()).find(text) != std::string::npos;
}

struct Answer {
  std::int64_t value;
};

class Reporter : public spinoff::Actor {
 public:
  explicit Reporter(Run& run) : run_(run) {}
  void on(const Answer& answer) {
    if (answer.value < 0) {
      throw std::runtime_error("a negative answer");
    }
    run_.report(answer.value, reports_++);
  }
  using Receives = spinoff::Messages<Answer>;

 private:
  Run& run_;
  std::size_t reports_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(run_of_a_workload)

BOOST_AUTO_TEST_CASE(ends_with_the_last_report_and_gives_their_sum) {
  Run run({}, 2, kLong);
  const auto reporter = run.node().spawn<Reporter>(std::ref(run));
  run.start(2);
  reporter << Answer{3} << Answer{4};
  BOOST_TEST(run.wait() == 7);
  BOOST_TEST(run.elapsed().count() > 0);
}

BOOST_AUTO_TEST_CASE(fails_when_reports_are_missing_after_the_limit) {
  Run run({}, 2, 10ms);
  run.start(100);
  for (std::size_t number = 0; number < 97; ++number) {
    run.report(1, number);
  }
  BOOST_CHECK_EXCEPTION(run.wait(), RunFailed, [](const RunFailed& error) {
    return says(error, "3 of 100 reports are missing after 0.01 s: ");
  });
}

BOOST_AUTO_TEST_CASE(fails_when_an_actor_fails) {
  Run run({}, 2, kLong);
  const auto reporter = run.node().spawn<Reporter>(std::ref(run));
  run.start();
  reporter << Answer{-1};
  BOOST_CHECK_EXCEPTION(run.wait(), RunFailed,
                        [](const RunFailed& error) { return says(error, "a negative answer"); });
}

BOOST_AUTO_TEST_CASE(fails_when_there_are_more_reports_than_it_waits_for) {
  Run run({}, 2, kLong);
  run.start();
  run.report(1);
  run.report(1);
  BOOST_CHECK_EXCEPTION(run.wait(), RunFailed,
                        [](const RunFailed& error) { return says(error, "more reports"); });
}

BOOST_AUTO_TEST_SUITE_END()
