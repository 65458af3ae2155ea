// Whether actors get their turns next to some that never run out of mail. Not of the original
// suite. It has two parts.
//
// Hogs send themselves a message from each handler, and a feeder keeps their mailboxes full as
// well. Next to them are `others` that send themselves a message, and as many pairs that exchange
// one. All go on until each has handled n messages. Nobody starves: that comes before a hog has
// handled kPatience, whatever the speed. The least share of each kind is told, in percent of what a
// hog handled, and the longest time that a message of theirs waited.
//
// Then as many pairs as there are workers play ping-pong without end, each a chain of hand-offs.
// When each of them has handled n messages, a guest gets `guest` messages from outside, the next
// one when it has handled the one before; the longest time that one waited is told.
#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::fairness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kPatience = 1'000'000'000;
constexpr std::int64_t kRation = 256;  // more than an actor handles in a turn

/// What an actor has handled.
struct Account {
  void add(Clock::duration wait) {
    ++messages;
    longest_wait = std::max(longest_wait, wait);
  }
  std::int64_t messages = 0;
  Clock::duration longest_wait{0};
};
/// By the actors' numbers; each writes its own when it stops.
using Accounts = std::vector<Account>;

struct Begin {
  Ref partner;
  bool serves;
};
struct Ball {
  Clock::time_point sent;
};
struct Feed {};
struct Fodder {};
struct More {};

/// Sends each ball on to its partner, which may be itself, and reports when it has had n of them.
class Player : public Actor {
 public:
  Player(Run& run, std::shared_ptr<Accounts> accounts, std::size_t number)
      : run_(run), accounts_(std::move(accounts)), number_(number) {}
  void on(const Begin& begin) {
    partner_ = begin.partner;
    if (begin.serves) {
      partner_ << Ball{Clock::now()};
    }
  }
  void on(const Ball& ball) {
    const Clock::time_point now = Clock::now();
    account_.add(now - ball.sent);
    if (account_.messages == n_) {
      run_.report(0, number_);
    }
    partner_ << Ball{now};
  }
  void post_stop() override {
    (*accounts_)[number_] = account_;
    run_.report(account_.messages, number_);
  }
  using Receives = Messages<Begin, Ball>;

 private:
  Run& run_;
  std::shared_ptr<Accounts> accounts_;
  std::size_t number_;
  std::int64_t n_ = run_["n"];
  Ref partner_;
  Account account_;
};

class Feeder : public Actor {
 public:
  void on(const Feed& /*feed*/) {
    const Ref hog = parent();
    for (std::int64_t i = 0; i < kRation; ++i) {
      hog << Fodder{};
    }
  }
  using Receives = Messages<Feed>;
};

class Hog : public Actor {
 public:
  Hog(Run& run, std::shared_ptr<Accounts> accounts, std::size_t number)
      : run_(run), accounts_(std::move(accounts)), number_(number) {}
  void pre_start() override {
    feeder_ = spawn<Feeder>();
    feeder_ << Feed{} << Feed{};  // one to eat, while the other is brought
    self() << More{};
  }
  void on(const More& more) {
    count();
    self() << more;
  }
  void on(const Fodder& /*fodder*/) {
    count();
    if (++eaten_ % kRation == 0) {
      feeder_ << Feed{};
    }
  }
  void post_stop() override {
    (*accounts_)[number_].messages = messages_;
    run_.report(messages_, number_);
  }
  using Receives = Messages<More, Fodder>;

 private:
  void count() {
    ++messages_;
    if (messages_ == n_) {
      run_.report(0, number_);
    } else if (messages_ == kPatience) {
      throw std::runtime_error(
          "the others starve: not all have handled n messages, but "
          "this actor has handled " +
          std::to_string(messages_));
    }
  }

  Run& run_;
  std::shared_ptr<Accounts> accounts_;
  std::size_t number_;
  std::int64_t n_ = run_["n"];
  Ref feeder_;
  std::int64_t messages_ = 0;
  std::int64_t eaten_ = 0;
};

class Guest : public Actor {
 public:
  Guest(Run& run, std::shared_ptr<Account> account) : run_(run), account_(std::move(account)) {}
  void on(const Ball& ball) {
    account_->add(Clock::now() - ball.sent);
    run_.report(1);
  }
  using Receives = Messages<Ball>;

 private:
  Run& run_;
  std::shared_ptr<Account> account_;
};

double in_us(Clock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

std::vector<Ref> spawn_players(Run& run, const std::shared_ptr<Accounts>& accounts,
                               std::size_t count) {
  std::vector<Ref> players;
  players.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    players.push_back(run.node().spawn<Player>(std::ref(run), accounts, i));
  }
  return players;
}

/// Who serves is told last, when the partner knows where to send the ball.
void begin_pair(const Ref& serves, const Ref& partner) {
  partner << Begin{serves, false};
  serves << Begin{partner, true};
}

/// Gives the number of all messages that they had handled.
std::int64_t stop(Run& run, const std::vector<Ref>& actors) {
  run.start(actors.size());
  for (const Ref& actor : actors) {
    actor.stop();
  }
  return run.wait();
}

/// The least share of those with the numbers from `begin` up to `end`.
double least_share(const Accounts& accounts, std::size_t begin, std::size_t end, double of) {
  std::int64_t least = accounts[begin].messages;
  for (std::size_t i = begin; i < end; ++i) {
    least = std::min(least, accounts[i].messages);
  }
  return 100 * static_cast<double>(least) / of;
}

/// Gives the number of messages that were handled.
std::int64_t play_next_to_hogs(Run& run) {
  const auto others = static_cast<std::size_t>(run["others"]);
  const auto hogs = static_cast<std::size_t>(run["hogs"]);
  const std::size_t players = 3 * others;  // one alone and two of a pair each
  const auto accounts = std::make_shared<Accounts>(players + hogs);
  run.start(players + hogs);
  std::vector<Ref> actors = spawn_players(run, accounts, players);
  for (std::size_t i = players; i < players + hogs; ++i) {
    actors.push_back(run.node().spawn<Hog>(std::ref(run), accounts, i));
  }
  for (std::size_t i = 0; i < others; ++i) {
    actors[i] << Begin{actors[i], true};
    begin_pair(actors[others + 2 * i], actors[others + 2 * i + 1]);
  }
  run.wait();
  const std::int64_t messages = stop(run, actors);

  double of_hogs = 0;
  for (std::size_t i = players; i < players + hogs; ++i) {
    of_hogs += static_cast<double>((*accounts)[i].messages) / static_cast<double>(hogs);
  }
  Clock::duration longest_wait{0};
  for (const Account& account : *accounts) {
    longest_wait = std::max(longest_wait, account.longest_wait);
  }
  run.add_figure("min_share_percent", least_share(*accounts, 0, others, of_hogs));
  run.add_figure("min_pair_share_percent", least_share(*accounts, others, players, of_hogs));
  run.add_figure("max_wait_us", in_us(longest_wait));
  return messages;
}

/// The same. All messages to the guest have been handled, else it does not end.
std::int64_t visit_chains(Run& run) {
  const auto players = 2 * static_cast<std::size_t>(run.node().workers());
  const auto accounts = std::make_shared<Accounts>(players);
  run.start(players);
  const std::vector<Ref> actors = spawn_players(run, accounts, players);
  for (std::size_t i = 0; i < players; i += 2) {
    begin_pair(actors[i], actors[i + 1]);
  }
  run.wait();
  const auto account = std::make_shared<Account>();
  const Ref guest = run.node().spawn<Guest>(std::ref(run), account);
  for (std::int64_t i = 0; i < run["guest"]; ++i) {
    run.start();
    guest << Ball{Clock::now()};
    run.wait();
  }
  run.add_figure("chain_max_wait_us", in_us(account->longest_wait));
  return account->messages + stop(run, actors);
}

Outcome fairness(Run& run) {
  const std::int64_t messages = play_next_to_hogs(run) + visit_chains(run);
  // Whoever starves makes the run fail.
  return {.messages = static_cast<std::uint64_t>(messages), .verified = true};
}

const Registration kRegistration({.name = "fairness",
                                  .summary = "turns next to hogs, and next to chains of hand-offs",
                                  .parameters = {{"n", 100'000, 1, 10'000'000},
                                                 {"hogs", 1, 1, 1'000},
                                                 {"others", 4, 1, 1'000},
                                                 {"guest", 1'000, 1, 1'000'000}},
                                  .run = fairness});

}  // namespace
}  // namespace spinoff::bench::fairness
