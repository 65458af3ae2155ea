/// Rule C07: questions that want one reply.
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Silent {};
struct Broken {};
struct Wrong {};
struct Late {};

/// Doubles numbers; to the rest it behaves as the name of the message says.
class Doubler : public Puppet {
 public:
  using Receives = Messages<Do, int, Silent, Broken, Wrong, Late>;
  using Puppet::on;
  void on(const int& number) { sender() << 2 * number; }
  void on(const Silent&) { asked_.push_back(sender()); }
  void on(const Broken&) { throw std::runtime_error("cannot double"); }
  void on(const Wrong&) { sender() << "two"; }
  void on(const Late&) { static_cast<void>(sender().send_later(1ms, 7)); }

  /// Answers all that were left without a reply.
  void answer() {
    for (const Ref& ref : asked_) {
      ref << 1 << 2;
    }
  }

 private:
  std::vector<Ref> asked_;
};

/// Asks what it is spawned with, and notes the reply, or the error.
template <class Question>
class Asker : public Process {
 public:
  Task<> run(Ref whom, Question question, std::chrono::nanoseconds limit, Log log) {
    try {
      const int reply = co_await whom.ask<int>(question, limit);
      log.add(std::to_string(reply));
    } catch (const Timeout&) {
      log.add("timeout");
    } catch (const AskFailed& error) {
      log.add(error.what());
    }
  }
};

struct World {
  const Log log{"the end of an ask"};
  Node node{quiet()};
  const TypedRef<Doubler> doubler = node.spawn<Doubler>();

  template <class Question>
  std::string ask_inside(const Ref& whom, Question question, std::chrono::nanoseconds limit = 1h) {
    node.spawn<Asker<Question>>(whom, std::move(question), limit, log);
    return log.next();
  }
};

bool contains(const std::string& text, const std::string& part) {
  BOOST_TEST_INFO(text);
  return text.find(part) != std::string::npos;
}

/// What an ask's failure says.
template <class Question>
std::string failure(const Ref& whom, Question question) {
  try {
    whom.ask<int>(std::move(question), 1h).get();
  } catch (const AskFailed& error) {
    return error.what();
  }
  return "no failure";
}

BOOST_AUTO_TEST_SUITE(asks)

BOOST_AUTO_TEST_CASE(C07_inside_actors_an_ask_is_awaited_and_outside_it_is_a_future) {
  World world;
  BOOST_TEST(world.ask_inside(world.doubler, 4) == "8");
  BOOST_TEST(world.doubler.ask<int>(5).get() == 10);
}

BOOST_AUTO_TEST_CASE(C07_a_reply_that_is_not_there_in_time_is_a_timeout) {
  World world;
  BOOST_TEST(world.ask_inside(world.doubler, Silent{}, 1ms) == "timeout");
  BOOST_CHECK_THROW(world.doubler.ask<int>(Silent{}, 1ms).get(), Timeout);
  // Replies that come now are dropped in silence.
  const auto dead = listen<DeadLetter>(world.node);
  call(world.doubler, [](Puppet& me) { static_cast<Doubler&>(me).answer(); });
  world.node.stop();
  BOOST_TEST(dead.empty());
}

BOOST_AUTO_TEST_CASE(C07_a_dead_target_fails_at_once) {
  World world;
  const auto dead = listen<DeadLetter>(world.node);
  stop_and_wait(world.node, world.doubler);
  BOOST_TEST(contains(world.ask_inside(world.doubler, 4), world.doubler.to_string()));
  BOOST_TEST(contains(failure(world.doubler, 5), world.doubler.to_string()));
  BOOST_TEST(*dead.next().message.get_if<int>() == 4);
  BOOST_TEST(contains(failure(Ref(), 5), "nobody"));
}

BOOST_AUTO_TEST_CASE(C07_a_target_that_stops_before_it_handles_the_question_fails_at_once) {
  World world;
  Held held(world.doubler);
  auto reply = world.doubler.ask<int>(4, 1h);
  BOOST_TEST(!reply.ready());
  world.doubler.stop();
  held.let_go();
  BOOST_CHECK_THROW(reply.get(), AskFailed);
}

BOOST_AUTO_TEST_CASE(C07_an_error_of_the_target_arrives_as_an_error) {
  World world;
  BOOST_TEST(contains(world.ask_inside(world.doubler, Broken{}), "cannot double"));
  BOOST_TEST(contains(failure(world.node.spawn<Doubler>(), Broken{}), "cannot double"));
}

BOOST_AUTO_TEST_CASE(C07_a_question_that_the_target_does_not_handle_arrives_as_an_error) {
  World world;
  BOOST_TEST(contains(failure(world.doubler, 1.5), "has no handler for float64"));
}

BOOST_AUTO_TEST_CASE(C07_a_reply_of_another_type_is_an_error_that_names_both) {
  World world;
  const std::string text = failure(world.doubler, Wrong{});
  BOOST_TEST(contains(text, "int"));
  BOOST_TEST(contains(text, "string"));
}

BOOST_AUTO_TEST_CASE(C07_only_the_first_reply_counts) {
  World world;
  auto reply = world.doubler.ask<int>(Silent{});
  call(world.doubler, [](Puppet& me) { static_cast<Doubler&>(me).answer(); });
  BOOST_TEST(reply.get() == 1);
}

BOOST_AUTO_TEST_CASE(C07_a_reply_may_be_sent_later_and_by_someone_else) {
  World world;
  BOOST_TEST(world.doubler.ask<int>(Late{}).get() == 7);
  const auto deputy = world.node.spawn<Puppet>();
  auto reply = deputy.ask<int>(Do{[&](Puppet& me) {
    const Ref asker(me.sender());
    world.doubler << Do{[asker](Puppet&) { asker << 21; }};
  }});
  BOOST_TEST(reply.get() == 21);
}

/// Asks two at once, in a coroutine of each kind.
class AsksTwo : public Puppet {
 public:
  using Receives = Messages<Do, char>;
  AsksTwo(Ref one, Ref two, Log log)
      : one_(std::move(one)), two_(std::move(two)), log_(std::move(log)) {}
  using Puppet::on;
  Task<> on(const char& /*go*/) { co_await ask_both("handler"); }
  Task<> post_stop_async() override { co_await ask_both("end"); }

 private:
  Task<> ask_both(std::string where) {
    auto first = one_.ask<int>(1, 1h);
    auto second = two_.ask<int>(2, 1h);
    const int later = co_await second;
    const int sum = later + co_await with_timeout(1h, std::move(first));
    log_.add(where + " " + std::to_string(sum));
    try {
      co_await with_timeout(1ms, one_.ask<int>(Silent{}, 1h));
    } catch (const Timeout&) {
      log_.add(where + " timeout");
    }
  }

  Ref one_;
  Ref two_;
  Log log_;
};

class AsksTwoInRun : public Process {
 public:
  Task<> run(Ref one, Ref two, Log log) {
    auto first = one.ask<int>(1, 1h);
    auto second = two.ask<int>(2, 1h);
    const int later = co_await second;
    log.add("run " + std::to_string(later + co_await first));
  }
};

BOOST_AUTO_TEST_CASE(C07_several_may_be_asked_at_once_in_run_in_a_handler_at_the_end_and_outside) {
  World world;
  const auto other = world.node.spawn<Doubler>();
  auto first = world.doubler.ask<int>(1);
  auto second = other.ask<int>(2);
  BOOST_TEST(second.get() + first.get() == 6);
  world.node.spawn<AsksTwoInRun>(Ref(world.doubler), Ref(other), world.log);
  BOOST_TEST(world.log.next() == "run 6");
  const auto asks = world.node.spawn<AsksTwo>(Ref(world.doubler), Ref(other), world.log);
  asks << 'x';
  BOOST_TEST(world.log.next() == "handler 6");
  BOOST_TEST(world.log.next() == "handler timeout");
  asks.stop();
  BOOST_TEST(world.log.next() == "end 6");
  BOOST_TEST(world.log.next() == "end timeout");
}

/// Takes a question, and is in the middle of it for ever.
class Ponders : public Process {
 public:
  Task<> run(Gate* asked) {
    co_await get<int>();
    asked->open();
    co_await sleep(1h);
  }
};

BOOST_AUTO_TEST_CASE(C07_a_process_that_is_killed_in_the_middle_of_the_question_fails_at_once) {
  Gate asked("the question");
  World world;
  const auto ponders = world.node.spawn<Ponders>(&asked);
  auto reply = ponders.ask<int>(1, 1h);
  asked.wait();
  ponders.kill();
  BOOST_CHECK_THROW(reply.get(), AskFailed);
}

class Fails : public Process {
 public:
  Task<> run() {
    co_await get<int>();
    throw std::runtime_error("a failed process");
  }
};
class Ends : public Process {
 public:
  Task<> run() { co_await get<std::string>(); }
};

BOOST_AUTO_TEST_CASE(C07_an_error_of_a_process_that_got_the_question_arrives_as_an_error) {
  World world;
  BOOST_TEST(contains(failure(world.node.spawn<Fails>(), 1), "a failed process"));
}

BOOST_AUTO_TEST_CASE(C07_a_process_that_ends_without_getting_the_question_fails_at_once) {
  World world;
  const Ref process = world.node.spawn<Ends>();
  auto reply = process.ask<int>(1, 1h);
  process << std::string("end");
  BOOST_CHECK_THROW(reply.get(), AskFailed);
}

BOOST_AUTO_TEST_CASE(C07_when_the_node_ends_all_asks_do) {
  Gate asked("four threads to ask", 4);
  Gate failed("four asks to fail", 4);
  World world;
  std::vector<std::jthread> threads;
  auto node = std::make_unique<Node>(quiet());
  const auto silent = node->spawn<Doubler>();
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto reply = silent.ask<int>(Silent{}, 1h);
      asked.arrive();
      try {
        reply.get();
      } catch (const AskFailed&) {
        failed.arrive();
      }
    });
  }
  asked.wait();
  node.reset();
  failed.wait();
  // From an actor of another node, whose own timers go on.
  BOOST_TEST(contains(world.ask_inside(silent, 4), "there is no actor"));
}

BOOST_AUTO_TEST_CASE(C07_asks_from_many_threads_each_get_their_own_reply) {
  World world;
  std::vector<std::jthread> threads;
  std::atomic<int> good{0};
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 500; ++i) {
        const int number = thread * 1'000 + i;
        good += world.doubler.ask<int>(number, 1h).get() == 2 * number ? 1 : 0;
      }
    });
  }
  threads.clear();
  BOOST_TEST(good == 2'000);
}

BOOST_AUTO_TEST_CASE(C07_a_limit_without_end_is_none) {
  World world;
  auto reply = world.doubler.ask<int>(Silent{}, std::chrono::nanoseconds::max());
  call(world.doubler, [](Puppet& me) { static_cast<Doubler&>(me).answer(); });
  BOOST_TEST(reply.get() == 1);
}

/// Many asks that time out while the reply comes: each gets one or the other.
BOOST_AUTO_TEST_CASE(C07_a_reply_and_a_timeout_at_the_same_time_give_one_of_them) {
  World world;
  int ended = 0;
  for (int i = 0; i < 300; ++i) {
    auto reply = world.doubler.ask<int>(Late{}, 1ms);
    try {
      ended += reply.get() == 7 ? 1 : 0;
    } catch (const Timeout&) {
      ++ended;
    }
  }
  BOOST_TEST(ended == 300);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
