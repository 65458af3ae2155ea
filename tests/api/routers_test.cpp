/// Rules T01 to T06, T08, T09: how a router chooses among its routees. Pools: pools_test.cpp.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

#include "engine/manual_node.hpp"
#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Put {
  std::string key;
  int value = 0;
};
struct Keyed {
  int id = 0;
  [[nodiscard]] int routing_key() const { return id; }
};

struct Seen {
  Ref where;
  int value;
  Ref sender;
};

/// Notes what it gets; doubles what is asked of it.
class Sink : public Puppet {
 public:
  using Receives = Messages<Do, int, Put, Keyed, double>;
  explicit Sink(Collector<Seen> seen) : seen_(std::move(seen)) {}
  using Puppet::on;
  void on(const int& value) { seen_.add({self(), value, sender()}); }
  void on(const Put& put) { seen_.add({self(), put.value, sender()}); }
  void on(const Keyed& keyed) { seen_.add({self(), keyed.id, sender()}); }
  void on(const double& number) { sender() << static_cast<int>(2 * number); }

 private:
  Collector<Seen> seen_;
};

struct World {
  const Collector<Seen> seen{"a message at a routee"};
  Node node{quiet()};
  std::vector<Ref> sinks;

  explicit World(int count = 3) {
    for (int i = 0; i < count; ++i) {
      sinks.push_back(node.spawn<Sink>({.name = "sink-" + std::to_string(i)}, seen));
    }
  }
  /// Who got the next message, as its place among the sinks.
  [[nodiscard]] int next() const {
    return static_cast<int>(std::ranges::find(sinks, seen.next().where) - sinks.begin());
  }
  template <class Routing, class... Ms>
  std::vector<int> places(const Router<Routing>& router, const Ms&... messages) const {
    std::vector<int> got;
    const auto send = [&](const auto& message) {
      router << message;
      got.push_back(next());
    };
    (send(messages), ...);
    return got;
  }
};

/// Asks a router what it is spawned with.
template <class Asked>
class Asker : public Process {
 public:
  Task<> run(Asked whom, Log log) {
    try {
      const int reply = co_await whom.template ask<int>(2.0, 1h);
      log.add(std::to_string(reply));
    } catch (const AskFailed&) {
      log.add("failed");
    }
  }
};

using Places = std::vector<int>;

BOOST_AUTO_TEST_SUITE(routers)

BOOST_AUTO_TEST_CASE(T01_a_router_is_used_like_a_ref_and_copies_share_its_turns) {
  const World world;
  const Router router(RoundRobin{}, world.sinks);
  const Router copy = router;
  router << 1 << 2;
  copy.send(3);
  std::map<int, Ref> where;
  for (const Seen& seen : world.seen.next(3)) {
    where[seen.value] = seen.where;
  }
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(where[i + 1] == world.sinks[static_cast<std::size_t>(i)]);
  }
  BOOST_TEST(router.ask<int>(2.0).get() == 4);
}

BOOST_AUTO_TEST_CASE(T01_the_routee_sees_the_sender) {
  World world(1);
  const Router router(RoundRobin{}, world.sinks);
  const Ref sender = world.node.spawn<Puppet>();
  call(sender, [router](Puppet&) { router << 1; });
  BOOST_TEST(world.seen.next().sender == sender);
}

BOOST_AUTO_TEST_CASE(T01_routing_needs_no_turn_of_anybody_and_keeps_the_senders_order) {
  World world(2);
  const Router router(RoundRobin{}, world.sinks);
  {
    // In the middle of a turn, what goes by the router and what goes directly stay in order.
    const Ref sender = world.node.spawn<Puppet>();
    call(sender, [router, &world](Puppet&) {
      for (int i = 0; i < 100; i += 4) {
        router << i << i + 1;
        world.sinks[0] << i + 2;
        world.sinks[1] << i + 3;
      }
    });
  }
  std::map<std::string, std::vector<int>> by_sink;
  for (const Seen& seen : world.seen.next(100)) {
    by_sink[seen.where.to_string()].push_back(seen.value);
  }
  BOOST_TEST(by_sink.size() == 2);
  for (const auto& [sink, values] : by_sink) {
    BOOST_TEST(values.size() == 50);
    BOOST_TEST(std::ranges::is_sorted(values));
  }
}

BOOST_AUTO_TEST_CASE(T01_threads_use_one_router_at_once_while_routees_come_and_go) {
  constexpr int kThreads = 4;
  constexpr int kMessages = 2000;
  World world(4);
  const Router router(RoundRobin{}, world.sinks);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&router, i] {
      for (int j = 0; j < kMessages; ++j) {
        router << i * kMessages + j;
      }
    });
  }
  for (int i = 0; i < 500; ++i) {
    router.remove(world.sinks[1]);
    router.add(world.sinks[1]);
  }
  std::set<int> values;
  for (const Seen& seen : world.seen.next(std::size_t{kThreads} * kMessages)) {
    values.insert(seen.value);
  }
  BOOST_TEST(values.size() == kThreads * kMessages);
}

BOOST_AUTO_TEST_CASE(T02_round_robin_takes_each_in_turn) {
  const World world;
  const Router router(RoundRobin{}, world.sinks);
  BOOST_TEST((world.places(router, 1, 2, 3, 4, 5, 6) == Places{0, 1, 2, 0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(T02_random_choices_can_be_repeated_by_their_seed) {
  const World world;
  const auto choices = [&](std::uint64_t seed) {
    const Router router(Random{.seed = seed}, world.sinks);
    Places places;
    for (int i = 0; i < 60; ++i) {
      places.push_back(world.places(router, i).front());
    }
    return places;
  };
  const Places first = choices(1);
  BOOST_TEST((choices(1) == first));
  BOOST_TEST((choices(2) != first));
  for (int sink = 0; sink < 3; ++sink) {
    BOOST_TEST(std::ranges::count(first, sink) > 10);
  }
}

BOOST_AUTO_TEST_CASE(T03_the_one_with_the_fewest_messages_of_the_router_is_chosen) {
  const World world;
  const Router router(SmallestMailbox{}, world.sinks);
  // Each has one in its handler: so they are all alike, and the first is taken again.
  std::vector<std::shared_ptr<Gate>> leave;
  for (int i = 0; i < 3; ++i) {
    const auto entered = std::make_shared<Gate>("a routee to be in its handler");
    const auto gate = leave.emplace_back(std::make_shared<Gate>("the test"));
    router << Do{[entered, gate](Puppet&) {
      entered->open();
      gate->wait();
    }};
    entered->wait();
  }
  leave[1]->open();
  drain(world.sinks[1]);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST((world.places(router, i) == Places{1}));
    drain(world.sinks[1]);
  }
  leave[0]->open();
  leave[2]->open();
}

BOOST_AUTO_TEST_CASE(T03_of_equal_ones_each_in_turn) {
  const World world;
  const Router router(SmallestMailbox{}, world.sinks);
  Places places;
  for (int i = 0; i < 6; ++i) {
    places.push_back(world.places(router, i).front());
    drain(world.sinks[static_cast<std::size_t>(places.back())]);
  }
  BOOST_TEST((places == Places{0, 1, 2, 0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(T03_what_others_send_does_not_count) {
  const World world(2);
  const Router router(SmallestMailbox{}, world.sinks);
  const Held held(world.sinks[0]);
  world.sinks[0] << 1 << 2 << 3;
  router << 4;
  held.let_go();
  for (const Seen& seen : world.seen.next(4)) {
    BOOST_TEST(seen.where == world.sinks[0]);
  }
}

BOOST_AUTO_TEST_CASE(T03_a_question_counts_like_a_message) {
  const World world(2);
  const Router router(SmallestMailbox{}, world.sinks);
  const Held held(world.sinks[0]);
  auto reply = router.ask<int>(4.0, 1h);  // to the first one, which is held
  BOOST_TEST((world.places(router, 1) == Places{1}));
  drain(world.sinks[1]);
  BOOST_TEST((world.places(router, 2) == Places{1}));
  held.let_go();
  BOOST_TEST(reply.get() == 8);
}

/// Gets one number for each `Do`.
class Slow : public Process {
 public:
  Task<> run(Collector<Seen> seen) {
    for (;;) {
      co_await get<Do>();
      const int value = co_await get<int>();
      seen.add({self(), value, sender()});
    }
  }
};

BOOST_AUTO_TEST_CASE(T03_a_process_counts_those_that_it_has_not_got) {
  World world(1);
  const Ref slow = world.node.spawn<Slow>(world.seen);
  const Router router(SmallestMailbox{}, {slow, world.sinks[0]});
  router << 1;                                         // kept
  BOOST_TEST((world.places(router, 2) == Places{0}));  // the other's turn
  drain(world.sinks[0]);
  BOOST_TEST((world.places(router, 3) == Places{0}));  // it has fewer
  drain(world.sinks[0]);
  slow << Do{};
  BOOST_TEST(world.seen.next().where == slow);
  BOOST_TEST((world.places(router, 4) == Places{0}));  // the other's turn
  drain(world.sinks[0]);
  router << 5;
  slow << Do{};
  BOOST_TEST(world.seen.next().where == slow);
}

BOOST_AUTO_TEST_CASE(T03_what_stays_unhandled_counts_no_more) {
  const World world(2);
  const auto dead = listen<UnhandledMessage>(const_cast<World&>(world).node);
  const Router router(SmallestMailbox{}, world.sinks);
  router << 'x';
  BOOST_TEST(dead.next().actor == world.sinks[0]);
  drain(world.sinks[0]);
  BOOST_TEST((world.places(router, 1) == Places{1}));
  drain(world.sinks[1]);
  BOOST_TEST((world.places(router, 2) == Places{0}));
}

BOOST_AUTO_TEST_CASE(T03_actors_at_other_nodes_come_last) {
  const Collector<Seen> seen("a message at a routee");
  NodeOptions options = quiet();
  options.remoting = "127.0.0.1:0";
  options.unreachable_after = 1ms;
  Node node(options);
  const auto dead = listen<DeadLetter>(node);
  const Ref sink = node.spawn<Sink>(seen);
  const Ref far = node.lookup("127.0.0.1:1/sink");
  const Router router(SmallestMailbox{}, {far, sink});
  {
    const Held held(sink);
    router << 1 << 2 << 3;
  }
  for (const Seen& one : seen.next(3)) {
    BOOST_TEST(one.where == sink);
  }
  router.remove(sink);
  router << 4;
  BOOST_TEST(dead.next().target == far);
}

BOOST_AUTO_TEST_CASE(T04_a_broadcast_goes_to_all) {
  const World world;
  const Router router(Broadcast{}, world.sinks);
  router << 7;
  std::set<std::string> where;
  for (const Seen& seen : world.seen.next(3)) {
    BOOST_TEST(seen.value == 7);
    where.insert(seen.where.to_string());
  }
  BOOST_TEST(where.size() == 3);
}

/// Never answers.
class Mute : public Puppet {
 public:
  using Receives = Messages<Do, double>;
  using Puppet::on;
  void on(const double&) {}
};
class Broken : public Puppet {
 public:
  using Receives = Messages<Do, double>;
  using Puppet::on;
  void on(const double&) { throw std::runtime_error("broken"); }
};

BOOST_AUTO_TEST_CASE(T04_the_first_reply_of_all_that_were_asked_is_the_answer) {
  World world(2);
  const Ref mute = world.node.spawn<Mute>();
  const Router router(ScatterGatherFirst{}, {mute, world.sinks[0], world.sinks[1]});
  const Held held(world.sinks[0]);
  BOOST_TEST(router.ask<int>(4.0, 1h).get() == 8);
  const Log log("a reply");
  world.node.spawn<Asker<Router<ScatterGatherFirst>>>(router, log);
  BOOST_TEST(log.next() == "4");
}

BOOST_AUTO_TEST_CASE(T04_one_that_fails_does_not_keep_the_others_from_answering) {
  World world(1);
  const auto errors = listen<Error>(world.node);
  const Router router(ScatterGatherFirst{}, {Ref(world.node.spawn<Broken>()), world.sinks[0]});
  const Held held(world.sinks[0]);
  auto reply = router.ask<int>(4.0, 1h);
  errors.next();
  BOOST_TEST(!reply.ready());
  held.let_go();
  BOOST_TEST(reply.get() == 8);
}

BOOST_AUTO_TEST_CASE(T04_the_ask_fails_when_the_last_has_failed) {
  World world(1);
  const Router router(ScatterGatherFirst{},
                      {Ref(world.node.spawn<Broken>()), Ref(world.node.spawn<Broken>()),
                       Ref(world.node.spawn<Puppet>())});
  BOOST_CHECK_THROW(router.ask<int>(4.0, 1h).get(), AskFailed);
  const Log log("a reply");
  world.node.spawn<Asker<Router<ScatterGatherFirst>>>(router, log);
  BOOST_TEST(log.next() == "failed");
}

BOOST_AUTO_TEST_CASE(T04_no_reply_of_anybody_in_time_is_a_timeout) {
  World world(1);
  const Router router(ScatterGatherFirst{},
                      {Ref(world.node.spawn<Mute>()), Ref(world.node.spawn<Broken>())});
  BOOST_CHECK_THROW(router.ask<int>(4.0, 1ms).get(), Timeout);
}

BOOST_AUTO_TEST_CASE(T05_equal_keys_go_to_the_same_routee_and_different_ones_to_all) {
  const World world(3);
  const auto check = [&](const auto& router, const auto& message) {
    std::set<int> all;
    for (int i = 0; i < 50; ++i) {
      const Places places = world.places(router, message(i), message(i));
      BOOST_TEST(places[0] == places[1]);
      all.insert(places[0]);
    }
    BOOST_TEST(all.size() == 3);
  };
  const auto put = [](int i) { return Put{"key-" + std::to_string(i), i}; };
  check(Router(ConsistentHash{}, world.sinks), [](int i) { return Keyed{i}; });
  check(Router(ConsistentHash{&Put::key}, world.sinks), put);
  check(Router(ConsistentHash{[](const Put& one) { return one.value; }}, world.sinks), put);
}

BOOST_AUTO_TEST_CASE(T05_a_routee_that_comes_or_goes_moves_only_its_share_of_the_keys) {
  World world(10);
  const Router router(ConsistentHash{}, world.sinks);
  constexpr int kKeys = 2000;
  const auto owners = [&] {
    Places places;
    for (int i = 0; i < kKeys; ++i) {
      places.push_back(world.places(router, Keyed{i}).front());
    }
    return places;
  };
  const Places before = owners();
  world.sinks.push_back(world.node.spawn<Sink>({.name = "another"}, world.seen));
  router.add(world.sinks.back());
  const Places with_another = owners();
  int moved = 0;
  for (std::size_t i = 0; i < kKeys; ++i) {
    if (with_another[i] != before[i]) {
      ++moved;
      BOOST_TEST(with_another[i] == 10);
    }
  }
  BOOST_TEST(moved > kKeys / 11 / 2);
  BOOST_TEST(moved < kKeys / 11 * 2);
  router.remove(world.sinks.back());
  BOOST_TEST((owners() == before));
}

BOOST_AUTO_TEST_CASE(T05_the_ring_depends_on_names_only) {
  const std::vector<std::string> names{"a:1/x", "a:1/y", "b:1/x"};
  const std::vector<std::string> other_order{"b:1/x", "a:1/x", "a:1/y"};
  const detail::HashRing ring(names, 64);
  const detail::HashRing other(other_order, 64);
  std::set<std::string> owners;
  for (std::uint64_t key = 0; key < 300; ++key) {
    const std::uint64_t hash = detail::mix(key);
    owners.insert(names[ring.owner(hash)]);
    BOOST_TEST(names[ring.owner(hash)] == other_order[other.owner(hash)]);
  }
  BOOST_TEST(owners.size() == 3);
}

BOOST_AUTO_TEST_CASE(T06_a_group_keeps_its_routees_until_they_are_removed) {
  World world(2);
  const auto dead = listen<DeadLetter>(world.node);
  const Router router(RoundRobin{}, world.sinks);
  BOOST_TEST((router.routees() == world.sinks));
  BOOST_TEST(!router.pool());
  stop_and_wait(world.node, world.sinks[0]);
  router << 1 << 2;
  BOOST_TEST(dead.next().target == world.sinks[0]);
  BOOST_TEST(world.next() == 1);
  router.remove(world.sinks[0]);
  BOOST_TEST((world.places(router, 3, 4) == Places{1, 1}));
  BOOST_TEST(dead.empty());
  const Ref more = world.node.spawn<Sink>(world.seen);
  router.add(more);
  router.add(more);  // it is there
  BOOST_TEST((router.routees() == std::vector<Ref>{world.sinks[1], more}));
}

BOOST_AUTO_TEST_CASE(T08_without_a_routee_a_message_is_a_dead_letter_and_an_ask_fails_at_once) {
  World world(1);
  const auto dead = listen<DeadLetter>(world.node);
  const auto check = [&](const auto& router) {
    call(world.sinks[0], [router](Puppet&) { router << 5; });
    const DeadLetter letter = dead.next();
    BOOST_TEST(letter.target == Ref());
    BOOST_TEST(letter.sender == world.sinks[0]);
    BOOST_TEST(*letter.message.template get_if<int>() == 5);
  };
  check(Router(RoundRobin{}, std::vector<Ref>{}));
  check(Router(Random{}, std::vector<Ref>{}));
  check(Router(SmallestMailbox{}, std::vector<Ref>{}));
  check(Router(Broadcast{}, std::vector<Ref>{}));
  check(Router(ConsistentHash{[](int value) { return value; }}, std::vector<Ref>{}));
  BOOST_CHECK_THROW(Router(RoundRobin{}, std::vector<Ref>{}).ask<int>(2.0, 1h).get(), AskFailed);
  BOOST_CHECK_THROW(Router(ScatterGatherFirst{}, std::vector<Ref>{}).ask<int>(2.0, 1h).get(),
                    AskFailed);
}

/// Makes a router without a seed, and tells where its messages go.
class Gambler : public Actor {
 public:
  explicit Gambler(std::vector<Ref> routees) : routees_(std::move(routees)) {}
  void pre_start() override {
    const Router router(Random{}, routees_);
    for (int i = 0; i < 20; ++i) {
      router << i;
    }
  }

 private:
  std::vector<Ref> routees_;
};

BOOST_AUTO_TEST_CASE(T09_what_a_node_leaves_to_chance_is_repeated_by_its_seed) {
  const auto choices = [](std::uint64_t seed) {
    const Collector<Seen> seen("a message at a routee");
    const ManualNode node(engine::NodeCore::Options{.seed = seed});
    std::vector<Ref> sinks;
    for (int i = 0; i < 4; ++i) {
      sinks.push_back(node.spawn(detail::kActorType<Sink>, detail::make_factory<Sink>(seen)));
    }
    node.spawn(detail::kActorType<Gambler>, detail::make_factory<Gambler>(sinks));
    node.run();
    std::map<int, std::string> where;
    for (const Seen& one : seen.next(20)) {
      where[one.value] = one.where.to_string();
    }
    return where;
  };
  const auto first = choices(1);
  BOOST_TEST((choices(1) == first));
  BOOST_TEST((choices(2) != first));
}

BOOST_AUTO_TEST_CASE(T09_the_seed_is_an_option_of_the_node) {
  const auto choices = [](std::optional<std::uint64_t> seed) {
    const Collector<Seen> seen("a message at a routee");
    NodeOptions options = quiet();
    options.seed = seed;
    Node node(options);
    std::vector<Ref> sinks;
    for (int i = 0; i < 4; ++i) {
      sinks.push_back(node.spawn<Sink>(seen));
    }
    node.spawn<Gambler>(sinks);
    std::map<int, std::string> where;
    for (const Seen& one : seen.next(20)) {
      where[one.value] = one.where.to_string();
    }
    return where;
  };
  const auto first = choices(1);
  BOOST_TEST((choices(1) == first));
  BOOST_TEST((choices(2) != first));
  BOOST_TEST((choices(std::nullopt) != choices(std::nullopt)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
