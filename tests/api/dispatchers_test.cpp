/// Rule C09: actors that have threads of their own, and may block.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Fail {};

/// A node with one worker: whoever blocks that stops the pool.
NodeOptions one_worker() {
  return {.workers = 1, .log_events = false};
}

template <class A = Puppet>
TypedRef<A> spawn_blocking(Node& node) {
  return node.spawn<A>({.dispatcher = Dispatcher::blocking});
}

std::vector<TypedRef<Puppet>> spawn_several(Node& node, std::size_t count) {
  std::vector<TypedRef<Puppet>> actors;
  while (actors.size() < count) {
    actors.push_back(spawn_blocking(node));
    drain(actors.back());
  }
  return actors;
}

/// Handlers that are held, so many at once, until they are let go.
class Holds {
 public:
  explicit Holds(std::size_t at_once) : gates_(std::make_shared<Gates>(at_once)) {}
  Holds(const Holds&) = delete;
  Holds& operator=(const Holds&) = delete;
  ~Holds() { let_go(); }
  void hold(const Ref& puppet) const {
    puppet << Do{[gates = gates_](Puppet&) {
      gates->entered.arrive();
      gates->leave.wait();
    }};
  }
  void wait() const { gates_->entered.wait(); }
  [[nodiscard]] std::size_t entered() const { return gates_->entered.arrivals(); }
  void let_go() const { gates_->leave.open(); }

 private:
  struct Gates {
    explicit Gates(std::size_t at_once) : entered("actors to block", at_once) {}
    Gate entered;
    Gate leave{"the test to let the actors go on"};
  };
  std::shared_ptr<Gates> gates_;
};

std::thread::id thread_of(const Ref& puppet) {
  return call(puppet, [](Puppet&) { return std::this_thread::get_id(); });
}

/// Nothing tells when a thread has ended.
template <class Condition>
void wait_until(const char* what, const Condition& condition) {
  const auto limit = std::chrono::steady_clock::now() + kWaitLimit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) {
      throw WaitedTooLong(std::string("waited for ") + what);
    }
    std::this_thread::yield();
  }
}

/// Opens its gate when its thread ends.
class TellsEndOfThread {
 public:
  explicit TellsEndOfThread(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}
  TellsEndOfThread(const TellsEndOfThread&) = delete;
  TellsEndOfThread& operator=(const TellsEndOfThread&) = delete;
  ~TellsEndOfThread() { gate_->open(); }

 private:
  std::shared_ptr<Gate> gate_;
};

class Fragile : public Puppet {
 public:
  using Receives = Messages<Do, Fail>;
  using Puppet::on;
  void on(const Fail&) { throw std::runtime_error("broken"); }
};

BOOST_AUTO_TEST_SUITE(dispatchers)

// --- blocking ------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(C09_actors_that_block_do_not_hold_up_the_pool) {
  constexpr std::size_t kMany = 20;
  Node node(one_worker());
  const auto other = node.spawn<Puppet>();
  const Holds holds(kMany + 1);
  for (const auto& actor : spawn_several(node, kMany)) {
    holds.hold(actor);
  }
  holds.hold(node.spawn<Puppet>({.dispatcher = Dispatcher::pinned}));
  BOOST_CHECK_NO_THROW(holds.wait());  // all of them, at once
  BOOST_CHECK_NO_THROW(drain(other));
}

BOOST_AUTO_TEST_CASE(C09_actors_that_block_may_wait_for_each_other) {
  Node node(one_worker());
  const auto first = spawn_blocking(node);
  const auto second = spawn_blocking(node);
  const auto third = node.spawn<Puppet>({.dispatcher = Dispatcher::pinned});
  BOOST_CHECK_NO_THROW(call(first, [&](Puppet&) { call(second, [&](Puppet&) { drain(third); }); }));
}

BOOST_AUTO_TEST_CASE(C09_when_as_many_block_as_may_the_others_wait_and_nothing_is_lost) {
  constexpr std::size_t kMost = 3;
  constexpr std::size_t kAll = 10;
  NodeOptions options = one_worker();
  options.blocking_threads = kMost;
  Node node(options);
  const auto actors = spawn_several(node, kAll);
  Gate done("all to be done", kAll);
  std::atomic<std::size_t> now = 0;
  std::atomic<std::size_t> most = 0;
  {
    const Holds holds(kMost);
    for (const auto& actor : actors) {
      holds.hold(actor);
      actor << Do{[&](Puppet&) {
        most = std::max<std::size_t>(most, ++now);
        std::this_thread::yield();
        --now;
        done.arrive();
      }};
    }
    holds.wait();
    BOOST_TEST(node.counters().blocking.threads == kMost);
    BOOST_TEST(node.counters().blocking.queue_length == kAll - kMost);
    BOOST_TEST(holds.entered() == kMost);
  }
  BOOST_CHECK_NO_THROW(done.wait());
  BOOST_TEST(most <= kMost);
  BOOST_TEST(node.counters().blocking.threads == kMost);
}

BOOST_AUTO_TEST_CASE(C09_threads_start_when_they_are_needed_and_end_when_they_are_not) {
  constexpr std::size_t kSome = 5;
  NodeOptions options = one_worker();
  options.blocking_idle_limit = 1ms;
  Node node(options);
  BOOST_TEST(node.counters().blocking.threads == 0U);
  const auto actors = spawn_several(node, kSome);
  for (int i = 0; i < 2; ++i) {
    const Holds holds(kSome);
    for (const auto& actor : actors) {
      holds.hold(actor);
    }
    holds.wait();
    // More, if one was about to become idle when another was needed.
    BOOST_TEST(node.counters().blocking.threads >= kSome);
    holds.let_go();
    BOOST_CHECK_NO_THROW(wait_until("all threads but one to end",
                                    [&] { return node.counters().blocking.threads == 1U; }));
  }
  for (const auto& actor : actors) {
    stop_and_wait(node, actor);
  }
  BOOST_CHECK_NO_THROW(
      wait_until("the last thread to end", [&] { return node.counters().blocking.threads == 0U; }));
  BOOST_CHECK_NO_THROW(drain(spawn_blocking(node)));
}

BOOST_AUTO_TEST_CASE(C09_an_idle_thread_stays_for_as_long_as_the_node_was_told) {
  constexpr std::size_t kSome = 5;
  NodeOptions options = one_worker();
  options.blocking_idle_limit = std::chrono::nanoseconds::max();
  Node node(options);
  const auto actors = spawn_several(node, kSome);
  {
    const Holds holds(kSome);
    for (const auto& actor : actors) {
      holds.hold(actor);
    }
    holds.wait();
  }
  for (const auto& actor : actors) {
    stop_and_wait(node, actor);
  }
  BOOST_TEST(node.counters().blocking.threads >= kSome);
  node.stop();  // they do not wait for that
  BOOST_TEST(node.counters().blocking.threads == 0U);
}

BOOST_AUTO_TEST_CASE(C09_an_actor_that_always_has_mail_leaves_room_for_others_on_its_thread) {
  NodeOptions options = one_worker();
  options.blocking_threads = 1;
  Node node(options);
  const auto endless = spawn_blocking(node);
  struct Again {
    void operator()(Puppet& me) const { me.self() << Do{*this}; }
  };
  endless << Do{Again{}};
  drain(endless);
  BOOST_CHECK_NO_THROW(drain(spawn_blocking(node)));
}

// --- pinned --------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(C09_a_pinned_actor_keeps_its_thread_over_messages_and_restarts) {
  NodeOptions options = one_worker();
  options.on_failure = Decision::Restart;
  Node node(options);
  const auto restarted = listen<Restarted>(node);
  const auto actor = node.spawn<Fragile>({.name = "mine", .dispatcher = Dispatcher::pinned});
  const auto other = node.spawn<Fragile>({.dispatcher = Dispatcher::pinned});
  const std::thread::id own = thread_of(actor);
  BOOST_TEST((thread_of(other) != own));
  BOOST_TEST((thread_of(node.spawn<Puppet>()) != own));
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST((thread_of(actor) == own));
    actor << Fail{};
    BOOST_TEST_REQUIRE(restarted.next().actor == actor);
    BOOST_TEST((thread_of(actor) == own));
  }
  const std::string name = call(actor, [](Puppet&) {
    std::string text(16, '\0');
    pthread_getname_np(pthread_self(), text.data(), text.size());
    return std::string(text.c_str());
  });
  BOOST_TEST(name == "mine");
}

BOOST_AUTO_TEST_CASE(C09_the_thread_of_a_pinned_actor_ends_with_it) {
  Node node(one_worker());
  const auto actor = node.spawn<Puppet>({.name = "x", .dispatcher = Dispatcher::pinned});
  const auto ended = std::make_shared<Gate>("the thread to end");
  call(actor, [&](Puppet&) { static thread_local const TellsEndOfThread tells(ended); });
  BOOST_TEST(node.counters().pinned.threads == 1U);
  stop_and_wait(node, actor);
  BOOST_CHECK_NO_THROW(ended->wait());
  BOOST_TEST(node.counters().pinned.threads == 0U);
  BOOST_CHECK_NO_THROW(drain(node.spawn<Puppet>({.name = "x", .dispatcher = Dispatcher::pinned})));
}

// --- both ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(C09_a_child_does_not_inherit_its_parents_dispatcher) {
  Node node(one_worker());
  for (const Dispatcher dispatcher : {Dispatcher::pinned, Dispatcher::blocking}) {
    const auto parent = node.spawn<Puppet>({.dispatcher = dispatcher});
    drain(call(parent, [](Puppet& me) { return Ref(me.spawn<Puppet>()); }));
  }
  node.stop();
  BOOST_TEST(node.counters().pinned.messages == 1U);
  BOOST_TEST(node.counters().blocking.messages == 1U);
}

/// Does in its coroutine all that one may wait for.
class Waits : public Process {
 public:
  Task<> run(Ref other, std::shared_ptr<Gate> done) {
    for (int i = 0; i < 10; ++i) {
      const Do question{[](Puppet& me) { me.sender() << 1; }};
      co_await other.ask<int>(question, 30s);
      co_await sleep(1ms);
      other << Do{[](Puppet& me) { me.sender() << std::string("text"); }};
      co_await with_timeout(30s, get<std::string>());
    }
    done->open();
  }
};

BOOST_AUTO_TEST_CASE(C09_processes_ask_sleep_and_wait_on_all_dispatchers) {
  Node node(one_worker());
  for (const Dispatcher mine : {Dispatcher::pool, Dispatcher::pinned, Dispatcher::blocking}) {
    for (const Dispatcher other : {Dispatcher::pool, Dispatcher::pinned, Dispatcher::blocking}) {
      const auto done = std::make_shared<Gate>("a process to have waited for all that there is");
      node.spawn<Waits>({.dispatcher = mine}, node.spawn<Puppet>({.dispatcher = other}), done);
      BOOST_CHECK_NO_THROW(done->wait());
    }
  }
}

BOOST_AUTO_TEST_CASE(C09_supervision_and_watching_work_across_dispatchers) {
  class Boss : public Watcher {
   public:
    using Watcher::Watcher;
    Decision supervise(const ChildError& /*error*/) override { return Decision::Restart; }
  };
  Node node(one_worker());
  const auto restarted = listen<Restarted>(node);
  for (const Dispatcher mine : {Dispatcher::pool, Dispatcher::pinned, Dispatcher::blocking}) {
    for (const Dispatcher other : {Dispatcher::pinned, Dispatcher::blocking}) {
      const Collector<Ref> ends("the end of a child");
      const auto boss = node.spawn<Boss>({.dispatcher = mine}, ends);
      const Ref child = call(boss, [&](Puppet& me) {
        const auto made = me.spawn<Fragile>({.dispatcher = other});
        me.watch(made);
        return Ref(made);
      });
      child << Fail{};
      BOOST_TEST_REQUIRE(restarted.next().actor == child);
      drain(child);
      child.poison();
      BOOST_TEST(ends.next() == child);
    }
  }
}

BOOST_AUTO_TEST_CASE(C09_a_stop_and_a_kill_wait_for_the_handler_that_blocks) {
  Node node(one_worker());
  const auto terminated = listen<Terminated>(node);
  const auto dead = listen<DeadLetter>(node);
  for (const Dispatcher dispatcher : {Dispatcher::pinned, Dispatcher::blocking}) {
    for (const bool kill : {false, true}) {
      const Ref actor = node.spawn<Puppet>({.dispatcher = dispatcher});
      const Held held(actor);
      if (kill) {
        actor.kill();
      } else {
        actor.stop();
      }
      actor << 1;
      drain(node.spawn<Puppet>());
      BOOST_TEST(terminated.empty());
      held.let_go();
      BOOST_TEST(terminated.next().actor == actor);
      BOOST_TEST(dead.next().target == actor);
    }
  }
}

BOOST_AUTO_TEST_CASE(C09_the_node_stops_actors_that_block_and_no_thread_is_left) {
  constexpr std::size_t kSome = 5;
  const auto ended = std::make_shared<Gate>("all threads to end", 2 * kSome);
  {
    Node node(one_worker());
    const Holds holds(2 * kSome);
    for (const Dispatcher dispatcher : {Dispatcher::pinned, Dispatcher::blocking}) {
      for (std::size_t i = 0; i < kSome; ++i) {
        const auto actor = node.spawn<Puppet>({.dispatcher = dispatcher});
        actor << Do{[ended](Puppet&) { static thread_local const TellsEndOfThread tells(ended); }};
        holds.hold(actor);
      }
    }
    holds.wait();
    node.request_stop();
    holds.let_go();
    node.stop();
    BOOST_TEST(node.counters().pinned.threads == 0U);
    BOOST_TEST(node.counters().blocking.threads == 0U);
    BOOST_TEST(node.counters().pinned.messages == 2 * kSome);
    BOOST_TEST(node.counters().blocking.messages == 2 * kSome);
    for (const Dispatcher dispatcher : {Dispatcher::pinned, Dispatcher::blocking}) {
      BOOST_CHECK_THROW(node.spawn<Puppet>({.dispatcher = dispatcher}), SpawnFailed);
    }
  }
  BOOST_TEST(ended->is_open());
}

BOOST_AUTO_TEST_CASE(C09_messages_and_turns_are_counted) {
  constexpr std::uint64_t kMessages = 10;
  Node node(one_worker());
  const auto pinned = node.spawn<Puppet>({.dispatcher = Dispatcher::pinned});
  const auto blocking = spawn_blocking(node);
  for (std::uint64_t i = 0; i < kMessages; ++i) {
    drain(pinned);
    drain(blocking);
    drain(blocking);
  }
  node.stop();
  const Counters counters = node.counters();
  BOOST_TEST(counters.pinned.messages == kMessages);
  BOOST_TEST(counters.blocking.messages == 2 * kMessages);
  BOOST_TEST(counters.pinned.turns >= 2U);
  BOOST_TEST(counters.blocking.turns >= 2U);
}

BOOST_AUTO_TEST_CASE(C09_an_actor_that_cannot_be_spawned_leaves_no_thread) {
  Node node(one_worker());
  const auto taken = node.spawn<Puppet>({.name = "x"});
  for (const Dispatcher dispatcher : {Dispatcher::pinned, Dispatcher::blocking}) {
    BOOST_CHECK_THROW(node.spawn<Puppet>({.name = "x", .dispatcher = dispatcher}), NameConflict);
  }
  BOOST_CHECK_NO_THROW(
      wait_until("the thread to end", [&] { return node.counters().pinned.threads == 0U; }));
}

#ifndef SPINOFF_SANITIZED  // whose own memory has no limit

/// The process gets no more memory, and so no stack for a thread, until the end of this.
class NoMoreThreads {
 public:
  NoMoreThreads() {
    getrlimit(RLIMIT_AS, &before_);
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit now = before_;
    now.rlim_cur = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + kSpare;
    setrlimit(RLIMIT_AS, &now);
  }
  NoMoreThreads(const NoMoreThreads&) = delete;
  NoMoreThreads& operator=(const NoMoreThreads&) = delete;
  ~NoMoreThreads() { setrlimit(RLIMIT_AS, &before_); }

 private:
  static constexpr std::size_t kSpare = std::size_t{2} << 20U;
  rlimit before_{};
};

// The system may have kept the stacks of some threads that have ended.
constexpr std::size_t kTooMany = 100;

BOOST_AUTO_TEST_CASE(C09_a_spawn_without_a_thread_says_so) {
  Node node(one_worker());
  const auto fails = [&](Dispatcher dispatcher, std::size_t attempts) {
    const NoMoreThreads no_more;
    for (std::size_t i = 0; i < attempts; ++i) {
      try {
        node.spawn<Puppet>({.name = "x" + std::to_string(i), .dispatcher = dispatcher});
      } catch (const SpawnFailed& error) {
        return std::string(error.what());
      }
    }
    return std::string("none has failed");
  };
  const std::string error = fails(Dispatcher::pinned, kTooMany);
  BOOST_TEST(error.find("' with a dispatcher of its own: there is no thread for it (") !=
             std::string::npos);
  BOOST_TEST(fails(Dispatcher::blocking, 1).starts_with("cannot spawn 'x0' with a dispatcher"));
  BOOST_CHECK_NO_THROW(drain(spawn_blocking(node)));
  BOOST_CHECK_NO_THROW(drain(node.spawn<Puppet>({.dispatcher = Dispatcher::pinned})));
}

BOOST_AUTO_TEST_CASE(C09_a_pool_for_whose_routees_there_are_no_threads_is_gone) {
  Node node(one_worker());
  const auto terminated = listen<Terminated>(node);
  {
    const NoMoreThreads no_more;
    BOOST_CHECK_THROW(
        node.spawn_pool<Puppet>(
            RoundRobin{}, {.name = "pool", .size = kTooMany, .dispatcher = Dispatcher::pinned}),
        SpawnFailed);
  }
  while (terminated.next().actor.uri().path() != "/pool") {
  }
  BOOST_CHECK_THROW(static_cast<void>(node.lookup("/pool")), LookupFailed);
  BOOST_CHECK_NO_THROW(
      wait_until("the threads to end", [&] { return node.counters().pinned.threads == 0U; }));
}

#endif

BOOST_AUTO_TEST_CASE(C09_the_routees_of_a_pool_may_block) {
  constexpr std::size_t kRoutees = 4;
  Node node(one_worker());
  const auto workers =
      node.spawn_pool<Puppet>(RoundRobin{}, {.size = kRoutees, .dispatcher = Dispatcher::blocking});
  const Holds holds(kRoutees);
  for (const auto& routee : workers.routees()) {
    holds.hold(routee);
  }
  BOOST_CHECK_NO_THROW(holds.wait());
  BOOST_CHECK_NO_THROW(drain(node.spawn<Puppet>()));
}

BOOST_AUTO_TEST_CASE(C09_options_out_of_range_are_refused) {
  const auto refused = [](const NodeOptions& options) {
    BOOST_CHECK_THROW(Node node(options), NodeStartFailed);
  };
  refused({.blocking_threads = 0});
  refused({.blocking_threads = -1});
  refused({.blocking_threads = 32769});
  refused({.blocking_idle_limit = -1ns});
  refused({.blocking_threshold = -1ns});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
