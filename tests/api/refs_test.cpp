/// Rules U01 to U08 as far as one node shows them: names, look-up, and refs as values.
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/engine/encoded.hpp>
#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

NodeOptions with_remoting() {
  NodeOptions options = quiet();
  options.remoting = "127.0.0.1:0";
  return options;
}

/// A tree /a/b/c.
struct Tree {
  explicit Tree(Node& node) : a(node.spawn<Puppet>({.name = "a"})) {
    b = call(a, [](Puppet& me) { return me.spawn<Puppet>({.name = "b"}); });
    c = call(b, [](Puppet& me) { return me.spawn<Puppet>({.name = "c"}); });
  }
  Ref a;
  Ref b;
  Ref c;
};

BOOST_AUTO_TEST_SUITE(refs)

BOOST_AUTO_TEST_CASE(U01_an_actors_uri_is_its_node_and_its_path) {
  Node node(with_remoting());
  const Tree tree(node);
  BOOST_TEST(node.id()->port() != 0);
  BOOST_TEST(tree.c.uri().to_string() == node.id()->to_string() + "/a/b/c");
  const Ref guardian = call(tree.a, [](Puppet& me) { return Ref(me.parent()); });
  BOOST_TEST(guardian.uri().path() == "");
  BOOST_TEST(guardian.uri().to_string() == node.id()->to_string());
}

BOOST_AUTO_TEST_CASE(U01_on_its_own_node_the_path_is_enough) {
  Node node(quiet());
  const Tree tree(node);
  BOOST_TEST(tree.c.uri().to_string() == "/a/b/c");
  BOOST_TEST(node.lookup("/a/b/c") == tree.c);
}

BOOST_AUTO_TEST_CASE(U01_tcp_in_front_is_accepted) {
  Node node(with_remoting());
  const Tree tree(node);
  BOOST_TEST(node.lookup("tcp://" + node.id()->to_string() + "/a/b") == tree.b);
}

BOOST_AUTO_TEST_CASE(U02_a_bad_uri_is_an_error_that_says_which_part_and_why) {
  Node node(quiet());
  const auto refused = [&](const std::string& uri, const std::string& part) {
    BOOST_TEST_CONTEXT(uri)
    BOOST_CHECK_EXCEPTION(static_cast<void>(node.lookup(uri)), InvalidUri,
                          [&](const InvalidUri& error) {
                            return std::string(error.what()).find(part) != std::string::npos;
                          });
  };
  refused("127.0.0.1:70000/a", "port");
  refused("a b:1/c", "node");
  refused("/a//b", "path");
}

BOOST_AUTO_TEST_CASE(U03_lookup_from_the_root_and_relative_several_levels_at_once) {
  Node node(quiet());
  const Tree tree(node);
  BOOST_TEST(node.lookup("/a/b/c") == tree.c);
  BOOST_TEST(call(tree.c, [](Puppet& me) { return me.lookup("/a/b"); }) == tree.b);
  BOOST_TEST(call(tree.a, [](Puppet& me) { return me.lookup("b/c"); }) == tree.c);
  BOOST_TEST(call(tree.a, [](Puppet& me) { return me.self() / "b"; }) == tree.b);
  BOOST_TEST(tree.a / "b" / "c" == tree.c);
  BOOST_TEST(tree.a / "b/c" == tree.c);
}

BOOST_AUTO_TEST_CASE(U03_actors_with_made_up_names_are_found_too) {
  Node node(quiet());
  const Ref first = node.spawn<Puppet>();
  BOOST_TEST(node.lookup("/$Puppet-1") == first);
  BOOST_CHECK_THROW(static_cast<void>(node.lookup("/$Puppet-01")), LookupFailed);
}

BOOST_AUTO_TEST_CASE(U04_looking_up_a_local_actor_that_is_not_there_is_an_error_at_the_call) {
  Node node(with_remoting());
  const Tree tree(node);
  const auto fails = [](const LookupFailed& error) {
    return std::string(error.what()).find("/a/nobody") != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(static_cast<void>(node.lookup("/a/nobody")), LookupFailed, fails);
  BOOST_CHECK_EXCEPTION(static_cast<void>(tree.a / "nobody"), LookupFailed, fails);
  BOOST_CHECK_EXCEPTION(call(tree.a, [](Puppet& me) { return me.lookup("nobody"); }), LookupFailed,
                        fails);
  BOOST_CHECK_THROW(static_cast<void>(Ref() / "nobody"), LookupFailed);
}

BOOST_AUTO_TEST_CASE(U04_with_the_nodes_address_it_is_a_dead_ref_with_that_uri) {
  Node node(with_remoting());
  const auto dead = listen<DeadLetter>(node);
  const std::string uri = node.id()->to_string() + "/nobody";
  const Ref nobody = node.lookup(uri);
  BOOST_TEST(nobody.uri().to_string() == uri);
  BOOST_TEST(nobody.is_local());
  nobody << 1;
  BOOST_TEST(dead.next().target == nobody);
  BOOST_CHECK_THROW(nobody.ask<int>(2).get(), AskFailed);
}

BOOST_AUTO_TEST_CASE(U05_a_uri_that_names_the_own_node_gives_a_local_ref) {
  Node node(with_remoting());
  const Tree tree(node);
  const Ref found = node.lookup(tree.c.uri().to_string());
  BOOST_TEST(found == tree.c);
  BOOST_TEST(found.is_local());
  BOOST_TEST(call(tree.a, [&](Puppet& me) { return me.lookup(tree.c.uri().to_string()); }) ==
             tree.c);
}

BOOST_AUTO_TEST_CASE(U06_a_look_up_of_a_remote_actor_gives_a_ref_at_once_and_asks_nobody) {
  Node node(with_remoting());
  const auto up = listen<NodeUp>(node);
  const auto down = listen<NodeDown>(node);
  // Nobody listens at that port; it would take seconds to find that out.
  const Ref far = node.lookup("127.0.0.1:1/far/away");
  BOOST_TEST(!far.is_local());
  BOOST_TEST(far.uri().to_string() == "127.0.0.1:1/far/away");
  BOOST_TEST((far / "further").uri().to_string() == "127.0.0.1:1/far/away/further");
  node.stop();
  BOOST_TEST(up.empty());
  BOOST_TEST(down.empty());
}

BOOST_AUTO_TEST_CASE(U07_refs_are_equal_if_they_name_the_same_actor) {
  Node node(with_remoting());
  const Tree tree(node);
  const Ref copy(tree.a);
  BOOST_TEST(copy == tree.a);
  BOOST_TEST((copy != tree.b));
  BOOST_TEST((Ref() != tree.a));
  BOOST_TEST(Ref() == Ref());
  BOOST_TEST(node.lookup("127.0.0.1:1/x") == node.lookup("tcp://127.0.0.1:1/x"));
  BOOST_TEST((node.lookup("127.0.0.1:1/x") != node.lookup("127.0.0.1:1/y")));
  const std::hash<Ref> hash;
  BOOST_TEST(hash(copy) == hash(tree.a));
  BOOST_TEST(hash(node.lookup("127.0.0.1:1/x")) == hash(node.lookup("tcp://127.0.0.1:1/x")));
}

BOOST_AUTO_TEST_CASE(U07_refs_can_be_copied_moved_and_assigned_in_any_way) {
  Node node(quiet());
  const Tree tree(node);
  Ref one = tree.a;
  Ref two = std::move(one);
  BOOST_TEST(two == tree.a);
  one = two;
  BOOST_TEST(one == two);
  const Ref& same = one;
  one = same;
  BOOST_TEST(one == tree.a);
  one = tree.b;
  std::swap(one, two);
  BOOST_TEST(one == tree.a);
  BOOST_TEST(two == tree.b);
  two = Ref();
  BOOST_TEST(!two);
  BOOST_TEST(two.to_string() == "<nobody>");
}

BOOST_AUTO_TEST_CASE(U07_refs_can_be_printed_and_stored_in_containers) {
  Node node(with_remoting());
  const Tree tree(node);
  BOOST_TEST(tree.b.to_string() == "<" + node.id()->to_string() + "/a/b>");
  BOOST_TEST(fmt::format("{}", tree.b) == tree.b.to_string());
  std::unordered_set<Ref> set{tree.a, tree.b, tree.c, tree.a};
  BOOST_TEST(set.size() == 3U);
  BOOST_TEST(set.contains(node.lookup("/a/b")));
  std::vector<Ref> many(100, tree.a);
  many.erase(many.begin(), many.begin() + 50);
  BOOST_TEST(many.back() == tree.a);
}

struct Introduce {
  std::vector<Ref> whom;
};

class Friendly : public Actor {
 public:
  using Receives = Messages<Introduce>;
  void on(const Introduce& introduced) { introduced.whom.at(0) << 17; }
};

class Listener : public Actor {
 public:
  using Receives = Messages<int>;
  explicit Listener(Collector<int> numbers) : numbers_(std::move(numbers)) {}
  void on(const int& number) { numbers_.add(number); }

 private:
  Collector<int> numbers_;
};

BOOST_AUTO_TEST_CASE(U07_refs_can_be_part_of_messages) {
  const Collector<int> heard("a number");
  Node node(quiet());
  node.spawn<Friendly>() << Introduce{{node.spawn<Listener>(heard)}};
  BOOST_TEST(heard.next() == 17);
}

BOOST_AUTO_TEST_CASE(U07_a_dead_ref_still_knows_its_uri_whatever_has_become_of_its_parents) {
  Ref c;
  {
    Node node(quiet());
    c = Tree(node).c;
    stop_and_wait(node, c);
    BOOST_TEST(c.to_string() == "</a/b/c>");
    BOOST_CHECK_THROW(static_cast<void>(node.lookup("/a/b/c")), LookupFailed);
  }
  BOOST_TEST(c.to_string() == "</a/b/c>");
}

BOOST_AUTO_TEST_CASE(U07_a_sender_that_is_gone_and_forgotten_can_still_be_looked_at) {
  Gate forgotten("the sender to be forgotten");
  Node node(quiet());
  const Log log("a look");
  const auto asked = node.spawn<Puppet>();
  Ref sender = node.spawn<Puppet>();
  sender << Do{[&](Puppet&) {
    asked << Do{[&](Puppet& me) {
      forgotten.wait();
      log.add(me.sender().to_string() + me.sender().uri().to_string());
      log.add(me.sender() == me.sender() ? "same" : "other");
      me.unwatch(me.sender());
      me.sender().stop();
      me.sender() << 1;
    }};
  }};
  forget(node, std::move(sender));
  // Its place has a new owner by now, which must not be taken for it.
  const auto dead = listen<DeadLetter>(node);
  const Ref heir = node.spawn<Puppet>();
  forgotten.open();
  BOOST_TEST(log.next() == "<stopped>");
  BOOST_TEST(log.next() == "same");
  BOOST_TEST(*dead.next().message.get_if<int>() == 1);
  drain(heir);
}

struct Passed {
  Ref ref;
  std::vector<Ref> more;
  MSGPACK_DEFINE(ref, more)
};

class Receiver : public Actor {
 public:
  using Receives = RemoteMessages<Passed>;
  explicit Receiver(Collector<Passed> seen) : seen_(std::move(seen)) {}
  void on(const Passed& passed) { seen_.add(passed); }

 private:
  Collector<Passed> seen_;
};

BOOST_AUTO_TEST_CASE(U08_a_ref_that_comes_back_to_its_own_node_is_the_local_actor_again) {
  const Collector<Passed> seen("a message from another node");
  Node node(with_remoting());
  const Tree tree(node);
  const auto receiver = node.spawn<Receiver>(seen);
  const Ref remote = node.lookup("127.0.0.1:1/far");
  const Ref nobody = node.lookup(node.id()->to_string() + "/nobody");
  const Passed passed{tree.c, {tree.a, Ref(), remote, nobody}};
  std::string bytes;
  detail::message_type<Passed>().encode(&passed, bytes);
  // What the hub does with a message from another node.
  detail::deliver(detail::RefAccess::target(receiver), detail::RefAccess::generation(receiver),
                  engine::make_encoded(detail::Sender{}, detail::message_type<Passed>(), bytes));
  const Passed back = seen.next();
  BOOST_TEST(back.ref == tree.c);
  BOOST_TEST_REQUIRE(back.more.size() == 4U);
  BOOST_TEST(back.more[0] == tree.a);
  BOOST_TEST(!back.more[1]);
  BOOST_TEST(back.more[2] == remote);
  BOOST_TEST(back.more[3] == nobody);
  BOOST_TEST(back.more[3].is_local());
}

BOOST_AUTO_TEST_CASE(R09_a_ref_that_does_not_say_of_which_node_is_told_and_its_message_dropped) {
  const Collector<Passed> seen("a message from another node");
  Node node(with_remoting());
  const auto rejected = listen<RemoteInputRejected>(node);
  const auto receiver = node.spawn<Receiver>(seen);
  std::string bytes;
  const std::pair<std::string, std::vector<std::string>> passed{"/a/b", {}};
  detail::encode_value<std::pair<std::string, std::vector<std::string>>>(&passed, bytes);
  detail::deliver(detail::RefAccess::target(receiver), detail::RefAccess::generation(receiver),
                  engine::make_encoded(detail::Sender{}, detail::message_type<Passed>(), bytes));
  const std::string what = rejected.next().what;
  BOOST_TEST(what.find("the ref /a/b does not say of which node") != std::string::npos, what);
  BOOST_TEST(seen.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
