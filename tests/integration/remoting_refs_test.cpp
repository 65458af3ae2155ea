/// Refs across nodes: how they are found, compared, kept, and sent about.
#include <map>
#include <unordered_set>

#include "fixture.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;

/// Refs in all sorts of places.
struct Album {
  Ref nobody;
  std::vector<Ref> list;
  std::map<std::string, Ref> by_name;
  std::optional<Ref> maybe;
  MSGPACK_DEFINE(nobody, list, by_name, maybe)
};

class AlbumReader : public Actor {
 public:
  using Receives = RemoteMessages<Album>;
  explicit AlbumReader(Collector<Album> albums) : albums_(std::move(albums)) {}
  void on(const Album& album) { albums_.add(album); }

 private:
  Collector<Album> albums_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(remoting_refs)

BOOST_AUTO_TEST_CASE(U04_an_address_of_the_own_node_that_nobody_has_is_a_dead_ref) {
  TestNode node;
  const std::string uri = node.address() + "/nobody";
  BOOST_CHECK_THROW(static_cast<void>(node->lookup("/nobody")), LookupFailed);
  const Ref dead = node->lookup(uri);
  BOOST_TEST(dead.uri().to_string() == uri);
  BOOST_TEST(dead.is_local());
  dead << Text{"is anybody there?"};
  const DeadLetter letter = node.dead_letters.next();
  BOOST_TEST(letter.target == dead);
  BOOST_TEST(text_of(letter.message) == "is anybody there?");

  const auto heard = hearings();
  const Ref probe = node.probe("probe", heard);
  BOOST_CHECK_THROW(call(probe, [](Puppet& me) { return me.lookup("/nobody"); }), LookupFailed);
  BOOST_TEST(call(probe, [uri](Puppet& me) { return me.watch(me.lookup(uri)); }) == dead);
  BOOST_TEST(heard.next().ref == dead);
}

BOOST_AUTO_TEST_CASE(U05_an_address_of_the_own_node_gives_the_local_actor) {
  TestNode node;
  const auto heard = hearings();
  const Ref probe = node.probe("probe", heard);
  const Ref child =
      call(probe, [&](Puppet& me) -> Ref { return me.spawn<Probe>({.name = "child"}, heard); });
  const std::string uri = node.address() + "/probe/child";
  for (const std::string& name : {uri, "tcp://" + uri, std::string("/probe/child")}) {
    BOOST_TEST(node->lookup(name) == child);
    BOOST_TEST(call(probe, [name](Puppet& me) { return me.lookup(name); }) == child);
  }
  BOOST_TEST(child.uri().to_string() == uri);
  node->lookup(uri) << Text{"found"};
  BOOST_TEST(heard.next().text == "found");
}

BOOST_AUTO_TEST_CASE(U06_a_look_up_of_a_remote_actor_gives_a_ref_and_asks_nobody) {
  TestNode b;
  {
    TestNode a;
    const Ref ref = a.remote(b, "/not/there/yet");
    BOOST_TEST(!ref.is_local());
    BOOST_TEST(ref.uri().to_string() == b.address() + "/not/there/yet");
    BOOST_TEST((a.remote(b, "/not") / "there/yet") == ref);
    BOOST_TEST((a.remote(b, "") / "not" / "there" / "yet") == ref);
    BOOST_TEST(a->lookup("tcp://" + b.address() + "/not/there/yet") == ref);
  }
  // Had it asked, this node would have heard of it.
  BOOST_TEST(b.up.empty());
  BOOST_TEST(b.dead_letters.empty());
}

BOOST_AUTO_TEST_CASE(U06_a_bad_address_is_an_error_at_the_look_up) {
  TestNode a;
  for (const char* const uri :
       {"", "host", "host:/x", "host:1//x", "host:1/x/", "udp://host:1/x"}) {
    BOOST_TEST(error_of<InvalidUri>([&] { static_cast<void>(a->lookup(uri)); }) != "no error", uri);
  }
}

BOOST_AUTO_TEST_CASE(U07_refs_to_remote_actors_are_equal_by_name) {
  TestNode a;
  TestNode b;
  const Ref one = a.remote(b, "/one");
  const Ref other = a.remote(b, "/other");
  BOOST_TEST(one == a.remote(b, "/one"));
  BOOST_TEST(one.hash() == a.remote(b, "/one").hash());
  BOOST_TEST(one != other);
  BOOST_TEST(one != a.remote(a, "/one"));
  BOOST_TEST(one != Ref());
  std::unordered_set<Ref> set{one, other, a.remote(b, "/one")};
  BOOST_TEST(set.size() == 2U);
  BOOST_TEST(set.contains(a.remote(b, "/other")));
  BOOST_TEST(one.to_string() == "<" + b.address() + "/one>");
  BOOST_TEST(fmt::format("{}", one) == "<" + b.address() + "/one>");
  BOOST_TEST(a.remote(b, "").to_string() == "<" + b.address() + ">");
}

BOOST_AUTO_TEST_CASE(U07_a_ref_keeps_its_name_when_the_nodes_have_ended) {
  Ref local;
  Ref remote;
  std::string address;
  {
    TestNode a;
    TestNode b;
    address = b.address();
    const auto heard = hearings();
    local = b.probe("probe", heard);
    remote = a.remote(b, "/probe");
    remote << Text{"hello"};
    BOOST_TEST(heard.next().text == "hello");
    b->stop();
    BOOST_TEST(a.down.next().node == b.id());
    BOOST_TEST(remote == a.remote(b, "/probe"));
    BOOST_TEST(remote.uri() == Uri::parse(address + "/probe"));
  }
  for (const Ref& ref : {local, remote}) {
    BOOST_TEST(ref.uri() == Uri::parse(address + "/probe"));
    BOOST_TEST(ref.to_string() == "<" + address + "/probe>");
    BOOST_TEST(ref == Ref(ref));
    BOOST_CHECK_NO_THROW(ref << Text{"too late"});
    BOOST_CHECK_THROW(ref.ask<Welcome>(Hello{"me"}).get(), AskFailed);
    BOOST_CHECK_THROW(static_cast<void>(ref / "child"), LookupFailed);
  }
}

BOOST_AUTO_TEST_CASE(U08_a_ref_in_a_message_works_at_the_other_end) {
  TestNode a;
  TestNode b;
  const auto heard_a = hearings();
  const auto heard_b = hearings();
  const Ref probe = a.probe("probe", heard_a);
  b.probe("other", heard_b);
  a.remote(b, "/other") << Introduce{probe};
  const Ref introduced = heard_b.next().ref;
  BOOST_TEST(!introduced.is_local());
  BOOST_TEST(introduced.uri() == probe.uri());
  introduced << Text{"nice to meet you"};
  BOOST_TEST(heard_a.next().text == "nice to meet you");
}

BOOST_AUTO_TEST_CASE(U08_a_ref_that_comes_home_is_the_local_actor_again) {
  TestNode a;
  TestNode b;
  const auto heard_a = hearings();
  const auto heard_b = hearings();
  const Ref probe = a.probe("probe", heard_a);
  b.probe("other", heard_b);
  a.remote(b, "/other") << Introduce{probe};
  b.remote(a, "/probe") << Introduce{heard_b.next().ref};
  const Ref home = heard_a.next().ref;
  BOOST_TEST(home.is_local());
  BOOST_TEST(home == probe);
  BOOST_TEST(home.hash() == probe.hash());
}

BOOST_AUTO_TEST_CASE(U08_a_ref_that_is_passed_on_works_at_a_third_node) {
  TestNode a;
  TestNode b;
  TestNode c;
  const auto heard_a = hearings();
  const auto heard_b = hearings();
  const auto heard_c = hearings();
  const Ref probe = a.probe("probe", heard_a);
  b.probe("other", heard_b);
  const Ref third = c.probe("third", heard_c);
  a.remote(b, "/other") << Introduce{probe};
  b.remote(c, "/third") << Introduce{heard_b.next().ref};
  const Ref far = heard_c.next().ref;
  BOOST_TEST(far.uri() == probe.uri());
  call(third, [far](Puppet&) { far << Text{"from the third"}; });
  const Heard last = heard_a.next();
  BOOST_TEST(last.text == "from the third");
  BOOST_TEST(last.ref.uri() == third.uri());
}

BOOST_AUTO_TEST_CASE(U08_refs_travel_in_containers_and_nobody_stays_nobody) {
  TestNode a;
  TestNode b;
  const Collector<Album> albums("an album");
  const auto heard = hearings();
  const Ref alive = a.probe("alive", heard);
  const Ref stopped = a.probe("stopped", heard);
  testing::stop_and_wait(*a, stopped);
  b->spawn<AlbumReader>({.name = "reader"}, albums);
  const Ref reader = a.remote(b, "/reader");
  reader << Album{{}, {alive, Ref(), reader}, {{"stopped", stopped}}, alive};
  const Album album = albums.next();
  BOOST_TEST(!album.nobody);
  BOOST_TEST_REQUIRE(album.list.size() == 3U);
  BOOST_TEST(album.list[0].uri() == alive.uri());
  BOOST_TEST(!album.list[1]);
  BOOST_TEST(album.list[2] == b->lookup("/reader"));
  BOOST_TEST_REQUIRE(album.maybe.has_value());
  BOOST_TEST(*album.maybe == album.list[0]);
  const Ref gone = album.by_name.at("stopped");
  BOOST_TEST(gone.uri() == stopped.uri());
  gone << Text{"too late"};
  BOOST_TEST(text_of(a.dead_letters.next().message) == "too late");
}

// Nodes of one process can be given each other's refs without any message.
BOOST_AUTO_TEST_CASE(U08_a_ref_of_another_node_of_the_process_keeps_its_node_on_the_way) {
  TestNode a;
  TestNode b;
  TestNode c;
  const auto heard_a = hearings();
  const auto heard_b = hearings();
  const auto heard_c = hearings();
  const Ref at_a = a.probe("probe", heard_a);
  const Ref at_b = b.probe("probe", heard_b);
  const Ref at_c = c.probe("probe", heard_c);
  // An actor of b sends by a's ref to c; whoever answers must reach b's.
  const Ref c_seen_by_a = a.remote(c, "/probe");
  call(at_b, [&](Puppet& me) { c_seen_by_a << Text{"from b"} << Introduce{me.self()}; });
  const Heard heard = heard_c.next();
  BOOST_TEST(heard.ref.uri() == at_b.uri());
  heard.ref << Text{"to b"};
  BOOST_TEST(heard_b.next().text == "to b");
  BOOST_TEST(heard_c.next().ref.uri() == at_b.uri());
  BOOST_TEST(heard_a.empty());
}

BOOST_AUTO_TEST_SUITE_END()
