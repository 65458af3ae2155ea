/// Host names are looked up without one waiting for another.
#include "resolver.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <poll.h>

#include "hub_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using spinoff::NodeId;
using spinoff::remoting::Addresses;
using spinoff::remoting::Intake;
using spinoff::remoting::Outbox;
using spinoff::remoting::Resolved;
using spinoff::remoting::Resolver;
using spinoff::remoting::testing::kPatience;

/// Name servers of which some do not answer before they are told to.
class Servers {
 public:
  Addresses look_up(const std::string& host) {
    std::unique_lock lock(mutex_);
    ++asked_[host];
    changed_.notify_all();
    changed_.wait(lock, [&] { return !slow_.contains(host); });
    return {{"address of " + host}, {}};
  }
  void make_slow(const std::string& host) {
    const std::lock_guard lock(mutex_);
    slow_.insert(host);
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    slow_.clear();
    changed_.notify_all();
  }
  void wait_until_asked_for(const std::string& host) {
    std::unique_lock lock(mutex_);
    BOOST_REQUIRE(changed_.wait_for(lock, kPatience, [&] { return asked_.contains(host); }));
  }
  int asked(const std::string& host) {
    const std::lock_guard lock(mutex_);
    return asked_[host];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> slow_;
  std::map<std::string, int> asked_;
};

struct ResolverFixture {
  std::shared_ptr<Servers> servers = std::make_shared<Servers>();
  std::shared_ptr<Intake> intake = std::make_shared<Intake>();
  Resolver resolver{
      intake, [servers = servers](const std::string& host) { return servers->look_up(host); }};
  std::vector<Resolved> answers;

  ~ResolverFixture() {
    servers->let_go();
    resolver.stop(kPatience);
  }

  void look_up(const std::string& host, std::uint64_t link) { resolver.look_up({host, 1}, link); }
  void wait_for(std::size_t count) {
    while (answers.size() < count) {
      std::vector<std::shared_ptr<Outbox>> outboxes;
      std::vector<Resolved> resolved;
      intake->take(outboxes, resolved);
      answers.insert(answers.end(), resolved.begin(), resolved.end());
      if (resolved.empty() && intake->fall_asleep(false)) {
        pollfd item{intake->wake_fd(), POLLIN, 0};
        BOOST_REQUIRE(
            poll(&item, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) == 1);
        intake->wake_up();
      }
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(resolver, ResolverFixture)

BOOST_AUTO_TEST_CASE(R10_a_name_that_takes_long_holds_up_no_other) {
  servers->make_slow("slow");
  look_up("slow", 1);
  look_up("quick", 2);
  wait_for(1);
  BOOST_TEST(answers[0].link == 2U);
  BOOST_TEST(answers[0].address == "address of quick");
  servers->let_go();
  wait_for(2);
  BOOST_TEST(answers[1].link == 1U);
}

BOOST_AUTO_TEST_CASE(R10_a_name_that_takes_long_keeps_one_thread_however_often_it_is_asked_for) {
  servers->make_slow("slow");
  for (std::uint64_t link = 1; link <= 20; ++link) {
    look_up("slow", link);
  }
  look_up("quick", 21);
  wait_for(1);
  BOOST_TEST(answers[0].link == 21U);
  servers->wait_until_asked_for("slow");
  servers->let_go();
  wait_for(21);
  BOOST_TEST(servers->asked("slow") == 1);
}

BOOST_AUTO_TEST_CASE(R10_more_names_than_threads_wait_for_their_turn) {
  for (const char* host : {"slow1", "slow2", "slow3", "slow4"}) {
    servers->make_slow(host);
  }
  std::uint64_t link = 0;
  for (const char* host : {"slow1", "slow2", "slow3", "slow4", "late"}) {
    look_up(host, ++link);
  }
  for (const char* host : {"slow1", "slow2", "slow3", "slow4"}) {
    servers->wait_until_asked_for(host);
  }
  BOOST_TEST(servers->asked("late") == 0);
  servers->let_go();
  wait_for(5);
}

BOOST_AUTO_TEST_CASE(R10_a_look_up_that_was_cancelled_is_not_made_or_not_answered) {
  for (const char* host : {"slow1", "slow2", "slow3", "slow4"}) {
    servers->make_slow(host);
    look_up(host, 1);
    servers->wait_until_asked_for(host);
  }
  look_up("gone", 2);
  look_up("wanted", 3);
  resolver.cancel(2);
  resolver.cancel(1);
  servers->let_go();
  wait_for(1);
  BOOST_TEST(answers[0].link == 3U);
  BOOST_TEST(servers->asked("gone") == 0);
}

BOOST_AUTO_TEST_CASE(R10_a_stop_does_not_wait_for_a_name_that_takes_long) {
  servers->make_slow("slow");
  look_up("slow", 1);
  servers->wait_until_asked_for("slow");
  resolver.stop(0s);
  resolver.stop(kPatience);
  BOOST_TEST(servers->asked("slow") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
