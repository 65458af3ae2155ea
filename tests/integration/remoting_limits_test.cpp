/// Nodes with limits so small that they are reached, and a peer made by hand.
#include <memory>
#include <string>
#include <string_view>

#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/tbb_executor.hpp>
#include <spinoff/engine/timer_thread.hpp>
#include <spinoff/remoting/hub_transport.hpp>

#include "fixture.hpp"
#include "remoting/hub_fixture.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;
using remoting::HubOptions;
using remoting::testing::HandMade;
using serialization::Item;
using serialization::ItemKind;

/// What a Node is made of, with all of remoting's options.
class SmallNode : public detail::Spawns<SmallNode, TypedRef> {
 public:
  explicit SmallNode(void (*change)(HubOptions&))
      : core_({}, engine::make_tbb_executor(2), std::make_unique<engine::TimerThread>()) {
    HubOptions options = remoting::testing::options_at({"127.0.0.1", 0});
    options.protocol.linger = 10ms;
    change(options);
    remoting::attach_hub(core_, options);
  }
  SmallNode(const SmallNode&) = delete;
  SmallNode& operator=(const SmallNode&) = delete;
  ~SmallNode() { core_.stop(30s); }

  [[nodiscard]] engine::Cell& spawner() { return core_.guardian(); }
  [[nodiscard]] NodeId id() { return *core_.anchor().node_id(); }
  [[nodiscard]] Ref lookup(const std::string& uri) { return core_.lookup(Uri::parse(uri)); }
  TypedRef<Probe> probe(std::string name, const Hearings& heard) {
    return spawn<Probe>({.name = std::move(name)}, heard);
  }
  template <class E>
  Collector<E> listen() {
    Collector<E> collector{std::string(type_name<E>())};
    core_.events().subscribe(detail::kMessageType<E>, [collector](const void* event) {
      collector.add(*static_cast<const E*>(event));
    });
    return collector;
  }

 private:
  engine::NodeCore core_;
};

std::string watch(std::string_view actor, std::string_view watcher) {
  return encode(Item{.kind = ItemKind::watch, .to = actor, .from = watcher});
}

std::string text(std::string_view to, std::string_view from = {}) {
  return encode(Item{.to = to, .from = from, .type = type_name<Text>(), .payload = "\x91\xa1!"});
}

/// The next of that kind that comes.
Item hear(HandMade& peer, ItemKind kind) {
  for (;;) {
    for (const Item& item : peer.hear().items) {
      if (item.kind == kind) {
        return item;
      }
    }
  }
}

void takes_no_messages(HubOptions& options) {
  options.queue.messages = 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(remoting_limits)

BOOST_AUTO_TEST_CASE(W07_a_peer_that_can_take_no_more_messages_still_hears_of_an_end) {
  const auto heard = hearings();
  const auto heard_other = hearings();
  SmallNode node(takes_no_messages);
  const auto dead_letters = node.listen<DeadLetter>();
  const Ref watched = node.probe("watched", heard);
  const Ref other = node.probe("other", heard_other);
  HandMade peer(node.id());
  peer.begin_session();
  peer.say({watch("/watched", "/me"), text("/watched")});
  heard.next();
  // No message goes out.
  const Ref back = node.lookup(peer.id() + "/me");
  call(other, [back](Puppet&) { back << Text{"hello"}; });
  BOOST_TEST(dead_letters.next().target == back);
  watched.stop();
  Item item = hear(peer, ItemKind::terminated);
  BOOST_TEST(item.to == "/me");
  BOOST_TEST(item.from == "/watched");
  // Nor does the answer get lost to a watch that comes too late.
  peer.say({watch("/nobody", "/me")});
  item = hear(peer, ItemKind::terminated);
  BOOST_TEST(item.from == "/nobody");
}

BOOST_AUTO_TEST_CASE(W07_a_watch_goes_to_a_peer_that_can_take_no_more_messages) {
  const auto heard = hearings();
  SmallNode node(takes_no_messages);
  const Ref watcher = node.probe("watcher", heard);
  HandMade peer(node.id());
  peer.begin_session();
  const Ref remote = node.lookup(peer.id() + "/there");
  call(watcher, [remote](Puppet& me) { me.watch(remote); });
  const Item item = hear(peer, ItemKind::watch);
  BOOST_TEST(item.to == "/there");
  BOOST_TEST(item.from == "/watcher");
  BOOST_TEST(heard.empty());
  call(watcher, [remote](Puppet& me) { me.unwatch(remote); });
  BOOST_TEST(hear(peer, ItemKind::unwatch).to == "/there");
}

BOOST_AUTO_TEST_CASE(W07_what_one_node_watches_beyond_its_limit_counts_as_stopped) {
  const auto heard = hearings();
  SmallNode node([](HubOptions& options) { options.max_watches_per_node = 2; });
  const auto rejected = node.listen<RemoteInputRejected>();
  const Ref watched = node.probe("watched", heard);
  HandMade peer(node.id());
  peer.begin_session();
  peer.say({watch("/watched", "/one"), watch("/watched", "/two"), watch("/watched", "/two"),
            watch("/watched", "/three"), text("/watched")});
  BOOST_TEST(hear(peer, ItemKind::terminated).to == "/three");
  BOOST_TEST(contains(rejected.next().what, "wants to watch more actors than one node may"));
  heard.next();
  watched.stop();
  BOOST_TEST(contains("/one /two", hear(peer, ItemKind::terminated).to));
}

BOOST_AUTO_TEST_CASE(R09_the_answer_to_an_unknown_type_goes_only_where_there_is_a_session) {
  const auto heard = hearings();
  SmallNode node([](HubOptions& options) { options.protocol.unreachable = 100ms; });
  const auto down = node.listen<NodeDown>();
  const Ref probe = node.probe("probe", heard);
  HandMade peer(node.id());
  peer.begin_session();
  peer.say({encode(Item{.to = "/probe",
                        .from = free_address() + "/$ask-1",
                        .type = "no.such.Type",
                        .payload = "\xc0"}),
            text("/probe")});
  heard.next();
  // A node that is called later is given up no sooner.
  const Ref later = node.lookup(free_address() + "/x");
  call(probe, [later](Puppet&) { later << Text{"hello"}; });
  BOOST_TEST(down.next().node == *later.uri().node());
}

BOOST_AUTO_TEST_SUITE_END()
