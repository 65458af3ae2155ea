/// Rule C08: handlers that are coroutines.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "coroutine_world.hpp"
#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

BOOST_AUTO_TEST_SUITE(coroutine_handlers)

BOOST_AUTO_TEST_CASE(C08_while_a_handler_waits_no_other_message_is_handled) {
  World world;
  world.begin();
  world.worker << Quick{"first"} << Slow{"second"} << Quick{"third"};
  world.settle();
  BOOST_TEST(world.log.empty());
  world.held.let_go();
  expect(world.log, {"slow ends", "frame of slow gone", "first", "second begins", "second ends",
                     "frame of second gone", "third"});
}

BOOST_AUTO_TEST_CASE(C08_other_actors_run_meanwhile) {
  World world;
  world.begin();
  const auto other = world.node.spawn<Worker>({.name = "other"}, world.log, Ref(world.oracle));
  other << Quick{"quick"};
  expect(world.log, {"pre_start", "quick"});
}

BOOST_AUTO_TEST_CASE(C08_after_a_wait_the_sender_is_that_of_the_message) {
  World world;
  auto first = world.worker.ask<int>(Slow{"first"}, 1h);
  auto second = world.worker.ask<int>(Slow{"second"}, 1h);
  world.worker << Quick{"third"};
  world.held.let_go();
  BOOST_TEST(first.get() == 1);
  BOOST_TEST(second.get() == 1);
}

/// Takes its messages in every way that there is, and looks at them after a wait.
class Takes : public Actor {
 public:
  using Receives = Messages<std::string, std::unique_ptr<int>, std::vector<std::string>>;
  explicit Takes(Log log) : log_(std::move(log)) {}
  Task<> on(const std::string& text) {
    co_await sleep(1ms);
    log_.add(text);
  }
  Task<> on(std::unique_ptr<int> number) {
    co_await sleep(1ms);
    log_.add(std::to_string(*number));
  }
  Task<> on(std::vector<std::string>&& words) {
    co_await sleep(1ms);
    log_.add(words.back());
  }

 private:
  Log log_;
};

BOOST_AUTO_TEST_CASE(C08_the_message_lives_until_its_handler_is_done) {
  const Log log("what was in a message");
  Node node(quiet());
  const auto takes = node.spawn<Takes>(log);
  const std::string text = "a text that does not fit into the string object itself";
  takes << text << std::make_unique<int>(7) << std::vector{text, text};
  BOOST_TEST(log.next() == text);
  BOOST_TEST(log.next() == "7");
  BOOST_TEST(log.next() == text);
}

class Maybe : public Puppet {
 public:
  using Receives = Messages<Do, int, char>;
  explicit Maybe(Log log) : log_(std::move(log)) {}
  using Puppet::on;
  Task<> on(const int& number) {
    log_.add(std::to_string(number));
    co_return;
  }
  Task<> on(const char& letter) {  // no coroutine, but it gives a Task
    log_.add(std::string(1, letter));
    return {};
  }

 private:
  Log log_;
};

BOOST_AUTO_TEST_CASE(C08_a_handler_that_need_not_wait_after_all_is_done_at_once) {
  const Log log("a message");
  Node node(quiet());
  const auto maybe = node.spawn<Maybe>(log);
  maybe << 1 << 'a' << 2;
  expect(log, {"1", "a", "2"});
}

/// Replies with the size of whatever it gets.
class Many : public Actor {
 public:
  using Receives = Messages<char, short, int, long, float, double, bool, std::string, unsigned>;
  template <class T>
  Task<> on(const T& value) {
    co_await sleep(0ms);
    sender() << static_cast<int>(sizeof(value));
  }
};

BOOST_AUTO_TEST_CASE(C08_many_types_of_messages_may_have_such_handlers) {
  Node node(quiet());
  const auto many = node.spawn<Many>();
  BOOST_TEST(many.ask<int>('a').get() == 1);
  BOOST_TEST(many.ask<int>(1.0).get() == int{sizeof(double)});
}

BOOST_AUTO_TEST_CASE(C08_an_error_before_and_after_a_wait_is_the_actors_with_that_message) {
  World world(Decision::Resume);
  const auto errors = listen<Error>(world.node);
  world.worker << Fails{"one"};
  Error error = errors.next();
  BOOST_TEST(describe(error.error) == "one has failed");
  BOOST_TEST(error.message.get_if<Fails>()->name == "one");
  auto reply = world.worker.ask<int>(FailsLater{"two"}, 1h);
  world.worker << Quick{"three"};
  world.held.let_go();
  error = errors.next();
  BOOST_TEST(error.actor == world.worker);
  BOOST_TEST(describe(error.error) == "two has failed");
  BOOST_TEST(error.message.get_if<FailsLater>()->name == "two");
  BOOST_TEST(contains(failure(reply), "two has failed"));
  expect(world.log, {"one", "two", "three"});  // it went on with the next message
}

BOOST_AUTO_TEST_CASE(C08_an_error_after_a_wait_restarts_the_actor_and_the_message_is_not_kept) {
  World world(Decision::Restart);
  world.worker << FailsLater{"two"} << Quick{"three"};
  world.held.let_go();
  expect(world.log, {"two", "post_stop", "pre_start", "three"});
}

class Runs : public Puppet {
 public:
  using Receives = Messages<Do, int>;
  using Puppet::on;
  Task<> on(const int& number) { co_await run(number); }
  Task<> run(int number) {
    co_await sleep(1ms);
    sender() << number;
  }
  Task<> run() { co_return; }
};

BOOST_AUTO_TEST_CASE(C08_a_run_of_an_actor_that_is_no_process_is_a_function_like_any_other) {
  Node node(quiet());
  const auto runs = node.spawn<Runs>();
  drain(runs);
  BOOST_TEST(runs.ask<int>(3).get() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
