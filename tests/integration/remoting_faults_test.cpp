/// Processes that are killed and halted again and again, and ports where no node listens.
#include <array>
#include <atomic>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "faults_fixture.hpp"
#include "remoting/plain_connection.hpp"
#include "support/spawn.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;
using testing::Descriptor;

/// Listens at a free port, and says that to whoever connects. With nothing to say it does not even
/// accept: the connections are half-open for ever.
class Impostor {
 public:
  explicit Impostor(std::string says)
      : says_(std::move(says)), listening_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    const int yes = 1;
    setsockopt(listening_.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    BOOST_REQUIRE_EQUAL(bind(listening_.number(), any, size), 0);
    BOOST_REQUIRE_EQUAL(listen(listening_.number(), 8), 0);
    BOOST_REQUIRE_EQUAL(getsockname(listening_.number(), any, &size), 0);
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    answering_ = std::thread([this] { answer(); });
  }
  Impostor(const Impostor&) = delete;
  Impostor& operator=(const Impostor&) = delete;
  ~Impostor() {
    done_ = true;
    answering_.join();
  }
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  void answer() {
    while (!done_) {
      pollfd readable{listening_.number(), POLLIN, 0};
      if (says_.empty() || poll(&readable, 1, 5) <= 0) {
        std::this_thread::yield();
        continue;
      }
      const Descriptor caller(accept(listening_.number(), nullptr, nullptr));
      static_cast<void>(::send(caller.number(), says_.data(), says_.size(), MSG_NOSIGNAL));
    }
  }

  const std::string says_;
  Descriptor listening_;
  std::string address_;
  std::atomic<bool> done_{false};
  std::thread answering_;
};

/// Its messages become dead letters, its watch is answered, and a node that comes to that address
/// later is talked to.
void check_given_up_and_found_again(const std::string& says) {
  NodeOptions options = impatient_at("127.0.0.1:0");
  options.unreachable_after = 300ms;
  TestNode here(options);
  std::optional<Impostor> impostor(std::in_place, says);
  const std::string address = impostor->address();
  PeerProcess bystander;
  Talker other(here, bystander.address());
  const Hearings heard = hearings();
  const Ref watcher = here.probe("watcher", heard);
  const Ref echo = here->lookup(address + "/echo");
  call(watcher, [&](Puppet& me) {
    echo << Text{"is anybody there?"};
    me.watch(echo);
  });
  BOOST_TEST(text_of(here.dead_letters.next().message) == "is anybody there?");
  BOOST_TEST(heard.next().text == "terminated");
  other.send(10);
  other.check_all_came_back();
  impostor.reset();
  PeerProcess peer(address);
  call(watcher, [&](Puppet&) { echo << Text{"and now?"}; });
  BOOST_TEST(heard.next().text == "and now?");
}

// What a process with that environment takes for the time of day is about a day away.
void check_jumps(const std::map<std::string, std::string>& environment) {
  testing::ChildProcess date({"date", "+%s"}, environment);
  BOOST_TEST_REQUIRE(date.wait() == 0);
  const auto away = std::chrono::system_clock::now().time_since_epoch() -
                    std::chrono::seconds(std::stoll(date.output()));
  BOOST_TEST_REQUIRE(std::chrono::abs(away) > 23h);
}

boost::test_tools::assertion_result can_shift_clocks(boost::unit_test::test_unit_id) {
  testing::ChildProcess probe({"unshare", "--time", "--monotonic", "1000", "true"});
  boost::test_tools::assertion_result result(probe.wait() == 0);
  result.message() << "time namespaces need root: " << probe.output();
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(remoting_faults)

BOOST_AUTO_TEST_CASE(R04_a_process_that_is_killed_and_started_again_many_times) {
  TestNode here(impatient_at("127.0.0.1:0"));
  std::optional<PeerProcess> peer(std::in_place);
  const std::string address = peer->address();
  Talker talker(here, address);
  for (std::size_t round = 1; round <= 5; ++round) {
    talker.watch();
    talker.send(100);
    talker.check_in_order(round - 1);
    talker.send(1000);
    (*peer)->signal(SIGKILL);
    BOOST_TEST((*peer)->wait() == -SIGKILL);
    peer.emplace(address);
    talker.wait_for_terminated();
    talker.send(1);
    talker.check_in_order(round);
    BOOST_TEST(here.up.next().node.to_string() == address);
    BOOST_TEST(here.down.next().node.to_string() == address);
  }
}

BOOST_AUTO_TEST_CASE(R05_a_process_that_is_halted_many_times_hears_all_in_order_and_once) {
  TestNode here(impatient_at("127.0.0.1:0"));
  PeerProcess peer(PeerProcess::command("127.0.0.1:0"), kImpatientPeer);
  Talker talker(here, peer.address());
  for (std::size_t round = 1; round <= 3; ++round) {
    talker.watch();
    talker.send(100);
    talker.check_in_order(round - 1);
    peer->signal(SIGSTOP);
    talker.send(1000);
    talker.wait_for_terminated();
    talker.send(1000);
    peer->signal(SIGCONT);
    talker.check_in_order(round);
  }
  peer.check_orderly_stop();
}

BOOST_AUTO_TEST_CASE(R09_a_port_that_answers_with_garbage_is_given_up_until_a_node_is_there) {
  check_given_up_and_found_again("HTTP/1.1 400 Bad Request\r\n\r\n" + std::string(1000, '\xff'));
}

BOOST_AUTO_TEST_CASE(R02_a_port_that_never_answers_is_given_up_until_a_node_is_there) {
  check_given_up_and_found_again("");
}

BOOST_AUTO_TEST_CASE(R10_half_open_connections_disturb_no_peer) {
  TestNode here(impatient_at("127.0.0.1:0"));
  PeerProcess peer(PeerProcess::command("127.0.0.1:0"), kImpatientPeer);
  Talker talker(here, peer.address());
  std::array<std::optional<remoting::testing::Plain>, 50> strangers;
  for (auto& stranger : strangers) {
    stranger.emplace(here.id()).write("\xff\0\0\0");  // as far as the greeting of ZMTP goes
    talker.send(10);
  }
  talker.check_all_came_back();
  BOOST_TEST(here.down.empty());
}

// What they measure is how long something took: no two clocks are ever compared.
BOOST_AUTO_TEST_CASE(R03_nodes_whose_clocks_are_days_apart_talk,
                     *boost::unit_test::precondition(can_shift_clocks)) {
  TestNode here(impatient_at("127.0.0.1:0"));
  std::vector<std::string> command{"unshare", "--time", "--monotonic", "1000000"};
  for (const std::string& word : PeerProcess::command("127.0.0.1:0")) {
    command.push_back(word);
  }
  std::optional<PeerProcess> peer(std::in_place, command, kImpatientPeer);
  Talker talker(here, peer->address());
  talker.watch();
  talker.send(100);
  talker.check_all_came_back();
  BOOST_TEST(here.down.empty());
  (*peer)->signal(SIGKILL);
  talker.wait_for_terminated();
}

// Timers, silences and time-outs go by the clock that only goes forward.
BOOST_AUTO_TEST_CASE(R03_a_time_of_day_that_jumps_by_days_disturbs_no_node) {
  const std::map<std::string, std::string> jumping{{"LD_PRELOAD", SPINOFF_JUMPING_CLOCK}};
  check_jumps(jumping);
  std::map<std::string, std::string> environment = kImpatientPeer;
  environment.insert(jumping.begin(), jumping.end());
  TestNode here(impatient_at("127.0.0.1:0"));
  PeerProcess peer(PeerProcess::command("127.0.0.1:0"), environment);
  Talker talker(here, peer.address());
  talker.watch();
  for (int i = 0; i < 20; ++i) {
    talker.send(100);
    talker.check_all_came_back();
  }
  BOOST_TEST(here.down.empty());
  peer->signal(SIGSTOP);
  talker.wait_for_terminated();
  peer->signal(SIGCONT);
  peer.check_orderly_stop();
}

BOOST_AUTO_TEST_SUITE_END()
