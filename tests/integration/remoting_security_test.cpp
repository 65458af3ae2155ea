/// Nodes with keys, and what other nodes may do.
#include "fixture.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;

NodeOptions secured(const SecretKey& own, const std::vector<PublicKey>& hosts) {
  NodeOptions options = options_at("127.0.0.1:0");
  options.security = Security{.key = own, .peers = {}};
  for (const PublicKey& key : hosts) {
    options.security->peers.add("127.0.0.1:*", key);
  }
  return options;
}

NodeOptions with_rights(const RemoteRights& rights) {
  NodeOptions options = options_at("127.0.0.1:0");
  options.remote_rights = rights;
  return options;
}

std::string start_error(const NodeOptions& options) {
  return error_of<NodeStartFailed>([&] { const Node node(options); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(remoting_security)

BOOST_AUTO_TEST_CASE(K01_a_node_that_others_could_reach_needs_keys_or_to_be_told_insecure) {
  NodeOptions options = options_at("192.0.2.1:0");
  BOOST_TEST(contains(start_error(options), "cannot listen at 192.0.2.1:0: other machines could"));
  options.insecure = true;
  BOOST_TEST(contains(start_error(options), "no address of this machine"));
  options.insecure = false;
  options.security = Security{.key = SecretKey::generate(), .peers = {}};
  BOOST_TEST(contains(start_error(options), "no address of this machine"));
}

BOOST_AUTO_TEST_CASE(K01_options_that_contradict_each_other_are_told) {
  NodeOptions options = options_at("127.0.0.1:0");
  options.insecure = true;
  options.security = Security{.key = SecretKey::generate(), .peers = {}};
  BOOST_TEST(contains(start_error(options), "leave out `security` or `insecure`"));
  options.remoting.reset();
  options.insecure = false;
  BOOST_TEST(contains(start_error(options), "give `remoting`"));
}

BOOST_AUTO_TEST_CASE(K02_actors_of_nodes_with_keys_ask_and_watch_each_other) {
  const SecretKey key = SecretKey::generate();
  TestNode a(secured(key, {key.public_key()}));
  TestNode b(secured(key, {key.public_key()}));
  const Ref greeter = b->spawn<Greeter>({.name = "greeter"});
  const Ref remote = a.remote(b, "/greeter");
  BOOST_TEST(remote.ask<Welcome>(Hello{"a"}, 1h).get().text == "welcome, a");
  const Hearings heard = hearings();
  const auto probe = a.probe("probe", heard);
  call(probe, [&](Puppet& me) { me.watch(remote); });
  greeter.poison();
  BOOST_TEST(heard.next().text == "terminated");
}

BOOST_AUTO_TEST_CASE(K05_who_may_not_send_is_told_and_asks_fail_at_once) {
  TestNode a;
  TestNode b(with_rights({.send = false}));
  const Hearings heard = hearings();
  b.probe("probe", heard);
  const Ref probe = a.remote(b, "/probe");
  const std::string error = error_of<AskFailed>([&] { probe.ask<Text>(Text{"may I?"}, 1h).get(); });
  BOOST_TEST(contains(error, "other nodes may not send messages to this one"), error);
  const RemoteInputRejected event = b.rejected.next();
  BOOST_TEST(contains(event.what, "to \"/probe\" from " + a.address()), event.what);
  BOOST_TEST(event.count == 1U);
  // What it asks itself is answered.
  a->spawn<Greeter>({.name = "greeter"});
  BOOST_TEST(b.remote(a, "/greeter").ask<Welcome>(Hello{"b"}, 1h).get().text == "welcome, b");
  // Watching is another matter.
  const auto watcher = a.probe("watcher", heard);
  call(watcher, [&](Puppet& me) { me.watch(probe); });
  b->lookup("/probe").stop();
  BOOST_TEST(heard.next().text == "terminated");
}

BOOST_AUTO_TEST_CASE(K05_who_may_not_watch_hears_of_an_end_at_once) {
  TestNode a;
  TestNode b(with_rights({.watch = false}));
  b->spawn<Greeter>({.name = "greeter"});
  const Ref greeter = a.remote(b, "/greeter");
  const Hearings heard = hearings();
  const auto watcher = a.probe("watcher", heard);
  call(watcher, [&](Puppet& me) { me.watch(greeter); });
  const Heard end = heard.next();
  BOOST_TEST(end.text == "terminated");
  BOOST_TEST((end.ref == greeter));
  BOOST_TEST(contains(b.rejected.next().what, a.address() + " wants to watch \"/greeter\""));
  greeter.join().wait();
  BOOST_TEST(greeter.ask<Welcome>(Hello{"a"}, 1h).get().text == "welcome, a");
}

BOOST_AUTO_TEST_SUITE_END()
