/// What a process does with messages besides waiting for them: it passes them on, looks for them,
/// and answers later.
#include <memory>
#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

/// Answers what it is asked with twice that.
class Doubles : public Actor {
 public:
  using Receives = Messages<int>;
  void on(const int& number) { sender() << 2 * number; }
};

/// Lets messages come before it looks at any.
class Late : public Process {
 protected:
  struct Gates {
    Gate waiting{"the process to have begun"};
    Gate go{"the test to let the process go on"};
  };
  static void wait(Gates& gates) {
    gates.waiting.open();
    gates.go.wait();
  }
};

BOOST_AUTO_TEST_SUITE(process_messages)

BOOST_AUTO_TEST_CASE(M07_a_process_passes_messages_on_in_the_name_of_their_sender) {
  class Router : public Process {
   public:
    Task<> run(Ref worker) {
      const int first = co_await get<int>();
      forward(worker, first);
      AnyMessage second = co_await get();
      forward(worker, second);
    }
  };
  Node node(quiet());
  const auto router = node.spawn<Router>(Ref(node.spawn<Doubles>()));
  BOOST_TEST(router.ask<int>(21).get() == 42);
  BOOST_TEST(router.ask<int>(4).get() == 8);
}

BOOST_AUTO_TEST_CASE(M07_an_any_message_that_cannot_be_copied_is_refused_when_it_is_passed_on) {
  class Router : public Process {
   public:
    Task<> run(Log log) {
      const AnyMessage message = co_await get();
      for (const AnyMessage& one : {message, AnyMessage()}) {
        try {
          forward(self(), one);
        } catch (const std::invalid_argument& error) {
          log.add(error.what());
        }
      }
    }
  };
  const Log log("a refusal");
  Node node(quiet());
  node.spawn<Router>(log) << std::make_unique<int>(1);
  BOOST_TEST(log.next().find("cannot be copied") != std::string::npos);
  BOOST_TEST(log.next().find("without a message") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(C04_get_nowait_finds_what_came_before_it) {
  class Looks : public Late {
   public:
    Task<> run(Log log, Gates* gates) {
      wait(*gates);
      log.add("got " + std::to_string(co_await get<int>()));
      const auto letter = get_nowait<char>();
      log.add(letter.has_value() ? std::string(1, *letter) : "nothing");
      log.add(get_nowait<char>().has_value() ? "another" : "no other");
    }
    using Late::Gates;
  };
  const Log log("what it found");
  Looks::Gates gates;
  Node node(quiet());
  const auto looks = node.spawn<Looks>(log, &gates);
  gates.waiting.wait();
  looks << 1 << 'x';
  gates.go.open();
  BOOST_TEST(log.next() == "got 1");
  BOOST_TEST(log.next() == "x");
  BOOST_TEST(log.next() == "no other");
}

BOOST_AUTO_TEST_CASE(C04_flush_gives_up_what_came_before_it) {
  class Flushes : public Late {
   public:
    Task<> run(Gates* gates) {
      wait(*gates);
      flush();
      co_return;
    }
    using Late::Gates;
  };
  Flushes::Gates gates;
  Node node(quiet());
  const auto unhandled = listen<UnhandledMessage>(node);
  const auto flushes = node.spawn<Flushes>(&gates);
  gates.waiting.wait();
  flushes << 7;
  gates.go.open();
  BOOST_TEST(*unhandled.next().message.get_if<int>() == 7);
}

BOOST_AUTO_TEST_CASE(L01_a_process_that_looks_for_messages_now_and_then_can_be_stopped) {
  class Polls : public Process {
   public:
    Task<> run(Log log) {
      log.add("got " + std::to_string(co_await get<int>()));
      for (;;) {
        while (get_nowait<int>().has_value()) {
        }
        log.add("sleeps");
        co_await sleep(1h);
      }
    }
  };
  const Log log("a step");
  Node node(quiet());
  const auto polls = node.spawn<Polls>(log);
  polls << 1;
  BOOST_TEST(log.next() == "got 1");
  BOOST_TEST(log.next() == "sleeps");
  stop_and_wait(node, polls);
  BOOST_TEST(log.empty());
}

BOOST_AUTO_TEST_CASE(L09_poison_lets_a_process_handle_what_came_while_it_slept) {
  class Sleeps : public Late {
   public:
    Task<> run(Log log, Gates* gates) {
      wait(*gates);
      co_await sleep(1ms);
      for (;;) {
        log.add(std::to_string(co_await get<int>()));
      }
    }
    using Late::Gates;
  };
  const Log log("a number");
  Sleeps::Gates gates;
  Node node(quiet());
  const auto ended = listen<Terminated>(node);
  const auto sleeps = node.spawn<Sleeps>(log, &gates);
  gates.waiting.wait();
  sleeps << 1 << 2;
  sleeps.poison();
  gates.go.open();
  BOOST_TEST(ended.next().actor == sleeps);
  BOOST_TEST(log.next() == "1");
  BOOST_TEST(log.next() == "2");
}

BOOST_AUTO_TEST_CASE(L09_poison_ends_a_process_that_sleeps_and_has_nothing_to_handle) {
  class Sleeps : public Process {
   public:
    Task<> run() { co_await sleep(1h); }
  };
  Node node(quiet());
  const auto ended = listen<Terminated>(node);
  const auto sleeps = node.spawn<Sleeps>();
  sleeps.poison();
  BOOST_TEST(ended.next().actor == sleeps);
}

BOOST_AUTO_TEST_CASE(
    C07_a_child_in_the_middle_of_an_ask_to_its_stopping_parent_is_refused_at_once) {
  class Pulls : public Process {
   public:
    Task<> run(Log log) {
      co_await get<char>();
      log.add("asks");
      try {
        co_await parent().ask<int>(1, 1h);
      } catch (const AskFailed&) {
        log.add("refused");
      }
    }
  };
  const Log log("a step");
  Node node(quiet());
  const auto ended = listen<Terminated>(node);
  const auto boss = node.spawn<Puppet>();
  const auto child = call(boss, [&](Puppet& me) { return me.spawn<Pulls>(log); });
  const Held held(boss);
  child << 'x';
  BOOST_TEST(log.next() == "asks");
  boss.stop();
  held.let_go();
  BOOST_TEST(log.next() == "refused");
  BOOST_TEST(ended.next().actor == child);
  BOOST_TEST(ended.next().actor == boss);
}

BOOST_AUTO_TEST_CASE(L02_a_kill_also_ends_what_begins_after_it) {
  class SlowEnd : public Puppet {
   public:
    Task<> post_stop_async() override { co_await sleep(1h); }
  };
  class Stuck : public Process {
   public:
    Task<> run(Ref silent, Gate* asking) {
      co_await get<char>();
      asking->open();
      co_await silent.ask<int>(1, 1h);
    }
  };
  Gate asking("the child to ask");
  Node node(quiet());
  const auto silent = node.spawn<Puppet>();
  const auto parent = node.spawn<SlowEnd>();
  const Held held(silent);
  const auto child =
      call(parent, [&](Puppet& me) { return me.spawn<Stuck>(Ref(silent), &asking); });
  child << 'x';
  asking.wait();
  const auto ended = listen<Terminated>(node);
  parent.stop();
  parent.kill();
  BOOST_TEST(ended.next().actor == child);
  BOOST_TEST(ended.next().actor == parent);
}

BOOST_AUTO_TEST_CASE(C01_a_run_that_returns_before_it_begins_stops_the_process) {
  class Nothing : public Process {
   public:
    Task<> run() { return {}; }
  };
  Node node(quiet());
  const auto ended = listen<Terminated>(node);
  const auto nothing = node.spawn<Nothing>();
  BOOST_TEST(ended.next().actor == nothing);
}

BOOST_AUTO_TEST_CASE(C06_a_get_in_post_stop_async_is_an_error) {
  class Gets : public Process {
   public:
    Task<> run() { co_await get<char>(); }
    Task<> post_stop_async() override { co_await get<int>(); }
  };
  Node node(quiet());
  const auto errors = listen<Error>(node);
  node.spawn<Gets>() << 'x';
  BOOST_CHECK_THROW(std::rethrow_exception(errors.next().error), std::logic_error);
}

BOOST_AUTO_TEST_CASE(C07_what_would_block_a_worker_for_ever_is_refused) {
  Node node(quiet());
  const auto puppet = node.spawn<Puppet>();
  const auto doubles = node.spawn<Doubles>();
  BOOST_CHECK_THROW(call(puppet, [&](Puppet&) { return doubles.ask<int>(1).get(); }),
                    std::logic_error);
  BOOST_CHECK_THROW(call(puppet, [&](Puppet&) { node.wait(); }), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
