/// What is told of rejected input, and when.
#include "reject_log.hpp"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/rejected_input.hpp>

#include "hub_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using spinoff::RemoteInputRejected;
using spinoff::engine::EventStream;
using spinoff::engine::RejectedInput;
using spinoff::remoting::HubCounters;
using spinoff::remoting::Reject;
using spinoff::remoting::RejectLog;
using spinoff::remoting::RejectReason;
using spinoff::remoting::testing::Recorder;
using Time = RejectLog::Time;
using Kind = RejectedInput::Kind;

struct Told {
  Told() {
    events.subscribe(spinoff::detail::kMessageType<RemoteInputRejected>, [this](const void* event) {
      const auto& one = *static_cast<const RemoteInputRejected*>(event);
      told.push_back(one.what + " " + std::to_string(one.count));
    });
  }
  std::vector<std::string> take() { return std::exchange(told, {}); }

  EventStream events;
  std::vector<std::string> told;
  RejectedInput input{events};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reject_log)

BOOST_AUTO_TEST_CASE(R09_what_the_limit_holds_back_is_due_after_its_interval) {
  Recorder recorder;
  HubCounters counters;
  RejectLog log(recorder, counters, 1s);
  const Time now(1000s);
  BOOST_TEST((log.next_due() == Time::max()));
  log.add({RejectReason::truncated, 1, "one"}, now);
  BOOST_TEST((log.next_due() == Time::max()));
  log.add({RejectReason::malformed, 1, "other"}, now + 100ms);
  log.add({RejectReason::malformed, 5, "other"}, now + 200ms);
  log.add({RejectReason::truncated, 2, "one"}, now + 300ms);
  BOOST_TEST((log.next_due() == now + 1s));
  log.tell(now + 999ms);
  BOOST_TEST(recorder.seen().rejected[RejectReason::truncated] == 1U);
  log.tell(now + 1s);
  BOOST_TEST(recorder.seen().rejected[RejectReason::truncated] == 3U);
  BOOST_TEST((log.next_due() == now + 1100ms));
  log.tell(now + 1100ms);
  BOOST_TEST(recorder.seen().rejected[RejectReason::malformed] == 6U);
  BOOST_TEST((log.next_due() == Time::max()));
  // At the end all is told.
  log.add({RejectReason::malformed, 1, "other"}, now + 1200ms);
  log.tell(Time::max());
  BOOST_TEST(recorder.seen().rejected[RejectReason::malformed] == 7U);
  BOOST_TEST((log.next_due() == Time::max()));
}

using Texts = std::vector<std::string>;

BOOST_FIXTURE_TEST_CASE(R09_the_engine_tells_of_each_kind_at_a_limited_rate, Told) {
  const spinoff::engine::Clock::time_point now(1000s);
  input.add(Kind::bad_name, "a", now);
  input.add(Kind::bad_name, "b", now + 1ms);
  input.add(Kind::bad_name, "c", now + 2ms);
  input.add(Kind::undecodable, "d", now + 3ms);
  BOOST_TEST(take() == (Texts{"a 1", "d 1"}), boost::test_tools::per_element());
  // Whatever comes next brings what is due of others.
  input.add(Kind::unknown_type, "e", now + 1s);
  BOOST_TEST(take() == (Texts{"e 1", "c 2"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(R09_the_engine_tells_the_rest_at_the_end, Told) {
  const spinoff::engine::Clock::time_point now(1000s);
  for (int i = 0; i < 5; ++i) {
    input.add(Kind::over_limit, "x", now);
  }
  take();
  input.tell_rest();
  input.tell_rest();
  BOOST_TEST(take() == (Texts{"x 4"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
