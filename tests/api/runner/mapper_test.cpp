/// The mapper as a process, and nodes that are called by name.
#include <csignal>

#include <boost/test/unit_test.hpp>

#include "fixture.hpp"
#include "support/ports.hpp"

namespace runner_test {

namespace {

struct MapperFixture {
  const std::string port = std::to_string(spinoff::testing::free_port());

  [[nodiscard]] Arguments mapper() const {
    return startnode({"mapper", "--listen", "127.0.0.1:" + port});
  }
  [[nodiscard]] Arguments node(const Arguments& more) const {
    Arguments all{"--remoting", "127.0.0.1:0", "--mapper-port", port};
    all.insert(all.end(), more.begin(), more.end());
    return startnode(all);
  }
  [[nodiscard]] Arguments greeter() const {
    return node({"--actor", "spinoff.examples.example2.ExampleProcess", "--params",
                 "other_actor='worker@127.0.0.1/other'"});
  }
  [[nodiscard]] Arguments named() const {
    return node({"--node-name", "worker", "--actor", "spinoff.examples.example2.ExampleActor",
                 "--name", "other"});
  }
  static void check_orderly_end(ChildProcess& process) {
    process.signal(SIGTERM);
    BOOST_TEST(process.wait() == 0, process.output());
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(mapper, MapperFixture)

BOOST_AUTO_TEST_CASE(U10_a_mapper_that_is_killed_and_comes_back_knows_the_nodes_again) {
  std::optional<ChildProcess> running(std::in_place, mapper());
  running->wait_for_line("listening at 127.0.0.1:" + port);
  ChildProcess other(named());
  other.wait_for_line("this node is worker@127.0.0.1");
  ChildProcess first(greeter());
  first.wait_for_line("got 'ack'");
  running->signal(SIGKILL);
  running->wait();
  other.wait_for_line("this node is not worker@127.0.0.1 for others: no mapper answers");
  running.emplace(mapper());
  other.wait_for_line("this node is worker@127.0.0.1");
  ChildProcess second(greeter());
  second.wait_for_line("got 'ack'");
  check_orderly_end(first);
  check_orderly_end(second);
  check_orderly_end(other);
  check_orderly_end(*running);
}

BOOST_AUTO_TEST_CASE(U10_a_name_in_use_a_bad_one_and_a_bad_mapper_are_told) {
  ChildProcess running(mapper());
  running.wait_for_line("listening at ");
  ChildProcess other(named());
  address_of(other);
  const auto check = [](const Arguments& command, const std::vector<std::string>& told) {
    const Ended ended = run(command);
    BOOST_TEST(ended.status == 2);
    for (const std::string& part : told) {
      BOOST_TEST(contains(ended.output, part), ended.output << " does not say: " << part);
    }
  };
  check(named(), {"cannot be called worker@127.0.0.1", "has that name and is alive"});
  check(node({"--node-name", "a b"}), {"invalid node name \"a b\"", "letters, digits"});
  check(startnode({"--node-name", "a", "--actor", "spinoff.examples.example1.ExampleProcess"}),
        {"--node-name is for a node that others can reach"});
  check(node({"--mapper-port", "0"}), {"--mapper-port"});
  check(mapper(), {"cannot listen at 127.0.0.1:" + port, "the port is in use"});
  check(startnode({"mapper", "--listen", "192.0.2.1:1"}), {"has no keys", "--insecure"});
  check(startnode({"mapper", "--listen", "x"}), {"--listen: invalid node id"});
  check(startnode({"mapper", "nonsense"}), {"mapper: ", "mapper --help"});
  check_orderly_end(other);
  check_orderly_end(running);
}

// A node with keys trusts no mapper without, and the other way round.
BOOST_AUTO_TEST_CASE(U10_nodes_with_keys_have_mappers_with_keys) {
  const Folder folder;
  BOOST_TEST(run(startnode({"keygen", folder.file("k"), "--node", "127.0.0.1:*"})).status == 0);
  const Arguments keys{"--key", folder.file("k"), "--peers", folder.file("")};
  const auto with_keys = [&keys](Arguments command) {
    command.insert(command.end(), keys.begin(), keys.end());
    return command;
  };
  ChildProcess running(with_keys(mapper()));
  ChildProcess other(with_keys(named()));
  other.wait_for_line("this node is worker@127.0.0.1");
  ChildProcess first(with_keys(greeter()));
  first.wait_for_line("got 'ack'");
  ChildProcess stranger(node({"--node-name", "worker2"}));
  stranger.wait_for_line("this node is not worker2@127.0.0.1 for others: no mapper answers");
  for (ChildProcess* const process : {&first, &other, &stranger, &running}) {
    check_orderly_end(*process);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace runner_test
