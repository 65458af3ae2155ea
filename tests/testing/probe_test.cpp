// Rule V04: probes, in a simulation and on a node with threads.
#include <functional>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include <spinoff/timer.hpp>

#include "actors.hpp"

namespace spinoff::testing {
namespace {

// Both kinds of nodes.
void for_each_node(const std::function<void(Node&)>& test) {
  BOOST_TEST_CONTEXT("in a simulation") {
    Simulation sim(1);
    test(sim.node("a"));
  }
  BOOST_TEST_CONTEXT("with threads") {
    Node node({.workers = 2, .log_events = false});
    test(node);
  }
}

std::string failure_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const ExpectationFailed& failed) {
    return failed.what();
  }
  return "no failure";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(probes)

BOOST_AUTO_TEST_CASE(V04_a_probe_sends_in_its_own_name_and_expects_replies) {
  for_each_node([](Node& node) {
    Probe probe(node, "probe");
    const auto echo = node.spawn<Echo>();
    probe.send(echo, Ping{4});
    BOOST_TEST(probe.expect<Pong>().number == 4);
    BOOST_TEST((probe.sender() == echo));
    probe.reply(Ping{5});
    BOOST_TEST(probe.expect<Pong>([](const Pong& pong) { return pong.number == 5; }).number == 5);
    BOOST_TEST((node.lookup("/probe") == probe.ref()));
  });
}

BOOST_AUTO_TEST_CASE(V04_expect_says_what_came_instead_and_leaves_it) {
  for_each_node([](Node& node) {
    Probe probe(node, "probe");
    probe.ref() << Ping{1};
    const std::string other = failure_of([&] { probe.expect<Pong>(); });
    BOOST_TEST(has(other, "/probe"), other);
    BOOST_TEST(has(other, "testing.Pong, but spinoff.testing.Ping from nobody came"), other);
    BOOST_TEST(probe.expect<Ping>().number == 1);
    const std::string nothing = failure_of([&] { probe.expect<Pong>(20ms); });
    BOOST_TEST(has(nothing, "nothing came within 20 ms"), nothing);
    probe.ref() << Ping{1};
    const std::string kind =
        failure_of([&] { probe.expect<Ping>([](const Ping& ping) { return ping.number == 2; }); });
    BOOST_TEST(has(kind, "Ping of a certain kind"), kind);
  });
}

BOOST_AUTO_TEST_CASE(V04_fish_passes_over_others_and_expect_any_takes_all) {
  for_each_node([](Node& node) {
    Probe probe(node);
    probe.ref() << Ping{1} << Ping{2} << Pong{3} << std::string("text");
    BOOST_TEST(probe.fish<Pong>().number == 3);
    BOOST_TEST(probe.expect_any().is<std::string>());
    probe.ref() << Ping{1};
    const std::string failed = failure_of([&] { probe.fish<Pong>(20ms); });
    BOOST_TEST(has(failed, "only 1 others came"), failed);
  });
}

BOOST_AUTO_TEST_CASE(V04_expect_none_fails_if_something_comes) {
  for_each_node([](Node& node) {
    Probe probe(node);
    probe.expect_none(10ms);
    const Timer later = probe.ref().send_later(20ms, Ping{});
    const std::string failed = failure_of([&] { probe.expect_none(10s); });
    BOOST_TEST(has(failed, "expected nothing for 10000 ms, but spinoff.testing.Ping"), failed);
  });
}

BOOST_AUTO_TEST_CASE(V04_a_probe_watches) {
  for_each_node([](Node& node) {
    Probe probe(node);
    const auto first = node.spawn<Silent>();
    const auto second = node.spawn<Silent>();
    probe.watch(first);
    probe.watch(second);
    first.stop();
    probe.expect_terminated(first);
    probe.unwatch(second);
    second.stop();
    probe.expect_none(20ms);
    probe.watch(first);
    const std::string failed = failure_of([&] { probe.expect_terminated(second); });
    BOOST_TEST(has(failed, "has stopped"), failed);
  });
}

BOOST_AUTO_TEST_CASE(V04_messages_that_can_only_be_moved_can_be_expected) {
  for_each_node([](Node& node) {
    Probe probe(node);
    probe.ref() << std::make_unique<int>(3);
    BOOST_TEST(*probe.expect<std::unique_ptr<int>>() == 3);
  });
}

BOOST_AUTO_TEST_CASE(V04_dead_letters_can_be_expected) {
  for_each_node([](Node& node) {
    DeadLetterProbe dead_letters(node);
    const auto echo = node.spawn<Echo>();
    echo.stop();
    Ref(echo).join().wait();
    echo << Ping{1};
    BOOST_TEST((dead_letters.expect<Ping>().target == echo));
    dead_letters.expect_none(10ms);
    const std::string failed = failure_of([&] { dead_letters.expect<Pong>(10ms); });
    BOOST_TEST(has(failed, "DeadLetter of spinoff.testing.Pong within 10 ms"), failed);
  });
}

BOOST_AUTO_TEST_CASE(V04_errors_can_be_expected) {
  for_each_node([](Node& node) {
    ErrorProbe errors(node);
    const auto faulty = node.spawn<Faulty>();
    faulty << Ping{7};
    BOOST_TEST((errors.expect<std::runtime_error>("ping 7").actor == faulty));
    node.spawn<Faulty>() << Ping{8};
    const std::string failed =
        failure_of([&] { errors.expect<std::runtime_error>("ping 9", 20ms); });
    BOOST_TEST(has(failed, "(1 others did)"), failed);
  });
}

BOOST_AUTO_TEST_CASE(V04_events_of_any_type_can_be_expected) {
  for_each_node([](Node& node) {
    EventProbe<Ping> heard(node);
    node.publish(Ping{1});
    BOOST_TEST(heard.expect().number == 1);
    node.publish(Ping{2});
    node.publish(Ping{3});
    BOOST_TEST(heard.expect([](const Ping& ping) { return ping.number == 3; }).number == 3);
    node.publish(Ping{4});
    const std::string failed = failure_of([&] { heard.expect_none(10s); });
    BOOST_TEST(has(failed, "expected no event spinoff.testing.Ping"), failed);
  });
}

BOOST_AUTO_TEST_CASE(V04_the_limits_of_a_probe_in_a_simulation_are_of_virtual_time) {
  Simulation sim(1);
  Probe probe(sim.node("a"));
  probe.expect_none(24h);
  BOOST_CHECK(sim.now() == 24h);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace spinoff::testing
