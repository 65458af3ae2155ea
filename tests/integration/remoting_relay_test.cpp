/// Nodes that cannot reach each other, since each has a wrong key for the other one, and a relay.
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "far_worker.hpp"
#include "fixture.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;

constexpr const char* kA = "127.0.0.1:0";
constexpr const char* kB = "127.0.0.2:0";
constexpr const char* kRelay = "127.0.0.3:0";

struct Keys {
  SecretKey a = SecretKey::generate();
  SecretKey b = SecretKey::generate();
  SecretKey relay = SecretKey::generate();
  PublicKey wrong = SecretKey::generate().public_key();
};

NodeOptions quick_at(const char* address, const SecretKey& key) {
  NodeOptions options = options_at(address);
  options.heartbeat = 100ms;
  options.silence = 2s;
  options.unreachable_after = 2s;
  options.security = Security{.key = key, .peers = {}};
  return options;
}

struct Begin {};

/// Spawns an actor at another node, and tells of its life.
class Boss : public Actor {
 public:
  using Receives = Messages<Begin, Ticks, Terminated>;
  Boss(std::string node, const Hearings* heard) : node_(std::move(node)), heard_(heard) {}
  Decision supervise(const ChildError& error) override {
    heard_->add({describe(error.error), error.child});
    return Decision::Stop;
  }

  Task<> on(const Begin& /*begin*/) {
    child_ = co_await spawn_on(node_, "spinoff.integration.FarWorker", "label='w', first=10");
    watch(child_);
    heard_->add({"spawned", child_});
    child_ << Tick{};
  }
  void on(const Ticks& ticks) {
    heard_->add({"counted to " + std::to_string(ticks.own), child_});
    child_ << Fail{"worn out"};
  }
  void on(const Terminated& end) { heard_->add({"terminated", end.actor}); }

 private:
  const std::string node_;
  const Hearings* const heard_;
  Ref child_;
};

struct RelayFixture {
  NodeOptions relay_options(bool may_relay) const {
    NodeOptions options = quick_at(kRelay, keys.relay);
    options.remote_rights.relay = may_relay;
    options.security->peers.add("127.0.0.1:*", keys.a.public_key());
    options.security->peers.add("127.0.0.2:*", keys.b.public_key());
    return options;
  }
  NodeOptions end_options(const char* address, const SecretKey& key, const char* other) const {
    NodeOptions options = quick_at(address, key);
    options.security->peers.add("127.0.0.3:*", keys.relay.public_key());
    options.security->peers.add(other, keys.wrong);
    options.relays = {relay->address()};
    options.max_queued_messages = max_queued_messages;
    options.allow_remote_spawn = true;
    return options;
  }
  void start(bool may_relay = true) {
    relay.emplace(relay_options(may_relay));
    a.emplace(end_options(kA, keys.a, "127.0.0.2:*"));
    b.emplace(end_options(kB, keys.b, "127.0.0.1:*"));
    BOOST_TEST(a->up.next().node == relay->id());
    BOOST_TEST(b->up.next().node == relay->id());
    (*b)->spawn<Greeter>({.name = "greeter"});
  }

  const Keys keys;
  std::size_t max_queued_messages = 1'000'000;
  std::optional<TestNode> relay;
  std::optional<TestNode> a;
  std::optional<TestNode> b;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(remoting_relay, RelayFixture)

BOOST_AUTO_TEST_CASE(R12_actors_ask_and_watch_each_other_by_a_relay) {
  start();
  const Ref remote = a->remote(*b, "/greeter");
  BOOST_TEST(remote.ask<Welcome>(Hello{"a"}, 1h).get().text == "welcome, a");
  const Hearings heard = hearings();
  const auto probe = a->probe("probe", heard);
  call(probe, [&](Puppet& me) { me.watch(remote); });
  (*b)->lookup("/greeter").poison();
  BOOST_TEST(heard.next().text == "terminated");
}

BOOST_AUTO_TEST_CASE(R12_messages_of_any_size_come_in_order_by_a_relay) {
  start();
  const Hearings heard = hearings();
  (*b)->spawn<Probe>({.name = "listener"}, heard);
  const Ref listener = a->remote(*b, "/listener");
  const auto speaker = a->probe("speaker", hearings());
  constexpr int kMany = 2'000;
  const std::vector<std::string> large{long_text(kMiB), long_text(10 * kMiB)};
  call(speaker, [&](Puppet&) {
    for (int i = 0; i < kMany; ++i) {
      listener << Text{std::to_string(i)};
    }
    for (const std::string& text : large) {
      listener << Text{text} << Text{"behind"};
    }
  });
  for (int i = 0; i < kMany; ++i) {
    BOOST_TEST_REQUIRE(heard.next().text == std::to_string(i));
  }
  for (const std::string& text : large) {
    const Heard whole = heard.next();
    BOOST_TEST((whole.text == text), "it came with " << whole.text.size() << " bytes");
    BOOST_TEST((whole.ref == b->remote(*a, "/speaker")));
    BOOST_TEST(heard.next().text == "behind");
  }
  BOOST_TEST(a->dead_letters.empty());
  BOOST_TEST(a->down.empty());
}

BOOST_AUTO_TEST_CASE(R12_R13_an_actor_is_spawned_and_supervised_by_a_relay) {
  start();
  const Hearings heard = hearings();
  const Ref boss = (*a)->spawn<Boss>(b->address(), &heard);
  boss << Begin{};
  const Heard spawned = heard.next();
  BOOST_TEST(spawned.text == "spawned");
  BOOST_TEST((spawned.ref.uri().node() == b->id()));
  for (const char* const text : {"counted to 11", "worn out", "terminated"}) {
    const Heard next = heard.next();
    BOOST_TEST(next.text == text);
    BOOST_TEST(next.ref == spawned.ref);
  }
}

BOOST_AUTO_TEST_CASE(R12_what_a_relay_has_taken_counts_no_more_as_waiting) {
  max_queued_messages = 5;
  start();
  const Ref remote = a->remote(*b, "/greeter");
  for (int i = 0; i < 50; ++i) {
    const std::string name = std::to_string(i);
    BOOST_TEST(remote.ask<Welcome>(Hello{name}, 1h).get().text == "welcome, " + name);
  }
  BOOST_TEST(a->dead_letters.empty());
}

BOOST_AUTO_TEST_CASE(R12_when_the_only_relay_is_gone_watchers_hear_of_it) {
  start();
  const Ref remote = a->remote(*b, "/greeter");
  const Hearings heard = hearings();
  const auto probe = a->probe("probe", heard);
  call(probe, [&](Puppet& me) { me.watch(remote); });
  BOOST_TEST(remote.ask<Welcome>(Hello{"a"}, 1h).get().text == "welcome, a");
  relay.reset();
  BOOST_TEST(heard.next().text == "terminated");
  BOOST_TEST(a->down.next().reason == "it was stopped");
  const NodeDown down = a->down.next();
  BOOST_TEST(down.node == b->id());
  BOOST_TEST(contains(down.reason, "nothing was heard of it"), down.reason);
}

BOOST_AUTO_TEST_CASE(R12_why_a_node_does_not_relay_is_told_where_the_other_one_is_not_reached) {
  start(false);
  const Ref remote = a->remote(*b, "/greeter");
  const std::string error = error_of<AskFailed>([&] { remote.ask<Welcome>(Hello{"a"}, 1h).get(); });
  BOOST_TEST(contains(error, "it does not relay for other nodes (RemoteRights::relay)"), error);
}

BOOST_AUTO_TEST_CASE(R12_relays_are_checked_at_the_start) {
  const auto error_with = [](std::vector<std::string> relays) {
    NodeOptions options = options_at("127.0.0.1:0");
    options.relays = std::move(relays);
    return error_of<NodeStartFailed>([&] { const Node node(options); });
  };
  BOOST_TEST(contains(error_with({"127.0.0.1:0"}), "'127.0.0.1:0' has no port"));
  BOOST_TEST(contains(error_with({"node@127.0.0.1"}), "invalid node id \"node@127.0.0.1\""));
  BOOST_TEST(error_with({"127.0.0.1:9700"}) == "no error");
  NodeOptions alone = testing::quiet();
  alone.relays = {"127.0.0.1:9700"};
  BOOST_TEST(contains(error_of<NodeStartFailed>([&] { const Node node(alone); }), "relays"));
  NodeOptions at_once = options_at("127.0.0.1:0");
  at_once.relay_after = 0s;
  BOOST_TEST(contains(error_of<NodeStartFailed>([&] { const Node node(at_once); }), "relay_after"));
}

BOOST_AUTO_TEST_SUITE_END()
