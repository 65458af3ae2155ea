// Rules V06 and V07: the network of a simulation, and nodes that crash.
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "actors.hpp"

namespace spinoff::testing {
namespace {

struct Text {
  std::string text;
  MSGPACK_DEFINE(text)
};

/// Sends everything back.
class Mirror : public Actor {
 public:
  using Receives = RemoteMessages<Text>;
  void on(const Text& text) { sender() << text; }
};

/// A mirror at b, a probe at a.
struct TwoNodes {
  explicit TwoNodes(std::uint64_t seed = 1) : sim(seed), probe(sim.node("a")) {
    near_mirror = sim.node("b").spawn<Mirror>({.name = "mirror"});
    mirror = sim.node("a").lookup("b:1/mirror");
  }

  Simulation sim;
  Probe probe;
  Ref near_mirror;
  Ref mirror;
};

std::string trace_of(std::uint64_t seed) {
  std::ostringstream trace;
  TwoNodes nodes(seed);
  nodes.sim.trace_to(&trace);
  nodes.sim.network().set({.jitter = 50ms, .loss = 0.05, .duplication = 0.1, .reordering = 0.1});
  for (int i = 0; i < 40; ++i) {
    nodes.probe.send(nodes.mirror, Text{std::to_string(i)});
    nodes.sim.advance(200ms);
  }
  nodes.sim.trace_to(nullptr);
  return trace.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(network)

BOOST_AUTO_TEST_CASE(V06_messages_go_to_other_nodes_and_back) {
  TwoNodes nodes;
  nodes.probe.send(nodes.mirror, Text{"hello"});
  BOOST_TEST(nodes.probe.expect<Text>().text == "hello");
  BOOST_TEST((nodes.probe.sender() == nodes.mirror));
  BOOST_TEST(nodes.mirror.ask<Text>(Text{"ask"}).get().text == "ask");
}

BOOST_AUTO_TEST_CASE(V06_a_frame_takes_the_latency_of_its_link) {
  TwoNodes nodes;
  nodes.probe.send(nodes.mirror, Text{"first"});
  nodes.probe.expect<Text>();
  nodes.sim.network().set({.latency = 300ms, .jitter = 0ns});
  const auto begin = nodes.sim.now();
  nodes.probe.send(nodes.mirror, Text{"second"});
  nodes.probe.expect<Text>();
  BOOST_TEST((nodes.sim.now() - begin == 600ms));
}

BOOST_AUTO_TEST_CASE(V06_a_slow_link_takes_its_time_for_bytes) {
  TwoNodes nodes;
  nodes.probe.send(nodes.mirror, Text{"first"});
  nodes.probe.expect<Text>();
  nodes.sim.network().set("a", "b", {.bytes_per_second = 100'000});
  const auto begin = nodes.sim.now();
  nodes.probe.send(nodes.mirror, Text{std::string(100'000, 'x')});
  nodes.probe.expect<Text>();
  BOOST_TEST((nodes.sim.now() - begin > 1s));
  BOOST_TEST((nodes.sim.now() - begin < 1100ms));
}

BOOST_AUTO_TEST_CASE(V06_a_run_with_a_bad_network_repeats_from_its_seed) {
  const std::string first = trace_of(5);
  BOOST_TEST(first.find("the wire from a:1 to b:1 loses a frame") != std::string::npos);
  BOOST_TEST(first == trace_of(5));
  BOOST_TEST(first != trace_of(6));
}

BOOST_AUTO_TEST_CASE(V06_a_partition_ends_sessions_and_after_it_is_healed_new_ones_begin) {
  TwoNodes nodes;
  EventProbe<NodeDown> down(nodes.sim.node("a"));
  nodes.probe.watch(nodes.mirror);
  nodes.probe.send(nodes.mirror, Text{"before"});
  nodes.probe.expect<Text>();
  nodes.sim.network().partition({"a"}, {"b"});
  nodes.probe.expect_terminated(nodes.mirror, 10s);
  down.expect();
  DeadLetterProbe dead_letters(nodes.sim.node("a"));
  nodes.probe.send(nodes.mirror, Text{"meanwhile"});
  dead_letters.expect<Text>(20s);
  nodes.sim.network().heal();
  nodes.probe.send(nodes.mirror, Text{"after"});
  BOOST_TEST(nodes.probe.expect<Text>(10s).text == "after");
}

BOOST_AUTO_TEST_CASE(V06_a_link_can_be_cut_one_way) {
  TwoNodes nodes;
  nodes.probe.send(nodes.mirror, Text{"before"});
  nodes.probe.expect<Text>();
  Probe at_b(nodes.sim.node("b"), "probe");
  nodes.sim.network().cut("b", "a");
  nodes.probe.send(nodes.sim.node("a").lookup("b:1/probe"), Text{"still"});
  BOOST_TEST(at_b.expect<Text>().text == "still");
  nodes.probe.send(nodes.mirror, Text{"no way back"});
  nodes.probe.expect_none(1s);
}

BOOST_AUTO_TEST_CASE(V06_what_is_lost_is_seen_as_the_end_of_a_session) {
  TwoNodes nodes;
  nodes.probe.send(nodes.mirror, Text{"before"});
  nodes.probe.expect<Text>();
  EventProbe<NodeDown> down(nodes.sim.node("b"));
  nodes.sim.network().set("a", "b", {.loss = 1});
  nodes.probe.send(nodes.mirror, Text{"lost"});
  nodes.sim.advance(10ms);
  nodes.sim.network().set({});
  nodes.probe.send(nodes.mirror, Text{"behind it"});
  BOOST_TEST((down.expect().node == *nodes.sim.node("a").id()));
}

BOOST_AUTO_TEST_CASE(V06_options_of_a_link_that_make_no_sense_are_refused) {
  TwoNodes nodes;
  BOOST_CHECK_THROW(nodes.sim.network().set({.loss = 1.5}), std::invalid_argument);
  BOOST_CHECK_THROW(nodes.sim.network().set({.latency = -1s}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(V07_a_node_that_crashes_tells_nobody_and_runs_no_post_stop) {
  struct Hooks {
    int stopped = 0;
    int destroyed = 0;
  };
  class Careful : public Actor {
   public:
    Careful(Hooks* hooks, int below) : hooks_(*hooks), below_(below) {}
    ~Careful() override { ++hooks_.destroyed; }
    void pre_start() override {
      if (below_ > 0) {
        spawn<Careful>(&hooks_, below_ - 1);
      }
    }
    void post_stop() override { ++hooks_.stopped; }

   private:
    Hooks& hooks_;
    const int below_;
  };
  Hooks hooks;
  TwoNodes nodes;
  nodes.probe.watch(nodes.mirror);
  nodes.sim.node("b").spawn<Careful>(&hooks, 2);
  nodes.sim.node("b").on_stop(StopPhase::after_stop, "never", [&] { ++hooks.stopped; });
  nodes.sim.advance(1s);
  const auto begin = nodes.sim.now();
  nodes.sim.crash("b");
  BOOST_TEST(hooks.stopped == 0);
  BOOST_TEST(hooks.destroyed == 3);
  nodes.probe.expect_terminated(nodes.mirror, 10s);
  // It is found out only by its silence.
  BOOST_TEST((nodes.sim.now() - begin > 2s));
  BOOST_CHECK_THROW(nodes.sim.crash("b"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(V07_a_node_that_has_crashed_can_be_started_again) {
  TwoNodes nodes;
  nodes.probe.send(nodes.mirror, Text{"before"});
  nodes.probe.expect<Text>();
  nodes.sim.crash("b");
  Node& again = nodes.sim.node("b");
  again.spawn<Mirror>({.name = "mirror"});
  nodes.sim.advance(10s);
  nodes.probe.send(nodes.mirror, Text{"after"});
  BOOST_TEST(nodes.probe.expect<Text>(10s).text == "after");
}

BOOST_AUTO_TEST_CASE(V07_what_is_sent_to_an_actor_of_a_crashed_node_in_this_process_goes_nowhere) {
  TwoNodes nodes;
  nodes.sim.crash("b");
  nodes.near_mirror << Text{"too late"};
  nodes.sim.advance(1s);
  BOOST_CHECK_THROW(nodes.near_mirror.ask<Text>(Text{"too late"}).get(), AskFailed);
}

BOOST_AUTO_TEST_CASE(V07_a_node_that_stops_says_goodbye_and_can_be_started_again) {
  TwoNodes nodes;
  nodes.probe.watch(nodes.mirror);
  nodes.probe.send(nodes.mirror, Text{"before"});
  nodes.probe.expect<Text>();
  EventProbe<NodeDown> down(nodes.sim.node("a"));
  const auto begin = nodes.sim.now();
  nodes.sim.node("b").stop();
  nodes.probe.expect_terminated(nodes.mirror);
  down.expect();
  BOOST_TEST((nodes.sim.now() - begin < 100ms));
  nodes.sim.node("b").spawn<Mirror>({.name = "mirror"});
  nodes.probe.send(nodes.mirror, Text{"after"});
  BOOST_TEST(nodes.probe.expect<Text>(10s).text == "after");
}

BOOST_AUTO_TEST_CASE(V07_what_cannot_be_simulated_is_refused) {
  Simulation sim(1);
  BOOST_CHECK_THROW(sim.start("a", {.remoting = "127.0.0.1:0"}), NodeStartFailed);
  BOOST_CHECK_THROW(sim.start("a", {.name = "app"}), NodeStartFailed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace spinoff::testing
