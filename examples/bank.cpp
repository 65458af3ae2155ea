// A bank: accounts that are asked, by refs that know their protocol, and that may refuse. Run it
// with
//
//     startnode --actor spinoff.examples.bank.Bank
#include <stdexcept>
#include <string>

#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

namespace spinoff::examples::bank {

struct Balance {
  int euros;
};

struct Deposit {
  using Reply = Balance;
  int euros;
};

/// Fails if there is not enough.
struct Withdraw {
  using Reply = Balance;
  int euros;
};

/// What customers may say to an account, whatever its class is.
struct Banking {
  using Receives = Messages<Deposit, Withdraw>;
};

class Account : public Actor {
 public:
  using Receives = Banking::Receives;
  using Implements = Banking;

  void on(const Deposit& deposit) {
    euros_ += deposit.euros;
    sender() << Balance{euros_};
  }

  void on(const Withdraw& withdraw) {
    if (withdraw.euros > euros_) {
      throw std::runtime_error("there are only " + std::to_string(euros_) + " euros");
    }
    euros_ -= withdraw.euros;
    sender() << Balance{euros_};
  }

 private:
  int euros_ = 0;
};

class Bank : public Process {
 public:
  // An account that refuses goes on as it is.
  Decision supervise(const ChildError& /*error*/) override { return Decision::Resume; }

  Task<> run() {
    const TypedRef<Banking> alice = spawn<Account>({.name = "alice"});
    const TypedRef<Banking> bob = spawn<Account>({.name = "bob"});
    const Deposit savings{100};
    co_await alice.ask(savings);
    co_await transfer(alice, bob, 70);
    co_await transfer(alice, bob, 70);
  }

 private:
  Task<> transfer(TypedRef<Banking> from, TypedRef<Banking> to, int euros) {
    const Withdraw withdraw{euros};
    const Deposit deposit{euros};
    try {
      const Balance left = co_await from.ask(withdraw);
      const Balance now = co_await to.ask(deposit);
      log("sent {} euros: {} has {}, {} has {}", euros, from, left.euros, to, now.euros);
    } catch (const AskFailed& error) {
      log("cannot send {} euros: {}", euros, error.what());
    }
  }
};

const Registered<Bank> kBank;

}  // namespace spinoff::examples::bank
