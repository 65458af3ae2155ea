/// Rules Y01 to Y03: typed refs and protocols.
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/circuit_breaker.hpp>
#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Balance {
  int euros = 0;
};
struct Deposit {
  using Reply = Balance;
  int euros = 0;
};
struct Show {
  using Reply = std::string;
};
struct Close {};

/// What a bank's customers may say.
struct Saving {
  using Receives = Messages<Deposit, Show>;
};
struct Closing {
  using Receives = Messages<Close>;
};

class Account : public Puppet {
 public:
  using Receives = Messages<Do, Deposit, Show, Close>;
  using Implements = Protocols<Saving, Closing>;
  using Puppet::on;
  void on(const Deposit& deposit) {
    euros_ += deposit.euros;
    sender() << Balance{euros_};
  }
  void on(const Show&) { sender() << std::to_string(euros_); }
  void on(const Close&) { stop(); }

 private:
  int euros_ = 0;
};

/// Takes the protocol's messages, and nothing else.
class Box : public Actor {
 public:
  using Receives = Saving::Receives;
  using Implements = Saving;
  void on(const Deposit&) { sender() << Balance{-1}; }
  void on(const Show&) { sender() << "a box"; }
};

/// Takes what it asks for, so any message.
class Teller : public Process {
 public:
  using Implements = Saving;
  Task<> run() {
    const Deposit deposit = co_await get<Deposit>();
    sender() << Balance{deposit.euros};
  }
};

class Customer : public Process {
 public:
  Task<> run(TypedRef<Saving> account, Log log) {
    const Deposit deposit{5};
    const Balance balance = co_await account.ask(deposit);
    log.add(std::to_string(balance.euros));
  }
};

BOOST_AUTO_TEST_SUITE(protocols)

BOOST_AUTO_TEST_CASE(Y01_what_an_ask_gives_follows_from_the_message) {
  Node node(quiet());
  const auto account = node.spawn<Account>();
  const Balance balance = account.ask(Deposit{3}).get();
  BOOST_TEST(balance.euros == 3);
  BOOST_TEST(account.ask(Show{}).get() == "3");
  BOOST_TEST(account.ask<Balance>(Deposit{4}).get().euros == 7);  // the same, written down
}

BOOST_AUTO_TEST_CASE(Y01_so_it_does_by_routers_and_circuit_breakers) {
  Node node(quiet());
  const auto accounts = node.spawn_pool<Account>(RoundRobin{}, {.size = 2});
  BOOST_TEST(accounts.ask(Deposit{3}).get().euros == 3);
  const CircuitBreaker breaker;
  BOOST_TEST(breaker.ask(node.spawn<Account>(), Deposit{4}).get().euros == 4);
}

BOOST_AUTO_TEST_CASE(Y02_a_ref_to_an_actor_becomes_one_to_a_protocol_that_it_takes) {
  Node node(quiet());
  const std::vector<TypedRef<Saving>> savings{node.spawn<Account>(), node.spawn<Box>(),
                                              node.spawn<Teller>()};
  BOOST_TEST(savings[0].ask(Deposit{2}).get().euros == 2);
  BOOST_TEST(savings[1].ask(Show{}).get() == "a box");
  BOOST_TEST(savings[2].ask(Deposit{9}).get().euros == 9);
  const Log log("a balance");
  node.spawn<Customer>(savings[0], log);
  BOOST_TEST(log.next() == "7");
  const auto ended = listen<Terminated>(node);
  const auto account = node.spawn<Account>();
  const TypedRef<Closing> closing = account;
  closing << Close{};
  while (ended.next().actor != account) {
  }
  BOOST_TEST(closing == account);
}

BOOST_AUTO_TEST_CASE(Y02_a_router_of_a_protocol_has_actors_of_several_classes) {
  Node node(quiet());
  const Router savings(RoundRobin{},
                       std::vector<TypedRef<Saving>>{node.spawn<Account>(), node.spawn<Box>()});
  BOOST_TEST(savings.ask(Show{}).get() == "0");
  BOOST_TEST(savings.ask(Show{}).get() == "a box");
}

BOOST_AUTO_TEST_CASE(Y03_who_knows_better_says_so) {
  Node node(quiet());
  const auto account = node.spawn<Account>({.name = "account"});
  const TypedRef<Saving> found(node.lookup("/account"));
  BOOST_TEST(found.ask(Deposit{1}).get().euros == 1);
  BOOST_TEST(found == account);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
