/// Nodes that reach each other only by a third one, as a user starts them.
#include <csignal>
#include <tuple>

#include <boost/test/unit_test.hpp>

#include "fixture.hpp"

namespace runner_test {

namespace {

constexpr const char* kRelay = "127.0.0.3";

/// Keys of three nodes, and what they list: the ends have a wrong one for each other, which stands
/// for a firewall.
struct RelayedNodes {
  const Folder folder;

  RelayedNodes() {
    const std::string a = make_key("a", "127.0.0.1:*");
    const std::string b = make_key("b", "127.0.0.2:*");
    const std::string relay = make_key("r", kRelay + std::string(":*"));
    std::ignore = folder.write("a.list", make_key("not-b", "127.0.0.2:*") + relay);
    std::ignore = folder.write("b.list", make_key("not-a", "127.0.0.1:*") + relay);
    std::ignore = folder.write("r.list", a + b);
  }

  [[nodiscard]] std::string make_key(const std::string& name, const std::string& node) const {
    BOOST_TEST_REQUIRE(run(startnode({"keygen", folder.file(name), "--node", node})).status == 0);
    const std::string text = folder.read(name + ".pub");
    return text.substr(text.find('\n') + 1);
  }
  [[nodiscard]] Arguments node(const std::string& name, const std::string& host,
                               const Arguments& more) const {
    Arguments all{"--remoting",      host + ":0", "--key",
                  folder.file(name), "--peers",   folder.file(name + ".list")};
    all.insert(all.end(), more.begin(), more.end());
    return startnode(all);
  }
  [[nodiscard]] Arguments archive(const std::string& relay) const {
    return node(
        "b", "127.0.0.2",
        {"--relays", relay, "--actor", "spinoff.examples.relay.Archive", "--name", "archive"});
  }
  [[nodiscard]] Arguments reader(const std::string& archive, const Arguments& more) const {
    Arguments all{"--actor", "spinoff.examples.relay.Reader", "--params",
                  "archive='" + archive + "/archive'"};
    all.insert(all.end(), more.begin(), more.end());
    return node("a", "127.0.0.1", all);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(relay, RelayedNodes)

BOOST_AUTO_TEST_CASE(R12_nodes_are_told_of_relays_and_may_be_one_by_options) {
  ChildProcess relay(node("r", kRelay, {"--allow-relay"}));
  const std::string at = address_of(relay);
  ChildProcess other(archive(at));
  const Ended ended = run(reader(address_of(other), {"--relays", at}));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "'what stands on page 3'"), ended.output);
  for (ChildProcess* const process : {&other, &relay}) {
    process->signal(SIGTERM);
    BOOST_TEST(process->wait() == 0);
  }
}

BOOST_AUTO_TEST_CASE(R12_or_by_a_config_file) {
  ChildProcess relay(
      node("r", kRelay, {"--config", folder.write("r.toml", "allow-relay = true\n")}));
  const std::string at = address_of(relay);
  ChildProcess other(archive(at));
  const std::string config = folder.write("a.toml", "relays = '127.0.0.3:1," + at + "'\n");
  const Ended ended = run(reader(address_of(other), {"--config", config}));
  BOOST_TEST(ended.status == 0);
  BOOST_TEST(contains(ended.output, "'what stands on page 3'"), ended.output);
}

BOOST_AUTO_TEST_CASE(R12_a_node_that_is_not_told_to_relays_nothing_and_the_other_end_says_why) {
  ChildProcess relay(node("r", kRelay, {}));
  const std::string at = address_of(relay);
  ChildProcess other(archive(at));
  const Ended ended = run(reader(address_of(other), {"--relays", at}));
  BOOST_TEST(ended.status == 1);
  BOOST_TEST(contains(ended.output, "it does not relay for other nodes (RemoteRights::relay)"),
             ended.output);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace runner_test
