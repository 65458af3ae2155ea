// A bug that comes once in a while, found by running the actors under a simulator: two cashiers add
// to one account. Each reads the balance, and then writes the new one; what the other has written
// in between is lost. The account that adds by itself has no such bug, whoever runs when.
//
//     build/release/bin/simulated
#include <iostream>

#include <spinoff/spinoff.hpp>
#include <spinoff/testing.hpp>

namespace {

using namespace spinoff;  // NOLINT(google-build-using-namespace)
using testing::Probe;
using testing::Simulation;

struct Balance {
  int amount;
};
struct Read {
  using Reply = Balance;
};
struct Write {
  int amount;
};
struct Add {
  int amount;
};

class Account : public Actor {
 public:
  using Receives = Messages<Read, Write, Add>;
  void on(const Read& /*read*/) { sender() << Balance{amount_}; }
  void on(const Write& write) { amount_ = write.amount; }
  void on(const Add& add) { amount_ += add.amount; }

 private:
  int amount_ = 0;
};

class HastyCashier : public Process {
 public:
  Task<> run(TypedRef<Account> account, int amount) {
    co_await sleep(1s);
    const Balance before = co_await account.ask(Read{});
    account << Write{before.amount + amount};
  }
};

class GoodCashier : public Process {
 public:
  Task<> run(TypedRef<Account> account, int amount) {
    co_await sleep(1s);
    account << Add{amount};
  }
};

template <class Cashier>
int balance_with(std::uint64_t seed) {
  Simulation sim(seed);
  Node& bank = sim.node("bank");
  const auto account = bank.spawn<Account>();
  Probe probe(bank);
  for (const int amount : {10, 20}) {
    probe.watch(bank.spawn<Cashier>(account, amount));
  }
  probe.expect<Terminated>();
  probe.expect<Terminated>();
  return account.ask(Read{}).get().amount;
}

// Of the first seeds, one that loses money; -1 if there is none.
template <class Cashier>
int losing_seed() {
  for (int seed = 0; seed < 1000; ++seed) {
    if (balance_with<Cashier>(static_cast<std::uint64_t>(seed)) != 30) {
      return seed;
    }
  }
  return -1;
}

}  // namespace

int main() {
  const int seed = losing_seed<HastyCashier>();
  std::cout << "hasty cashiers: with seed " << seed << " there are "
            << balance_with<HastyCashier>(static_cast<std::uint64_t>(seed)) << " instead of 30\n";
  std::cout << "good cashiers: " << (losing_seed<GoodCashier>() < 0 ? "no seed" : "a seed")
            << " of 1000 loses anything\n";
}
