/// Hubs on real sockets.
#include <array>
#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "hub_fixture.hpp"
#include "plain_connection.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::NodeId;
using spinoff::remoting::BindFailed;
using spinoff::remoting::Hub;
using spinoff::remoting::HubOptions;
using spinoff::remoting::Parcel;
using spinoff::remoting::RejectReason;
using spinoff::serialization::Frame;
using spinoff::serialization::Item;
using spinoff::serialization::ItemKind;
using Seen = Recorder::Seen;

std::string bind_error(const NodeId& node) {
  Recorder recorder;
  try {
    HubOptions options = options_at(node);
    options.insecure = true;
    const Hub hub(options, recorder);
  } catch (const BindFailed& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void check_order(const std::vector<std::string>& got, const std::string& prefix, int count) {
  int next = 0;
  for (const std::string& text : got) {
    if (text.starts_with(prefix)) {
      BOOST_REQUIRE_EQUAL(text, prefix + std::to_string(next));
      ++next;
    }
  }
  BOOST_TEST(next == count);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hub)

BOOST_AUTO_TEST_CASE(two_hubs_exchange_messages_in_both_directions) {
  Station a;
  Station b;
  a.send(b.id(), "ping");
  b.recorder.wait_for_messages(1);
  b.send(a.id(), "pong");
  a.recorder.wait_for_messages(1);
  BOOST_TEST(b.recorder.seen().got.front() == "ping");
  BOOST_TEST(a.recorder.seen().got.front() == "pong");
  BOOST_TEST((a.recorder.seen().up == std::vector{b.id()}));
  BOOST_TEST((b.recorder.seen().up == std::vector{a.id()}));
  BOOST_TEST(a.hub.counters().items_out == 1U);
  BOOST_TEST(a.hub.counters().items_in == 1U);
}

BOOST_AUTO_TEST_CASE(R02_messages_that_are_sent_before_the_peer_exists_arrive_in_order) {
  const NodeId later = free_node_id();
  Station a;
  for (int i = 0; i < 100; ++i) {
    a.send(later, "m" + std::to_string(i));
  }
  Station b(later);
  b.recorder.wait_for_messages(100);
  check_order(b.recorder.seen().got, "m", 100);
}

BOOST_AUTO_TEST_CASE(R02_a_node_that_does_not_come_is_down_and_its_messages_come_back) {
  HubOptions options = options_at(any_port());
  options.protocol.unreachable = 200ms;
  Station a(options);
  const NodeId nobody = free_node_id();
  a.send(nobody, "x");
  a.recorder.wait([](const Seen& seen) { return !seen.down.empty(); });
  const Seen seen = a.recorder.seen();
  BOOST_TEST(seen.down[0].first.to_string() == nobody.to_string());
  BOOST_REQUIRE_EQUAL(seen.returned.size(), 1U);
  BOOST_TEST(seen.returned[0].first == "x");
}

BOOST_AUTO_TEST_CASE(R02_a_host_that_cannot_be_looked_up_is_told_as_the_reason) {
  HubOptions options = options_at(any_port());
  options.protocol.unreachable = 500ms;
  options.protocol.heartbeat = 100ms;
  Station a(options);
  a.send(NodeId("no-such-host.invalid", 9700), "x");
  a.recorder.wait([](const Seen& seen) { return !seen.down.empty(); });
  const Seen seen = a.recorder.seen();
  BOOST_REQUIRE_EQUAL(seen.returned.size(), 1U);
  BOOST_TEST(contains(seen.returned[0].second, "no-such-host.invalid:9700"));
  // And all else goes on.
  Station b;
  a.send(b.id(), "y");
  b.recorder.wait_for_messages(1);
}

BOOST_AUTO_TEST_CASE(M02_a_hundred_thousand_messages_arrive_in_order) {
  constexpr int kCount = 100'000;
  Station a;
  Station b;
  for (int i = 0; i < kCount; ++i) {
    a.send(b.id(), "m" + std::to_string(i));
  }
  b.recorder.wait_for_messages(kCount);
  check_order(b.recorder.seen().got, "m", kCount);
  BOOST_TEST(a.hub.counters().items_out == std::uint64_t{kCount});
  BOOST_TEST(a.hub.counters().frames_out < std::uint64_t{kCount}, "a flood is batched");
}

BOOST_AUTO_TEST_CASE(M02_each_of_several_senders_keeps_its_order) {
  constexpr int kCount = 20'000;
  Station a;
  Station b;
  std::vector<std::thread> threads;
  for (const char* name : {"r", "s", "t", "u"}) {
    threads.emplace_back([&, name] {
      for (int i = 0; i < kCount; ++i) {
        static_cast<void>(a.hub.send(b.id(), parcel_of(name + std::to_string(i))));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  b.recorder.wait_for_messages(std::size_t{4} * kCount);
  const Seen seen = b.recorder.seen();
  for (const char* name : {"r", "s", "t", "u"}) {
    check_order(seen.got, name, kCount);
  }
}

BOOST_AUTO_TEST_CASE(a_lone_message_wakes_a_hub_that_waits) {
  Station a;
  Station b;
  // Each message finds both I/O threads asleep, or about to be.
  for (std::size_t i = 1; i <= 2'000; ++i) {
    a.send(b.id(), "x");
    b.recorder.wait_for_messages(i);
  }
  BOOST_TEST(b.recorder.seen().got.size() == 2'000U);
}

BOOST_AUTO_TEST_CASE(large_messages_arrive_whole) {
  Station a;
  Station b;
  std::string large(15U << 20U, 'x');
  large.back() = 'y';
  a.send(b.id(), "before");
  a.send(b.id(), large);
  a.send(b.id(), "behind");
  b.recorder.wait_for_messages(3);
  const std::vector<std::string> got = b.recorder.seen().got;
  BOOST_TEST(got[0] == "before");
  BOOST_TEST((got[1] == large));
  BOOST_TEST(got[2] == "behind");
}

BOOST_AUTO_TEST_CASE(R03_an_idle_hub_wakes_for_heartbeats_only) {
  HubOptions options = options_at(any_port());
  options.protocol.heartbeat = 10ms;
  options.protocol.silence = 60s;
  Station a(options);
  Station b(options);
  a.send(b.id(), "x");
  b.recorder.wait_for_messages(1);
  while (a.hub.counters().frames_in < 100 || a.hub.counters().frames_out < 100) {
    std::this_thread::yield();
  }
  const std::uint64_t frames = a.hub.counters().frames_in + a.hub.counters().frames_out;
  // ZeroMQ sometimes wakes its user for matters of its own.
  BOOST_TEST(a.hub.counters().wakeups <= 2 * frames + 50);
}

BOOST_AUTO_TEST_CASE(R03_a_peer_that_falls_silent_is_down) {
  HubOptions options = options_at(any_port());
  options.protocol.silence = 200ms;
  options.protocol.heartbeat = 50ms;
  Station a(options);
  HandMade peer(a.id());
  peer.begin_session();
  a.recorder.wait([](const Seen& seen) { return !seen.down.empty(); });
  const Seen seen = a.recorder.seen();
  BOOST_TEST(seen.up.size() == 1U);
  BOOST_TEST(contains(seen.down[0].second, "nothing was heard of it"));
}

BOOST_AUTO_TEST_CASE(R04_a_node_that_starts_again_at_its_address_is_down_then_up) {
  Station a;
  NodeId id;
  {
    Station b;
    id = b.id();
    a.send(id, "1");
    b.recorder.wait_for_messages(1);
  }
  a.recorder.wait([](const Seen& seen) { return seen.down.size() == 1; });
  Station b(id);
  a.send(id, "2");
  b.recorder.wait_for_messages(1);
  BOOST_TEST((b.recorder.seen().got == std::vector<std::string>{"2"}));
  BOOST_TEST(a.recorder.seen().up.size() == 2U);
}

BOOST_AUTO_TEST_CASE(R06_a_stop_is_announced) {
  HubOptions options = options_at(any_port());
  options.protocol.silence = 1h;
  Station a(options);
  Station b;
  a.send(b.id(), "x");
  b.recorder.wait_for_messages(1);
  b.hub.stop();
  a.recorder.wait([](const Seen& seen) { return !seen.down.empty(); });
  BOOST_TEST(a.recorder.seen().down[0].second == "it was stopped");
}

BOOST_AUTO_TEST_CASE(R06_what_was_sent_before_a_stop_arrives) {
  Station a;
  Station b;
  for (int i = 0; i < 1'000; ++i) {
    a.send(b.id(), "m" + std::to_string(i));
  }
  a.hub.stop();
  b.recorder.wait([](const Seen& seen) { return !seen.down.empty(); });
  check_order(b.recorder.seen().got, "m", 1'000);
}

BOOST_AUTO_TEST_CASE(R06_a_stop_returns_what_it_could_not_send) {
  HubOptions options = options_at(any_port());
  options.protocol.linger = 50ms;
  Station a(options);
  a.send(free_node_id(), "x");
  a.hub.stop();
  const Seen seen = a.recorder.seen();
  BOOST_REQUIRE_EQUAL(seen.returned.size(), 1U);
  BOOST_TEST(seen.returned[0].first == "x");
  BOOST_TEST(contains(seen.returned[0].second, "this node stopped before it could be"));
  BOOST_TEST(a.hub.counters().returned == 1U);
}

BOOST_AUTO_TEST_CASE(after_a_stop_parcels_are_given_back_at_once) {
  Station a;
  a.hub.stop();
  a.hub.stop();
  const std::optional<Parcel> back = a.hub.send(free_node_id(), parcel_of("late"));
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST(note_of(*back) == "late");
}

BOOST_AUTO_TEST_CASE(a_hub_that_was_never_started_returns_what_was_queued) {
  Recorder recorder;
  Hub hub(options_at(any_port()), recorder);
  BOOST_TEST(!hub.send(free_node_id(), parcel_of("x")).has_value());
  hub.stop();
  BOOST_TEST(recorder.seen().returned.size() == 1U);
}

BOOST_AUTO_TEST_CASE(R10_a_full_queue_gives_back_and_loses_nothing) {
  Recorder recorder;
  HubOptions options = options_at(any_port());
  options.queue.bytes = 10'000;
  Hub hub(options, recorder);
  Station b;
  std::size_t taken = 0;
  while (!hub.send(b.id(), parcel_of(std::string(100, 'x')))) {
    ++taken;
  }
  BOOST_TEST(taken > 10U);
  BOOST_TEST(taken < 100U);
  hub.start();
  b.recorder.wait_for_messages(taken);
  // What they were counts a little longer than until they arrive.
  while (hub.send(b.id(), parcel_of("room again"))) {
    std::this_thread::yield();
  }
  b.recorder.wait_for_messages(taken + 1);
}

BOOST_AUTO_TEST_CASE(W07_a_full_queue_takes_what_must_go_until_the_stop) {
  Recorder recorder;
  HubOptions options = options_at(any_port());
  options.queue.messages = 0;
  Hub hub(options, recorder);
  Station b;
  BOOST_TEST(hub.send(b.id(), parcel_of("refused")).has_value());
  BOOST_TEST(!hub.send(b.id(), parcel_that_must_go("1")).has_value());
  BOOST_TEST(!hub.send(b.id(), parcel_that_must_go("2")).has_value());
  hub.start();
  b.recorder.wait_for_messages(2);
  BOOST_TEST((b.recorder.seen().got == std::vector<std::string>{"1", "2"}));
  hub.stop();
  BOOST_TEST(hub.send(b.id(), parcel_that_must_go("late")).has_value());
}

BOOST_AUTO_TEST_CASE(stops_from_several_threads_all_return_when_it_is_done) {
  Station a;
  Station b;
  a.send(b.id(), "x");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { a.hub.stop(); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  BOOST_TEST(a.hub.send(b.id(), parcel_of("y")).has_value());
}

BOOST_AUTO_TEST_CASE(a_listener_may_stop_the_hub) {
  struct Stopper : Recorder {
    void node_up(const NodeId& node, std::uint64_t incarnation) noexcept override {
      hub->stop();
      Recorder::node_up(node, incarnation);
    }
    Hub* hub = nullptr;
  };
  Stopper stopper;
  Hub hub(options_at(any_port()), stopper);
  stopper.hub = &hub;
  hub.start();
  Station b;
  b.send(hub.node_id(), "x");
  stopper.wait([](const Seen& seen) { return !seen.up.empty(); });
  hub.stop();
  b.recorder.wait([](const Seen& seen) { return !seen.down.empty(); });
  BOOST_TEST(stopper.seen().up.size() == 1U);
}

BOOST_AUTO_TEST_CASE(R09_garbage_on_a_plain_connection_disturbs_nobody) {
  Station a;
  Station b;
  a.send(b.id(), "before");
  b.recorder.wait_for_messages(1);
  for (const std::string& garbage :
       {std::string(100'000, '\0'), std::string(1'000, '\xff'),
        std::string("\xff\0\0\0\0\0\0\0\x01\x7f\x03", 11) + std::string(200, 'x')}) {
    const Plain connection(b.id());
    connection.write(garbage);
    BOOST_TEST(connection.is_closed_by_peer());
  }
  // ZeroMQ waits a while for the rest of these.
  const Plain browser(b.id());
  browser.write("GET / HTTP/1.1\r\n\r\n");
  const Plain silent(b.id());
  a.send(b.id(), "behind");
  b.recorder.wait_for_messages(2);
  BOOST_TEST(a.recorder.seen().down.empty());
}

BOOST_AUTO_TEST_CASE(R09_garbage_from_a_ZeroMQ_socket_is_counted_and_disturbs_nobody) {
  HubOptions options = options_at(any_port());
  options.protocol.max_frame_bytes = 100'000;
  Station b(options);
  Station a;
  a.send(b.id(), "before");
  b.recorder.wait_for_messages(1);
  HandMade vandal(b.id());
  vandal.send_raw("");
  vandal.send_raw("hello?");
  vandal.send_raw(std::string(1'000, '\x91'));
  vandal.send_parts("one", "two");
  b.recorder.wait([](const Seen& seen) {
    const auto count = [&](RejectReason reason) {
      const auto found = seen.rejected.find(reason);
      return found == seen.rejected.end() ? 0 : found->second;
    };
    return count(RejectReason::truncated) == 1 && count(RejectReason::malformed) == 3;
  });
  const auto malformed = static_cast<std::size_t>(RejectReason::malformed);
  BOOST_TEST(b.hub.counters().rejected[malformed] == 3U);
  // A frame that is too large is dropped alone.
  vandal.send_raw(std::string(100'001, 'x'));
  vandal.send_raw(std::string(125'000, 'x'));
  vandal.send_raw("");
  b.recorder.wait([](const Seen& seen) {
    const auto found = seen.rejected.find(RejectReason::too_large);
    return found != seen.rejected.end() && found->second == 2 &&
           seen.rejected.at(RejectReason::truncated) == 2;
  });
  const auto too_large = static_cast<std::size_t>(RejectReason::too_large);
  BOOST_TEST(b.hub.counters().rejected[too_large] == 2U);
  // ZeroMQ itself ends a connection on which a far larger one is announced.
  HandMade boaster(b.id());
  boaster.send_raw(std::string(125'001, 'x'));
  a.send(b.id(), "behind");
  b.recorder.wait_for_messages(2);
  BOOST_TEST(a.recorder.seen().down.empty());
  BOOST_TEST(b.recorder.seen().up.size() == 1U);
}

BOOST_AUTO_TEST_CASE(R09_what_the_rate_limit_held_back_is_told_though_nothing_else_happens) {
  HubOptions options = options_at(any_port());
  options.reject_interval = 20ms;
  Station b(options);
  HandMade vandal(b.id());
  vandal.send_raw("");
  vandal.send_raw("");
  b.recorder.wait([](const Seen& seen) {
    const auto found = seen.rejected.find(RejectReason::truncated);
    return found != seen.rejected.end() && found->second == 2;
  });
  BOOST_TEST(b.recorder.seen().rejected.size() == 1U);
}

BOOST_AUTO_TEST_CASE(R09_a_node_made_by_hand_from_the_wire_protocol_is_a_node) {
  Station a;
  HandMade peer(a.id());
  peer.say_hello();
  Frame frame = peer.hear();
  BOOST_TEST(frame.from == a.id().to_string());
  BOOST_TEST(frame.header.from_session.incarnation == a.hub.incarnation());
  BOOST_REQUIRE_EQUAL(frame.items.size(), 1U);
  BOOST_TEST((frame.items[0].kind == ItemKind::hello));
  BOOST_TEST(frame.items[0].to == peer.id());
  peer.theirs = frame.header.from_session;
  peer.say({encoded_message("one"), encoded_message("two")});
  a.recorder.wait_for_messages(2);
  a.send(peer.node(), "answer");
  do {
    frame = peer.hear();
  } while (frame.items.empty() || frame.items[0].kind != ItemKind::message);
  BOOST_TEST((frame.header.to_session == spinoff::serialization::SessionId{4711, 1}));
  BOOST_TEST(frame.header.sequence == 0U);
  BOOST_TEST(frame.items[0].payload == "answer");
  a.hub.stop();
  do {
    frame = peer.hear();
  } while (frame.items.empty());
  BOOST_TEST((frame.items[0].kind == ItemKind::bye));
  BOOST_TEST(frame.header.sequence == 1U);
}

BOOST_AUTO_TEST_CASE(R10_a_peer_that_does_not_read_holds_up_nobody_else) {
  HubOptions options = options_at(any_port());
  options.queue.bytes = 1U << 20U;
  options.protocol.silence = 1h;
  options.protocol.linger = 100ms;
  Station a(options);
  Station b;
  HandMade sleeper(a.id());
  sleeper.begin_session();
  a.recorder.wait([](const Seen& seen) { return seen.up.size() == 1; });
  // Until ZeroMQ, the kernel and the backlog are full, and not only for a moment.
  const std::string large(1U << 18U, 'x');
  constexpr std::size_t kEnough = 1'500;
  std::size_t refused = 0;
  for (int i = 0; i < 5'000 && refused < kEnough; ++i) {
    refused += a.hub.send(sleeper.node(), parcel_of(large)) ? 1 : 0;
    a.send(b.id(), "m" + std::to_string(i));
    b.recorder.wait_for_messages(static_cast<std::size_t>(i) + 1);
  }
  BOOST_TEST(refused == kEnough);
  BOOST_TEST(!a.recorder.seen().high_water.empty());
  a.send(b.id(), "last");
  b.recorder.wait([](const Seen& seen) { return seen.got.back() == "last"; });
  a.hub.stop();
  BOOST_TEST(a.recorder.count_returned() > 0U, "a stop does not wait for it either");
}

BOOST_AUTO_TEST_CASE(R11_a_port_in_use_is_told) {
  const Station a;
  const std::string error = bind_error(a.id());
  BOOST_TEST(contains(error, "cannot listen at " + a.id().to_string()));
  BOOST_TEST(contains(error, "the port is in use"));
}

BOOST_AUTO_TEST_CASE(R11_a_host_that_is_not_ours_is_told) {
  BOOST_TEST(contains(bind_error(NodeId("192.0.2.1", 0)), "no address of this machine"));
  BOOST_TEST(contains(bind_error(NodeId("no-such-host.invalid", 0)), "cannot be looked up"));
  BOOST_TEST(contains(bind_error(NodeId("0.0.0.0", 0)), "other nodes cannot call"));
  BOOST_TEST(contains(bind_error(NodeId("::", 0)), "other nodes cannot call"));
  BOOST_TEST(contains(bind_error(NodeId()), "there is no host"));
}

BOOST_AUTO_TEST_CASE(R11_a_host_may_be_a_name) {
  Station a(NodeId("localhost", 0));
  Station b(NodeId("localhost", 0));
  BOOST_TEST(a.id().host() == "localhost");
  BOOST_TEST(a.id().port() != 0);
  a.send(b.id(), "x");
  b.recorder.wait_for_messages(1);
  b.send(a.id(), "y");
  a.recorder.wait_for_messages(1);
  BOOST_TEST(a.recorder.seen().got[0] == "y");
}

BOOST_AUTO_TEST_CASE(R11_a_host_may_be_an_IPv6_address) {
  if (bind_error(NodeId("::1", 0)) != "no error") {
    BOOST_TEST_MESSAGE("this machine has no IPv6");
    return;
  }
  Station a(NodeId("::1", 0));
  Station b(NodeId("::1", 0));
  a.send(b.id(), "x");
  b.recorder.wait_for_messages(1);
  BOOST_TEST(b.recorder.seen().up[0].to_string() == a.id().to_string());
}

BOOST_AUTO_TEST_CASE(R11_a_node_that_is_called_by_another_name_says_so) {
  Station a(NodeId("localhost", 0));
  HubOptions impatient = options_at(any_port());
  impatient.protocol.linger = 0s;
  Station b(impatient);
  b.send(NodeId("127.0.0.1", a.id().port()), "x");
  a.recorder.wait(
      [](const Seen& seen) { return seen.rejected.contains(RejectReason::wrong_receiver); });
  BOOST_TEST(a.recorder.seen().up.empty());
}

BOOST_AUTO_TEST_SUITE_END()
