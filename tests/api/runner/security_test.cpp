/// Keys, as a user makes them and gives them to nodes.
#include <csignal>

#include <boost/test/unit_test.hpp>

#include "fixture.hpp"

namespace runner_test {

namespace {

struct KeysFixture {
  const Folder folder;

  /// Makes the keys, and gives the line for the list of peers.
  [[nodiscard]] std::string make_key(const std::string& name, const std::string& node) const {
    const Ended ended = run(startnode({"keygen", folder.file(name), "--node", node}));
    BOOST_TEST_REQUIRE(ended.status == 0, ended.output);
    BOOST_TEST(contains(ended.output, "wrote the secret key " + folder.file(name) + ": "));
    BOOST_TEST(contains(ended.output, "wrote the public key " + folder.file(name) + ".pub: "));
    const std::string text = folder.read(name + ".pub");
    const std::string line = text.substr(text.find('\n') + 1);
    BOOST_TEST(contains(ended.output, line));
    return line;
  }
  [[nodiscard]] Arguments with_keys(const Arguments& more) const {
    Arguments all{"--remoting",     "127.0.0.1:0", "--key",
                  folder.file("k"), "--peers",     folder.file("")};
    all.insert(all.end(), more.begin(), more.end());
    return startnode(all);
  }
  static void check_refused(const Arguments& arguments, const std::vector<std::string>& told) {
    const Ended ended = run(startnode(arguments));
    BOOST_TEST_CONTEXT(ended.output) {
      BOOST_TEST(ended.status == 2);
      BOOST_TEST(std::count(ended.output.begin(), ended.output.end(), '\n') == 1);
      for (const std::string& part : told) {
        BOOST_TEST(contains(ended.output, part), "it does not say '" << part << "'");
      }
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(security, KeysFixture)

BOOST_AUTO_TEST_CASE(K04_keygen_makes_keys_by_which_two_nodes_talk) {
  std::ignore = make_key("k", "127.0.0.1:*");
  ChildProcess other(
      with_keys({"--actor", "spinoff.examples.example2.ExampleActor", "--name", "other"}));
  ChildProcess greeter(with_keys({"--actor", "spinoff.examples.example2.ExampleProcess", "--params",
                                  "other_actor='" + address_of(other) + "/other'"}));
  greeter.wait_for_line("got 'ack'");
  for (ChildProcess* const node : {&greeter, &other}) {
    node->signal(SIGTERM);
    BOOST_TEST(node->wait() == 0);
  }
}

BOOST_AUTO_TEST_CASE(K04_a_config_file_may_name_keys_peers_and_what_is_denied) {
  std::ignore = make_key("k", "127.0.0.1:*");
  const std::string config = folder.write(
      "node.toml", "remoting = '127.0.0.1:0'\nkey = '" + folder.file("k") + "'\npeers = '" +
                       folder.file("k.pub") + "'\ndeny = 'send,watch'\ninsecure = false\n");
  ChildProcess node(startnode({"--config", config}));
  BOOST_TEST(address_of(node).starts_with("127.0.0.1:"));
  node.signal(SIGTERM);
  BOOST_TEST(node.wait() == 0);
}

BOOST_AUTO_TEST_CASE(K04_keygen_overwrites_nothing) {
  std::ignore = make_key("k", "127.0.0.1:9700");
  const std::string before = folder.read("k");
  check_refused({"keygen", folder.file("k"), "--node", "*"}, {"/k\"", "it is there already"});
  BOOST_TEST(folder.read("k") == before);
  check_refused({"keygen", folder.file("x"), "--node", "nonsense"}, {"invalid node id"});
  check_refused({"keygen", folder.file("x")}, {"keygen: ", "--node", "keygen --help"});
  BOOST_TEST(folder.names() == (Arguments{"k", "k.pub"}), boost::test_tools::per_element());
  const Ended help = run(startnode({"keygen", "--help"}));
  BOOST_TEST(help.status == 0);
  BOOST_TEST(contains(help.output, "startnode keygen a.key --node 10.0.0.1:9700"));
}

BOOST_AUTO_TEST_CASE(K04_keys_that_cannot_be_used_are_told) {
  const std::string line = make_key("k", "127.0.0.1:9700");
  const auto check = [&](const std::string& key, const std::string& peers,
                         const std::vector<std::string>& told) {
    check_refused({"--remoting", "127.0.0.1:0", "--key", key, "--peers", peers}, told);
  };
  const std::string key = folder.file("k");
  check(folder.file("none"), key + ".pub", {"none\"", "No such file", "startnode keygen"});
  check(key + ".pub", key + ".pub", {"others may read"});
  check(key, folder.write("bad", line + "what is this\n"), {"/bad:2: expected two words"});
  check(key, key, {"/k:2: this is a secret key"});
  std::ignore = make_key("other", "127.0.0.1:9700");
  check(folder.file("k"), folder.file(""), {"another key for \"127.0.0.1:9700\" already"});
  check_refused({"--remoting", "127.0.0.1:0", "--key", key}, {"--key and --peers belong together"});
  check_refused({"--actor", "spinoff.examples.example1.ExampleProcess", "--insecure"},
                {"--insecure is for a node that others can reach", "--remoting"});
  check_refused({"--remoting", "127.0.0.1:0", "--deny", "send,spwan"},
                {"deny: expected send, watch or send,watch", "\"send,spwan\""});
}

BOOST_AUTO_TEST_CASE(K01_a_node_that_others_could_reach_refuses_to_start_without_keys) {
  check_refused({"--remoting", "192.0.2.1:9700"},
                {"cannot listen at 192.0.2.1:9700", "has no keys", "startnode keygen",
                 "--key and --peers", "--insecure"});
  check_refused({"--remoting", "192.0.2.1:9700", "--insecure"}, {"no address of this machine"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace runner_test
