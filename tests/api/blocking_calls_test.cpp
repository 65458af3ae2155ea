/// Rule C09: calls that block a worker of the pool are told of.
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/log.hpp>
#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

// Longer than a turn that is not to be told takes on a busy machine.
constexpr std::chrono::milliseconds kThreshold = 50ms * SPINOFF_PATIENCE;

NodeOptions with_threshold(std::chrono::nanoseconds threshold) {
  NodeOptions options = quiet();
  options.blocking_threshold = threshold;
  return options;
}

/// Hears of blocking calls.
class Listens : public Actor {
 public:
  using Receives = Messages<BlockingCall>;
  explicit Listens(Collector<Ref> heard) : heard_(std::move(heard)) {}
  void pre_start() override { subscribe<BlockingCall>(); }
  void on(const BlockingCall& event) { heard_.add(event.actor); }

 private:
  Collector<Ref> heard_;
};

BOOST_AUTO_TEST_SUITE(blocking_calls)

BOOST_AUTO_TEST_CASE(C09_a_call_that_blocks_a_worker_is_told_while_it_lasts) {
  Node node(with_threshold(kThreshold));
  const auto blocking = listen<BlockingCall>(node);
  for (int i = 0; i < 3; ++i) {
    const auto actor = node.spawn<Puppet>();
    const Held held(actor);
    const BlockingCall event = blocking.next();  // the handler has not returned
    BOOST_TEST(event.actor == actor);
    BOOST_TEST((event.lasted >= kThreshold));
  }
}

BOOST_AUTO_TEST_CASE(C09_it_is_told_once_of_each_actor_that_blocks) {
  Node node(with_threshold(kThreshold));
  const auto blocking = listen<BlockingCall>(node);
  const auto first = node.spawn<Puppet>();
  const auto second = node.spawn<Puppet>();
  const Held holds_first(first);
  BOOST_TEST(blocking.next().actor == first);
  const Held holds_second(second);
  BOOST_TEST(blocking.next().actor == second);
  const auto third = node.spawn<Puppet>();
  const Held holds_third(third);
  BOOST_TEST(blocking.next().actor == third);
  BOOST_TEST(blocking.empty());
}

BOOST_AUTO_TEST_CASE(C09_an_actor_of_the_pool_hears_of_it_as_a_message) {
  Node node(with_threshold(kThreshold));
  const Collector<Ref> heard("a blocking call");
  const auto started = listen<Started>(node);
  node.spawn<Listens>(heard);
  started.next();
  const auto actor = node.spawn<Puppet>();
  const Held held(actor);
  BOOST_TEST(heard.next() == actor);
}

// What was held first would be told first.
BOOST_AUTO_TEST_CASE(C09_nothing_is_told_of_actors_that_may_block) {
  Node node(with_threshold(kThreshold));
  const auto blocking = listen<BlockingCall>(node);
  const Held holds_pinned(node.spawn<Puppet>({.dispatcher = Dispatcher::pinned}));
  const Held holds_blocking(node.spawn<Puppet>({.dispatcher = Dispatcher::blocking}));
  for (int i = 0; i < 5; ++i) {
    const auto actor = node.spawn<Puppet>();
    const Held held(actor);
    BOOST_TEST(blocking.next().actor == actor);
  }
  BOOST_TEST(blocking.empty());
}

BOOST_AUTO_TEST_CASE(C09_nothing_is_told_without_a_threshold) {
  Node node(with_threshold(0ns));
  Node other(with_threshold(kThreshold));
  const auto blocking = listen<BlockingCall>(node);
  const auto others = listen<BlockingCall>(other);
  const Held held(node.spawn<Puppet>());
  for (int i = 0; i < 5; ++i) {
    const Held held_there(other.spawn<Puppet>());
    others.next();
  }
  BOOST_TEST(blocking.empty());
}

BOOST_AUTO_TEST_CASE(C09_the_log_says_what_to_do) {
  const Collector<std::string> lines("a line of the log");
  set_log_sink([lines](LogLevel level, std::string_view source, std::string_view text) {
    if (level == LogLevel::warning) {
      lines.add(std::string(source) + ": " + std::string(text));
    }
  });
  {
    Node node({.workers = 2, .blocking_threshold = kThreshold});
    const Held held(node.spawn<Puppet>({.name = "slow"}));
    const std::string line = lines.next();
    BOOST_TEST(line.starts_with("/slow: has blocked a worker for "));
    BOOST_TEST(line.ends_with("spawn it with .dispatcher = Dispatcher::blocking"));
  }
  set_log_sink({});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
