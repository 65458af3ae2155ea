/// Whatever reaches a node's port, the node goes on, and its other peers do not notice.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "far_worker.hpp"
#include "fixture.hpp"
#include "remoting/hub_fixture.hpp"
#include "remoting/plain_connection.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;
using remoting::testing::HandMade;
using remoting::testing::Plain;
using serialization::FrameBuilder;
using serialization::Item;
using serialization::ItemKind;

struct Numbers {
  std::vector<std::uint64_t> numbers;
  MSGPACK_DEFINE(numbers)
};

class Sum : public Actor {
 public:
  using Receives = RemoteMessages<Numbers>;
  void on(const Numbers&) {}
};

/// A node with a well-behaved peer, and whoever else knows its port.
struct InputFixture {
  TestNode b;
  TestNode peer;
  Ref greeter = b->spawn<Greeter>({.name = "greeter"});
  Ref sum = b->spawn<Sum>({.name = "sum"});

  void check_it_works() {
    const Ref remote = peer.remote(b, "/greeter");
    BOOST_TEST(remote.ask<Welcome>(Hello{"peer"}, 1h).get().text == "welcome, peer");
    BOOST_TEST(peer.down.empty());
  }
  /// Returns when all that the stranger said has been dealt with.
  void settle(HandMade& stranger) {
    stranger.say({message("/greeter", "/settled", type_name<Hello>(), hello_payload())});
    BOOST_TEST(answer_to(stranger, "/settled").type == type_name<Welcome>());
  }

  static std::string message(std::string_view to, std::string_view from, std::string_view type,
                             std::string_view payload) {
    return encode(Item{.to = to, .from = from, .type = type, .payload = payload});
  }
  static std::string hello_payload() { return "\x91\xa1!"; }

  /// What comes back to that path.
  static Item answer_to(HandMade& stranger, std::string_view path) {
    for (;;) {
      for (const Item& item : stranger.hear().items) {
        if (item.to == path) {
          return item;
        }
      }
    }
  }
};

/// The first bytes of a frame, with everything but the items.
std::string header(const std::string& from) {
  std::string frame = FrameBuilder(from, {{1, 1}, {0, 0}, 0}).finish();
  frame.resize(frame.size() - 5);  // the list of items, which is empty
  return frame;
}

std::string bytes(std::initializer_list<int> values) {
  std::string result;
  for (const int value : values) {
    result += static_cast<char>(value);
  }
  return result;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(remoting_input, InputFixture)

BOOST_AUTO_TEST_CASE(R09_frames_that_are_none_are_told_and_dropped) {
  const std::string claims_4g = bytes({0xdd, 0xff, 0xff, 0xff, 0xff});
  const std::string good = FrameBuilder("127.0.0.1:1", {{1, 1}, {0, 0}, 0}).finish();
  const std::vector<std::pair<std::string, std::string>> frames{
      {"", "truncated frame"},
      {bytes({0xc1}), "malformed frame"},
      {bytes({0x01}), "malformed frame"},
      {"hello", "malformed frame"},
      {good + "more", "malformed frame: a frame was dropped: bytes follow behind its end"},
      {good.substr(0, good.size() / 2), "truncated frame"},
      {good.substr(0, good.size() - 1), "truncated frame"},
      {claims_4g, "truncated frame"},
      {bytes({0xdf, 0xff, 0xff, 0xff, 0xff}), "malformed frame"},
      {bytes({0x98, 0xdb, 0xff, 0xff, 0xff, 0xff}), "frame"},
      {header("127.0.0.1:1") + claims_4g, "frame over a limit"},
      {std::string(100'000, '\x91'), "frame"},
      {bytes({0x98, 0x63}) + good.substr(2), "frame of another version"},
      {FrameBuilder("no node id", {{1, 1}, {0, 0}, 0}).finish(), "frame of an impossible sender"},
      {FrameBuilder("127.0.0.1:1", {{0, 0}, {0, 0}, 0}).finish(), "frame of an impossible sender"},
  };
  for (const auto& [frame, told] : frames) {
    TestNode node;  // of its own: what is told is limited in rate
    HandMade stranger(node.id());
    stranger.send_raw(frame);
    const RemoteInputRejected event = node.rejected.next();
    BOOST_TEST(contains(event.what, told), event.what << " is not " << told);
    BOOST_TEST(event.count == 1U);
  }
  HandMade stranger(b.id());
  for (const auto& [frame, told] : frames) {
    stranger.send_raw(frame);
  }
  stranger.send_parts("one", "two");
  stranger.send_raw(FrameBuilder(b.address(), {{1, 1}, {0, 0}, 0}).finish());
  stranger.begin_session();
  settle(stranger);
  check_it_works();
}

BOOST_AUTO_TEST_CASE(R09_a_plain_connection_that_sends_garbage_disturbs_nobody) {
  check_it_works();
  for (const std::string& garbage : {std::string(100'000, '\0'), std::string(1'000, '\xff')}) {
    const Plain stranger(b.id());
    stranger.write(garbage);
    BOOST_TEST(stranger.is_closed_by_peer());
  }
  const Plain browser(b.id());
  browser.write("GET / HTTP/1.1\r\n\r\n");
  const Plain silent(b.id());
  check_it_works();
}

BOOST_AUTO_TEST_CASE(R09_a_message_of_an_unknown_type_is_told_and_refused) {
  HandMade stranger(b.id());
  stranger.begin_session();
  stranger.say({message("/greeter", "/$ask-7", "no.such.Type", "\xc0")});
  const Item answer = answer_to(stranger, "/$ask-7");
  BOOST_TEST((answer.kind == ItemKind::ask_failed));
  BOOST_TEST(contains(answer.payload, R"("no.such.Type")"), answer.payload);
  const RemoteInputRejected event = b.rejected.next();
  BOOST_TEST(event.what == R"(a message of type "no.such.Type" to "/greeter" from )" +
                               stranger.id() + ": no actor in this program receives that type");
  check_it_works();
}

BOOST_AUTO_TEST_CASE(R09_a_text_from_elsewhere_cannot_pass_for_lines_of_the_log) {
  HandMade stranger(b.id());
  stranger.begin_session();
  stranger.say({message("/a\nwarning: b", "/me", "no.such\r\n\x1b[2JType", "\xc0")});
  const std::string what = b.rejected.next().what;
  BOOST_TEST(std::ranges::none_of(what, [](char c) { return c >= 0 && c < ' '; }), what);
  BOOST_TEST(contains(what, R"(no.such\r\n\x1b[2JType)"), what);
  Future<Welcome> answer = b->lookup(stranger.id() + "/there").ask<Welcome>(Hello{"you"}, 1h);
  const std::string ask(answer_to(stranger, "/there").from);
  stranger.say(
      {encode(Item{.kind = ItemKind::ask_failed, .to = ask, .payload = "no\nerror: burning"})});
  const std::string error = error_of<AskFailed>([&] { answer.get(); });
  BOOST_TEST(contains(error, R"(no\nerror: burning)"), error);
}

BOOST_AUTO_TEST_CASE(R09_nobody_can_watch_in_the_name_of_another_nodes_actor) {
  HandMade stranger(b.id());
  stranger.begin_session();
  stranger.say(
      {encode(Item{.kind = ItemKind::watch, .to = "/greeter", .from = "127.0.0.1:1/other"})});
  const RemoteInputRejected event = b.rejected.next();
  BOOST_TEST(event.what == "an item from " + stranger.id() +
                               R"(: the watcher "127.0.0.1:1/other" is no actor of that node)");
  check_it_works();
}

BOOST_AUTO_TEST_CASE(R09_a_node_of_another_version_is_told_ours_and_the_user_is_told) {
  HandMade stranger(b.id());
  std::string newer = FrameBuilder(stranger.id(), {{5, 1}, {0, 0}, 0}).finish();
  newer[1] = 2;
  stranger.send_raw(newer);
  const std::string what = b.rejected.next().what;
  BOOST_TEST(contains(what, "frame of another version: a frame of " + stranger.id()), what);
  BOOST_TEST(contains(what, "run one version of this library on all nodes"), what);
  // From this the other end knows our version: it can read that, and no more.
  const serialization::Frame hello = stranger.hear();
  BOOST_REQUIRE_EQUAL(hello.items.size(), 1U);
  BOOST_TEST((hello.items.front().kind == ItemKind::hello));
  BOOST_TEST(hello.from == b.address());
  BOOST_TEST(b.up.empty());
  check_it_works();
}

BOOST_AUTO_TEST_CASE(R09_fields_that_a_later_version_has_added_say_nothing) {
  HandMade stranger(b.id());
  stranger.begin_session();
  std::string item = message("/greeter", "/$ask-7", type_name<Hello>(), hello_payload());
  BOOST_REQUIRE_EQUAL(item.front(), '\x95');
  item.front() = '\x97';
  item += "\xc0\xa1x";
  FrameBuilder builder(stranger.id(), {{4711, 1}, stranger.theirs, 0});
  builder.add(item);
  std::string frame = std::move(builder).finish();
  BOOST_REQUIRE_EQUAL(frame.front(), '\x98');
  frame.front() = '\x99';
  frame += "\x81\xa1y\x01";
  stranger.send_raw(frame);
  BOOST_TEST(answer_to(stranger, "/$ask-7").type == type_name<Welcome>());
  BOOST_TEST(b.rejected.empty());
}

// Only what a user registered has a name on the wire.
BOOST_AUTO_TEST_CASE(R09_no_type_of_the_engine_can_be_sent_by_name) {
  HandMade stranger(b.id());
  stranger.begin_session();
  for (const char* const type :
       {"spinoff.engine.Stop", "spinoff.engine.Kill", "spinoff.engine.Poison",
        "spinoff.engine.Encoded", "spinoff.engine.Watch", "spinoff.Terminated",
        "spinoff.DeadLetter", ""}) {
    stranger.say({message("/greeter", "/$ask-7", type, "\x90")});
    BOOST_TEST((answer_to(stranger, "/$ask-7").kind == ItemKind::ask_failed), type);
  }
  settle(stranger);
}

BOOST_AUTO_TEST_CASE(R09_a_payload_that_does_not_decode_is_told_and_refused) {
  const std::string_view hello = type_name<Hello>();
  const std::string_view numbers = type_name<Numbers>();
  const std::vector<std::pair<std::string_view, std::string>> payloads{
      {hello, ""},
      {hello, bytes({0xc0})},
      {hello, bytes({0xc1})},
      {hello, bytes({0x91, 0x01})},
      {hello, bytes({0x91, 0xa5, 'a'})},
      {hello, bytes({0x91, 0xa1, 'a', 0xc0})},
      {hello, bytes({0x91, 0xdb, 0xff, 0xff, 0xff, 0xff})},
      {hello, std::string(1000, '\x91')},
      {numbers, bytes({0x91, 0xdd, 0xff, 0xff, 0xff, 0xff})},
      {numbers, bytes({0x91, 0xdf, 0xff, 0xff, 0xff, 0xff})},
      {numbers, bytes({0x91, 0x91, 0xff})},
  };
  HandMade stranger(b.id());
  stranger.begin_session();
  int number = 1;
  for (const auto& [type, payload] : payloads) {
    const std::string ask = fmt::format("/$ask-{}", ++number);
    const std::string_view to = type == hello ? "/greeter" : "/sum";
    stranger.say({message(to, ask, type, payload)});
    const Item answer = answer_to(stranger, ask);
    BOOST_TEST((answer.kind == ItemKind::ask_failed));
    BOOST_TEST(contains(answer.payload, "could not be decoded"), answer.payload);
  }
  const RemoteInputRejected event = b.rejected.next();
  BOOST_TEST(contains(event.what, "Hello' could not be decoded"), event.what);
  BOOST_TEST(b.errors.empty());
  check_it_works();
}

BOOST_AUTO_TEST_CASE(R09_garbage_is_told_at_a_limited_rate_and_counted) {
  constexpr int kTimes = 2000;
  HandMade stranger(b.id());
  stranger.begin_session();
  for (int i = 0; i < kTimes; ++i) {
    stranger.say({message("/greeter", "/me", "no.such.Type", "\xc0"),
                  message("/greeter", "/me", type_name<Hello>(), "\xc0")});
  }
  settle(stranger);
  const auto events = b.rejected.rest();
  BOOST_TEST(events.size() >= 2U);
  BOOST_TEST(events.size() <= 100U);
  for (const RemoteInputRejected& event : events) {
    BOOST_TEST(event.count <= kTimes);
  }
}

BOOST_AUTO_TEST_CASE(R09_a_path_that_is_none_reaches_no_actor) {
  const auto heard = hearings();
  b.probe("ob", heard);
  HandMade stranger(b.id());
  stranger.begin_session();
  const std::string payload = hello_payload();
  for (const char* const path :
       {"bob", "ob", "/", "//ob", "/ob/", "/ob//", "x/ob", " /ob", "/ob\n", "/$", "/$-", "/$ob-1",
        "/$ask-", "/$ask-99999999999999999999999", "/$ask--1"}) {
    stranger.say({message(path, "/me", type_name<Text>(), payload)});
  }
  stranger.say({message("/ob", "/me", type_name<Text>(), payload)});
  const Heard only = heard.next();
  BOOST_TEST(only.text == "!");
  BOOST_TEST(only.ref.uri().to_string() == stranger.id() + "/me");
  settle(stranger);
  BOOST_TEST(heard.empty());
  BOOST_TEST(contains(b.rejected.next().what, "an item from " + stranger.id()));
  check_it_works();
}

BOOST_AUTO_TEST_CASE(R09_a_sender_or_watcher_that_is_no_name_is_told_and_dropped) {
  HandMade stranger(b.id());
  stranger.begin_session();
  for (const char* const name : {"::::", "me", "/a//b", "/a b", "host:99999/a"}) {
    stranger.say({message("/greeter", name, type_name<Hello>(), hello_payload()),
                  encode(Item{.kind = ItemKind::watch, .to = "/greeter", .from = name}),
                  encode(Item{.kind = ItemKind::unwatch, .to = "/greeter", .from = name}),
                  encode(Item{.kind = ItemKind::terminated, .to = "/greeter", .from = name})});
  }
  settle(stranger);
  BOOST_TEST(contains(b.rejected.next().what, "an item from " + stranger.id()));
  check_it_works();
}

BOOST_AUTO_TEST_CASE(R09_watches_in_the_name_of_others_do_no_harm) {
  const auto heard = hearings();
  const Ref probe = b.probe("probe", heard);
  const Ref victim = b.probe("victim", heard);
  HandMade stranger(b.id());
  stranger.begin_session();
  const std::vector<std::string> names{"/me",
                                       "/$ask-1",
                                       b.address(),
                                       b.address() + "/probe",
                                       "/$ask-99",
                                       "127.0.0.1:1/other",
                                       b.address() + "/nobody",
                                       b.address() + "/$ask-1",
                                       "/me"};
  for (const std::string& name : names) {
    for (const char* const whom : {"/victim", "/nobody", "", "/$ask-1"}) {
      stranger.say({encode(Item{.kind = ItemKind::watch, .to = whom, .from = name})});
    }
    stranger.say({encode(Item{.kind = ItemKind::unwatch, .to = "/sum", .from = name}),
                  encode(Item{.kind = ItemKind::ask_failed, .to = name, .payload = "no"})});
  }
  settle(stranger);
  testing::stop_and_wait(*b, victim);
  const Item terminated = answer_to(stranger, "/me");
  BOOST_TEST((terminated.kind == ItemKind::terminated));
  settle(stranger);
  drain(probe);
  BOOST_TEST(heard.empty());
  check_it_works();
}

BOOST_AUTO_TEST_CASE(R09_nobody_can_tell_of_the_end_of_another_nodes_actor) {
  const auto heard = hearings();
  const Ref watcher = b.probe("watcher", heard);
  const Ref watched = peer.probe("watched", heard);
  const Ref remote = b.remote(peer, "/watched");
  call(watcher, [&](Puppet& me) { me.watch(remote); });
  HandMade stranger(b.id());
  stranger.begin_session();
  const std::string full = peer.address() + "/watched";
  for (const std::string& name : {full, std::string("/watched"), b.address() + "/watched"}) {
    stranger.say({encode(Item{.kind = ItemKind::terminated, .to = "/watcher", .from = name})});
  }
  settle(stranger);
  drain(watcher);
  BOOST_TEST(heard.empty());
  watched.stop();
  BOOST_TEST(heard.next().ref == remote);
}

// The sender of a message may be any actor, as when it was forwarded.
BOOST_AUTO_TEST_CASE(R13_who_passes_for_an_actor_of_the_node_itself_spawns_nothing) {
  const Collector<Ref> spawned("an actor that was spawned for others");
  b->subscribe<Started>([spawned](const Started& event) {
    if (event.actor.uri().path().starts_with("/$remote/")) {
      spawned.add(event.actor);
    }
  });
  const auto unhandled = listen<UnhandledMessage>(*b);
  const std::string actor_class(type_name<FarWorker>());
  std::string order = "\x92\xd9";
  order += static_cast<char>(actor_class.size());
  order += actor_class + "\xb7label='made up',first=1";
  HandMade stranger(b.id());
  stranger.begin_session();
  stranger.say({message("/$remote", b.id().to_string() + "/greeter",
                        "spinoff.remote_spawn.SpawnHere", order)});
  const UnhandledMessage answer = unhandled.next();
  BOOST_TEST(answer.actor == greeter);
  BOOST_TEST(answer.message.type_name() == "spinoff.remote_spawn.NotSpawned");
  BOOST_TEST(spawned.empty());
}

BOOST_AUTO_TEST_SUITE_END()
