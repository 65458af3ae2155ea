/// Rules L10 and L12 where they are about whole nodes: how a node ends, and what is left of it.
#include <algorithm>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

std::size_t threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

class Leaf : public Puppet {
 public:
  Leaf(Log log, std::string name, Gate* started = nullptr)
      : log_(std::move(log)), name_(std::move(name)), started_(started) {}
  void pre_start() override {
    if (started_ != nullptr) {
      started_->arrive();
    }
  }
  void post_stop() override { log_.add(name_); }

 private:
  Log log_;
  std::string name_;
  Gate* started_;
};

class Branch : public Leaf {
 public:
  Branch(const Log& log, const std::string& name, Gate* started) : Leaf(log, name, started) {
    spawn<Leaf>(log, name + " leaf", started);
    spawn<Leaf>(log, name + " leaf", started);
  }
};

/// Hears questions, and says nothing.
class Silent : public Actor {
 public:
  using Receives = Messages<int>;
  explicit Silent(Gate* asked) : asked_(asked) {}
  void on(const int& /*question*/) { asked_->open(); }

 private:
  Gate* asked_;
};

/// In the middle of something for a long time.
class Stubborn : public Process {
 public:
  Task<> run(Ref silent) { co_await silent.ask<int>(1, 1h); }
};

/// In the middle of handling until it has got an answer.
class Patient : public Process {
 public:
  Task<> run(Log log, Ref helper, Gate* begun) {
    begun->open();
    co_await helper.ask<int>(1);
    log.add("asked");
    co_await get<int>();
  }
};

class Helper : public Actor {
 public:
  using Receives = Messages<int>;
  explicit Helper(Gate* finish) : finish_(finish) {}
  void on(const int& question) {
    finish_->wait();
    sender() << question;
  }

 private:
  Gate* finish_;
};

BOOST_AUTO_TEST_SUITE(node_stop)

BOOST_AUTO_TEST_CASE(L10_stop_stops_the_whole_tree_leaves_first) {
  const Log log("an end");
  Gate started("three branches and their leaves to start", 9);
  Node node(quiet());
  for (const std::string name : {"a", "b", "c"}) {
    node.spawn<Branch>(log, name, &started);
  }
  started.wait();
  node.stop();
  const std::vector<std::string> ends = log.rest();
  BOOST_TEST(ends.size() == 9U);
  for (const std::string name : {"a", "b", "c"}) {
    const auto branch = std::find(ends.begin(), ends.end(), name);
    BOOST_TEST(std::count(ends.begin(), branch, name + " leaf") == 2);
  }
  BOOST_CHECK_THROW(node.spawn<Puppet>(), SpawnFailed);
}

BOOST_AUTO_TEST_CASE(L10_what_has_not_stopped_within_the_limit_is_killed) {
  BOOST_TEST((NodeOptions().stop_limit == 30s));
  NodeOptions options = quiet();
  options.stop_limit = 1ms;
  Gate asked("the process to ask");
  Node node(options);
  const auto stubborn = node.spawn<Stubborn>(Ref(node.spawn<Silent>(&asked)));
  const auto stopped = listen<Terminated>(node);
  asked.wait();
  node.stop();
  const auto all = stopped.rest();
  BOOST_TEST(std::any_of(all.begin(), all.end(),
                         [&](const Terminated& end) { return end.actor == stubborn; }));
}

BOOST_AUTO_TEST_CASE(L10_without_a_limit_stop_waits_and_does_not_kill) {
  NodeOptions options = quiet();
  options.stop_limit = std::chrono::nanoseconds::max();
  const Log log("a step");
  Gate begun("the process to begin");
  Gate finish("the test to let the helper answer");
  Node node(options);
  // At another node, so that it is not stopped as well.
  Node elsewhere(quiet());
  node.spawn<Patient>(log, Ref(elsewhere.spawn<Helper>(&finish)), &begun);
  begun.wait();
  node.request_stop();
  std::jthread stopper([&] { node.stop(); });
  drain(elsewhere.spawn<Puppet>());
  finish.open();
  stopper.join();
  BOOST_TEST(log.next() == "asked");
}

BOOST_AUTO_TEST_CASE(L10_afterwards_no_thread_of_the_node_is_left) {
  std::jthread([] {}).join();  // with it a sanitizer's own thread begins, if it has one
  const std::size_t before = threads_of_this_process();
  for (int i = 0; i < 3; ++i) {
    NodeOptions options = quiet();
    options.remoting = "127.0.0.1:0";
    Node node(options);
    drain(node.spawn<Puppet>());
    BOOST_TEST(threads_of_this_process() > before);
    node.stop();
    BOOST_TEST(threads_of_this_process() == before);
  }
  BOOST_TEST(threads_of_this_process() == before);
}

BOOST_AUTO_TEST_CASE(L10_stop_may_be_called_by_many_threads_and_again) {
  const Log log("an end");
  Node node(quiet());
  drain(node.spawn<Leaf>(log, "leaf"));
  std::vector<std::jthread> stoppers;
  for (int i = 0; i < 4; ++i) {
    stoppers.emplace_back([&] { node.stop(); });
  }
  stoppers.clear();
  node.stop();
  node.request_stop();
  node.wait();
  BOOST_TEST(log.rest().size() == 1U);
}

BOOST_AUTO_TEST_CASE(L10_stop_in_an_actor_of_the_node_only_begins) {
  const Log log("a step");
  Node node(quiet());
  drain(node.spawn<Leaf>(log, "leaf"));
  call(node.spawn<Puppet>(), [&](Puppet&) { node.stop(); });
  node.wait();
  BOOST_TEST(log.next() == "leaf");
}

BOOST_AUTO_TEST_CASE(L10_an_actor_that_is_spawned_while_the_node_stops_is_refused_or_stopped) {
  for (int i = 0; i < 50; ++i) {
    Node node(quiet());
    const auto started = listen<Started>(node);
    const auto stopped = listen<Terminated>(node);
    std::jthread spawner([&] {
      try {
        for (;;) {
          node.spawn<Puppet>();
        }
      } catch (const SpawnFailed&) {  // the node has begun to stop
      }
    });
    node.stop();
    spawner.join();
    BOOST_TEST(stopped.rest().size() >= started.rest().size());
  }
}

BOOST_AUTO_TEST_CASE(L12_refs_may_outlive_the_node_and_are_good_for_nothing_then) {
  Ref actor;
  Ref guardian;
  Ref unknown;
  std::string name;
  {
    Node node(quiet());
    actor = node.spawn<Puppet>({.name = "old"});
    guardian = call(actor, [](Puppet& me) { return Ref(me.parent()); });
    name = actor.to_string();
  }
  BOOST_TEST(actor.to_string() == name);
  for (const Ref& ref : {actor, guardian}) {
    const Ref copy(ref);
    copy << 1;
    copy.stop();
    copy.kill();
    copy.poison();
    Timer timer = copy.send_later(1ms, 2);
    timer.cancel();
    BOOST_CHECK_THROW(copy.ask<int>(3).get(), AskFailed);
    BOOST_CHECK_THROW(static_cast<void>(copy / "child"), LookupFailed);
  }
  // Another node gets along with them, too.
  Node next(quiet());
  const Collector<Ref> ends("a Terminated");
  const auto watcher = next.spawn<Watcher>(ends);
  call(watcher, [&](Puppet& me) {
    me.watch(actor);
    actor << 4;
    actor.stop();
  });
  BOOST_TEST(ends.next() == actor);
}

BOOST_AUTO_TEST_CASE(L12_a_cycle_of_refs_leaks_nothing) {
  class Holder : public Puppet {
   public:
    explicit Holder(Ref = {}) {}
    Ref other;
  };
  detail::Target* place = nullptr;
  std::uint32_t generation = 0;
  {
    Node node(quiet());
    const auto one = node.spawn<Holder>();
    // By its arguments, which the node keeps for a restart, and by its state.
    const auto two = node.spawn<Holder>(Ref(one));
    const auto three = node.spawn<Holder>(Ref(two));
    call(one, [&](Puppet& me) { static_cast<Holder&>(me).other = three; });
    place = detail::RefAccess::target(one);
    generation = detail::RefAccess::generation(one);
  }
  BOOST_TEST(!place->try_retain(generation));
}

BOOST_AUTO_TEST_CASE(L12_two_actors_that_got_each_other_as_arguments_leak_nothing) {
  struct Both {
    Ref one;
    Ref two;
  };
  class Holder : public Actor {
   public:
    explicit Holder(std::shared_ptr<Both> both) : both_(std::move(both)) {}

   private:
    std::shared_ptr<Both> both_;
  };
  std::weak_ptr<Both> watched;
  {
    Node node(quiet());
    const auto both = std::make_shared<Both>();
    watched = both;
    both->one = node.spawn<Holder>(both);
    both->two = node.spawn<Holder>(both);
  }
  BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_CASE(L10_the_stop_waits_for_a_handler_that_does_not_return) {
  NodeOptions options = quiet();
  options.stop_limit = 1ms;
  Gate asked("the process to ask");
  Gate stopped("the node to stop");
  Node elsewhere(quiet());
  Node node(options);
  const auto ends = listen<Terminated>(node);
  const auto busy = node.spawn<Puppet>();
  const auto stubborn = node.spawn<Stubborn>(Ref(elsewhere.spawn<Silent>(&asked)));
  asked.wait();
  Held held(busy);
  std::jthread stopper([&] {
    node.stop();
    stopped.open();
  });
  while (ends.next().actor != stubborn) {  // the limit is over
  }
  BOOST_TEST(!stopped.is_open());
  held.let_go();
  stopped.wait();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
