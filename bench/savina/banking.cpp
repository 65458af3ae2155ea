// A teller orders so many transfers between accounts. The account that pays tells the other one,
// and takes no other order until that one has confirmed; then it confirms to the teller. An account
// pays to those of higher numbers only, so nobody waits in a circle. Amounts are whole thousandths,
// and not the original's floating-point numbers, in which they would vanish beside the balance; so
// at the end each balance must be exactly that of a sequential computation.
#include <memory>
#include <variant>
#include <vector>

#include <spinoff/process.hpp>

#include "savina/pseudo_random.hpp"
#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::banking {
namespace {

constexpr std::uint64_t kSeed = 123'456;

struct Start {};
struct Stop {};
struct Debit {
  std::int64_t amount;
};
struct Credit {
  std::int64_t amount;
  Ref recipient;
};
struct Reply {};

using Balances = std::vector<std::int64_t>;

class Transfers {
 public:
  struct Transfer {
    std::size_t from;
    std::size_t to;
    std::int64_t amount;
  };

  explicit Transfers(const Run& run) : accounts_(static_cast<std::uint64_t>(run["accounts"])) {}
  Transfer next() {
    const std::uint64_t from = random_.next(accounts_ / 10 * 8);
    const std::uint64_t distance = random_.next(accounts_ - from);
    const double amount = 1000 / static_cast<double>(random_.next(65'536) + 1);
    return {.from = from,
            .to = from + (distance == 0 ? 1 : distance),
            .amount = static_cast<std::int64_t>(amount * 1000)};
  }

 private:
  std::uint64_t accounts_;
  PseudoRandom random_{kSeed};
};

/// While it waits for a confirmation, other messages are kept for later.
class Account : public Process {
 public:
  Account(Run& run, std::shared_ptr<const Balances> expected, std::size_t number)
      : run_(run), expected_(std::move(expected)), number_(number) {}
  Task<> run() {
    for (;;) {
      const auto order = co_await get<Debit, Credit, Stop>();
      const Ref from = sender();
      if (const auto* const debit = std::get_if<Debit>(&order)) {
        balance_ += debit->amount;
        from << Reply{};
      } else if (const auto* const credit = std::get_if<Credit>(&order)) {
        balance_ -= credit->amount;
        credit->recipient << Debit{credit->amount};
        co_await get<Reply>();
        from << Reply{};
      } else {
        co_return;
      }
    }
  }
  void post_stop() override { run_.report(balance_ == (*expected_)[number_] ? 1 : 0, number_); }

 private:
  Run& run_;
  std::shared_ptr<const Balances> expected_;
  std::size_t number_;
  std::int64_t balance_ = 0;
};

class Teller : public Actor {
 public:
  Teller(Run& run, std::shared_ptr<const Balances> expected)
      : run_(run), expected_(std::move(expected)) {}
  void pre_start() override {
    for (std::size_t i = 0; i < expected_->size(); ++i) {
      accounts_.push_back(spawn<Account>(std::ref(run_), expected_, i));
    }
  }
  void on(const Start& /*start*/) {
    Transfers transfers(run_);
    for (std::int64_t i = 0; i < n_; ++i) {
      const auto [from, to, amount] = transfers.next();
      accounts_[from] << Credit{amount, accounts_[to]};
    }
  }
  void on(const Reply& /*reply*/) {
    if (++done_ == n_) {
      for (const auto& account : accounts_) {
        account << Stop{};
      }
    }
  }
  using Receives = Messages<Start, Reply>;

 private:
  Run& run_;
  std::shared_ptr<const Balances> expected_;
  std::vector<TypedRef<Account>> accounts_;
  std::int64_t n_ = run_["n"];
  std::int64_t done_ = 0;
};

Outcome banking(Run& run) {
  const auto expected = std::make_shared<Balances>(static_cast<std::size_t>(run["accounts"]));
  Transfers transfers(run);
  for (std::int64_t i = 0; i < run["n"]; ++i) {
    const auto [from, to, amount] = transfers.next();
    (*expected)[from] -= amount;
    (*expected)[to] += amount;
  }
  run.start(expected->size());
  run.node().spawn<Teller>(std::ref(run), std::shared_ptr<const Balances>(expected)) << Start{};
  // The start; for each transfer an order, a payment and two confirmations; and a stop for each
  // account.
  return {.messages = static_cast<std::uint64_t>(1 + 4 * run["n"] + run["accounts"]),
          .verified = run.wait() == run["accounts"]};
}

const Registration kRegistration({.name = "banking",
                                  .summary = "transfers between accounts, confirmed step by step",
                                  .parameters = {{"n", 50'000, 1, 100'000'000},
                                                 {"accounts", 1'000, 10, 65'536}},
                                  .run = banking});

}  // namespace
}  // namespace spinoff::bench::banking
