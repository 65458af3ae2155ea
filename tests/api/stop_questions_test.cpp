/// Rule D03: questions to actors as tasks of a node's stop.
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/shutdown.hpp>
#include <spinoff/spinoff.hpp>

#include "engine/manual_node.hpp"
#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

using Lines = std::vector<std::string>;

constexpr auto kNever = std::chrono::nanoseconds::max();

NodeOptions patient() {
  NodeOptions options = quiet();
  options.stop_timeouts = {.before_stop = kNever, .drain = kNever, .after_stop = kNever};
  options.stop_limit = kNever;
  return options;
}

/// Only movable: a question is sent once.
struct Finish {
  explicit Finish(std::string text) : what(std::move(text)) {}
  Finish(Finish&&) = default;
  Finish& operator=(Finish&&) = default;
  Finish(const Finish&) = delete;
  Finish& operator=(const Finish&) = delete;
  ~Finish() = default;
  std::string what;
};
struct Reply {};

/// Notes the questions; answers when it is told to.
class Server : public Puppet {
 public:
  using Receives = Messages<Do, Finish>;
  explicit Server(Log log) : log_(std::move(log)) {}
  using Puppet::on;
  void on(const Finish& finish) {
    asker = sender();
    log_.add("asked " + finish.what);
  }
  void post_stop() override { log_.add("ended"); }

  Ref asker;

 private:
  Log log_;
};

void answer(const Ref& server) {
  call(server, [](Puppet& me) { static_cast<Server&>(me).asker << Reply{}; });
}

/// Reacts at once, in one of these ways.
enum class Way { replies, ends, throws };
class Reacts : public Puppet {
 public:
  using Receives = Messages<Do, Finish>;
  Reacts(Way way, Log log) : way_(way), log_(std::move(log)) {}
  void pre_start() override {
    on_stop(StopPhase::drain, Finish("drain"));
    log_.add("begins");
  }
  using Puppet::on;
  void on(const Finish& finish) {
    log_.add("asked " + finish.what);
    switch (way_) {
      case Way::replies:
        sender() << Reply{};
        return;
      case Way::ends:
        stop();
        return;
      case Way::throws:
        throw std::runtime_error("no more paper");
    }
  }

 private:
  Way way_;
  Log log_;
};

class Works : public Process {
 public:
  Task<> run(Log log) {
    on_stop(StopPhase::drain, Finish("process"));
    log.add("begins");
    const Finish finish = co_await get<Finish>();
    log.add("asked " + finish.what);
    sender() << Reply{};
    co_await get<Reply>();
  }
};

struct World {
  explicit World(NodeOptions options = patient()) : node(options) {}
  const Log log{"a step"};
  Node node;
  const Collector<StopTaskFailed> failed = listen<StopTaskFailed>(node);
  const Collector<StopTaskLeft> left = listen<StopTaskLeft>(node);
};

BOOST_AUTO_TEST_SUITE(stop_questions)

BOOST_AUTO_TEST_CASE(D03_a_phase_waits_for_the_reply_to_a_question) {
  World world;
  const auto server = world.node.spawn<Server>(world.log);
  world.node.on_stop(StopPhase::before_stop, "server", server, Finish("before_stop"));
  world.node.on_stop(StopPhase::drain, "server", server, Finish("drain"));
  std::jthread stopper([&] { world.node.stop(); });
  BOOST_TEST(world.log.next() == "asked before_stop");
  drain(server);
  BOOST_TEST(world.log.empty());
  answer(server);
  BOOST_TEST(world.log.next() == "asked drain");
  answer(server);
  stopper.join();
  BOOST_TEST(world.log.next() == "ended");
  BOOST_TEST(world.failed.empty());
  BOOST_TEST(world.left.empty());
}

BOOST_AUTO_TEST_CASE(D03_an_actor_adds_a_question_to_itself) {
  World world;
  drain(world.node.spawn<Reacts>(Way::replies, world.log));
  world.node.stop();
  BOOST_TEST(world.log.rest() == (Lines{"begins", "asked drain"}),
             boost::test_tools::per_element());
  BOOST_TEST(world.failed.empty());
}

BOOST_AUTO_TEST_CASE(D03_a_process_does_so_too) {
  World world;
  world.node.spawn<Works>(world.log);
  BOOST_TEST(world.log.next() == "begins");
  world.node.stop();
  BOOST_TEST(world.log.next() == "asked process");
  BOOST_TEST(world.failed.empty());
  BOOST_TEST(world.left.empty());
}

BOOST_AUTO_TEST_CASE(D03_it_ends_with_its_actor) {
  World world;
  const auto actor = world.node.spawn<Reacts>(Way::replies, world.log);
  drain(actor);
  stop_and_wait(world.node, actor);
  world.node.stop();
  BOOST_TEST(world.log.rest() == Lines{"begins"}, boost::test_tools::per_element());
  BOOST_TEST(world.failed.empty());
}

BOOST_AUTO_TEST_CASE(D03_a_restarted_actor_adds_it_anew) {
  NodeOptions options = patient();
  options.on_failure = Decision::Restart;
  World world(options);
  const auto actor = world.node.spawn<Reacts>(Way::replies, world.log);
  actor << Do{[](Puppet&) { throw std::runtime_error("broken"); }};
  drain(actor);
  world.node.stop();
  BOOST_TEST(world.log.rest() == (Lines{"begins", "begins", "asked drain"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(D03_a_later_one_of_the_same_phase_replaces_it) {
  World world;
  const auto actor = world.node.spawn<Reacts>(Way::replies, world.log);
  call(actor, [](Puppet& me) {
    me.on_stop(StopPhase::drain, Finish("later"));
    me.on_stop(StopPhase::before_stop, Finish("other phase"));
  });
  world.node.stop();
  BOOST_TEST(world.log.rest() == (Lines{"begins", "asked other phase", "asked later"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(D03_an_actor_that_ends_instead_of_replying_is_not_waited_for) {
  World world;
  drain(world.node.spawn<Reacts>(Way::ends, world.log));
  world.node.stop();
  BOOST_TEST(world.log.rest() == (Lines{"begins", "asked drain"}),
             boost::test_tools::per_element());
  BOOST_TEST(world.failed.empty());
  BOOST_TEST(world.left.empty());
}

BOOST_AUTO_TEST_CASE(D03_a_question_that_is_cancelled_on_its_way_is_not_waited_for) {
  World world;
  const auto server = world.node.spawn<Server>(world.log);
  StopTask task = world.node.on_stop(StopPhase::drain, "server", server, Finish("drain"));
  world.node.request_stop();
  BOOST_TEST(world.log.next() == "asked drain");
  task.cancel();
  world.node.stop();
  BOOST_TEST(world.left.empty());
}

BOOST_AUTO_TEST_CASE(D04_a_question_fails_as_an_ask_does) {
  NodeOptions options = patient();
  options.on_failure = Decision::Resume;  // the end of the actor would withdraw its question
  World world(options);
  const auto dead = world.node.spawn<Server>(world.log);
  stop_and_wait(world.node, dead);
  const auto throws = world.node.spawn<Reacts>(Way::throws, world.log);
  drain(throws);
  world.node.on_stop(StopPhase::before_stop, "dead", dead, Finish("dead"));
  world.node.stop();
  const StopTaskFailed first = world.failed.next();
  BOOST_TEST(first.task == "dead");
  BOOST_CHECK_THROW(std::rethrow_exception(first.error), AskFailed);
  const StopTaskFailed second = world.failed.next();
  BOOST_TEST(second.task == throws.uri().path());
  BOOST_TEST(describe(second.error).find("no more paper") != std::string::npos);
  BOOST_TEST(world.failed.empty());
}

BOOST_AUTO_TEST_CASE(D05_a_question_without_a_reply_is_left_at_the_timeout) {
  NodeOptions options = patient();
  options.stop_timeouts.before_stop = 1ms;
  World world(options);
  const auto server = world.node.spawn<Server>(world.log);
  world.node.on_stop(StopPhase::before_stop, "server", server, Finish("before_stop"));
  // A reply that comes after its phase means nothing.
  world.node.on_stop(StopPhase::drain, "late reply", [&] {
    world.log.next();
    answer(server);
  });
  world.node.stop();
  BOOST_TEST(world.left.next().task == "server");
  BOOST_TEST(world.left.empty());
  BOOST_TEST(world.failed.empty());
}

BOOST_AUTO_TEST_CASE(D05_a_phase_has_five_seconds_by_the_nodes_clock_unless_told_otherwise) {
  for (const StopPhase phase : {StopPhase::before_stop, StopPhase::drain}) {
    const Log log("a step");
    const ManualNode node;
    int left = 0;
    node.core().events().subscribe(detail::kMessageType<StopTaskLeft>,
                                   [&](const void*) { ++left; });
    const Ref server = node.spawn(detail::kActorType<Server>, detail::make_factory<Server>(log));
    static_cast<void>(node.core().shutdown().add(
        {.phase = phase,
         .name = "server",
         .function = nullptr,
         .asked = server,
         .question = detail::Envelope::make<Finish>(detail::Sender{}, Finish("anything"))}));
    node.core().request_stop();
    node.run();
    node.pass(4'999ms);
    node.run();
    BOOST_TEST(log.rest() == Lines{"asked anything"}, boost::test_tools::per_element());
    BOOST_TEST(left == 0);
    node.pass(1ms);
    node.run();
    BOOST_TEST(left == 1);
    BOOST_TEST(log.rest() == Lines{"ended"}, boost::test_tools::per_element());
    BOOST_TEST(!node.has_timers());
  }
}

BOOST_AUTO_TEST_CASE(D03_in_the_last_phase_only_actors_of_other_nodes_can_be_asked) {
  World world;
  Node other(quiet());
  const Log elsewhere("a step elsewhere");
  const auto there = other.spawn<Server>(elsewhere);
  const auto here = world.node.spawn<Server>(world.log);
  BOOST_CHECK_EXCEPTION(
      world.node.on_stop(StopPhase::after_stop, "here", here, Finish("after_stop")),
      std::invalid_argument, [](const auto& error) {
        return std::string(error.what()).find("take drain") != std::string::npos;
      });
  call(here, [](Puppet& me) {
    BOOST_CHECK_THROW(me.on_stop(StopPhase::after_stop, Finish("after_stop")),
                      std::invalid_argument);
  });
  BOOST_CHECK_THROW(world.node.on_stop(StopPhase::drain, "nobody", Ref(), Finish("drain")),
                    std::invalid_argument);
  world.node.on_stop(StopPhase::after_stop, "there", there, Finish("after_stop"));
  std::jthread stopper([&] { world.node.stop(); });
  BOOST_TEST(elsewhere.next() == "asked after_stop");
  BOOST_TEST(world.log.next() == "ended");
  answer(there);
  stopper.join();
  BOOST_TEST(world.failed.empty());
}

BOOST_AUTO_TEST_CASE(D07_in_an_actor_too_what_comes_too_late_is_refused) {
  World world;
  const auto server = world.node.spawn<Server>(world.log);
  world.node.on_stop(StopPhase::drain, "adds", [&] {
    call(server, [](Puppet& me) {
      BOOST_CHECK_THROW(me.on_stop(StopPhase::drain, Finish("late")), StopTaskRefused);
    });
  });
  world.node.stop();
  BOOST_TEST(world.failed.empty());
}

BOOST_AUTO_TEST_CASE(D08_what_has_failed_is_stopped_and_does_not_hold_up_the_phases) {
  NodeOptions options = patient();
  options.on_failure = Decision::Escalate;
  World world(options);
  const auto actor = world.node.spawn<Reacts>(Way::replies, world.log);
  actor << Do{[](Puppet&) { throw std::runtime_error("broken"); }};
  world.node.wait();
  BOOST_TEST(world.left.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
