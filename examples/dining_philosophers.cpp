// Five philosophers, five forks, and nobody starves: each takes the fork of the lower number first,
// so there is no circle of philosophers who wait for each other. Run it with
//
//     startnode --actor spinoff.examples.dining_philosophers.Table --params meals=3
#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

namespace spinoff::examples::dining_philosophers {

struct Taken {};
struct Take {
  using Reply = Taken;
};
struct PutBack {};

/// Whoever asks for it gets it when all who asked before have put it back.
class Fork : public Actor {
 public:
  using Receives = Messages<Take, PutBack>;

  void on(const Take&) {
    waiting_.emplace_back(sender());
    if (waiting_.size() == 1) {
      waiting_.front() << Taken{};
    }
  }
  void on(const PutBack&) {
    waiting_.pop_front();
    if (!waiting_.empty()) {
      waiting_.front() << Taken{};
    }
  }

 private:
  std::deque<Ref> waiting_;  // the first has the fork
};

struct Full {
  std::string name;
  unsigned meals;
};

class Philosopher : public Process {
 public:
  Task<> run(std::string name, TypedRef<Fork> first, TypedRef<Fork> second, unsigned meals) {
    unsigned eaten = 0;
    while (eaten < meals) {
      co_await sleep(1ms);  // and thinks
      co_await first.ask(Take{});
      co_await second.ask(Take{});
      ++eaten;
      first << PutBack{};
      second << PutBack{};
    }
    parent() << Full{name, eaten};
  }
};

class Table : public Process {
 public:
  Task<> run(unsigned meals) {
    const std::array<std::string, 5> names{"Socrates", "Plato", "Hypatia", "Kant", "Arendt"};
    std::vector<TypedRef<Fork>> forks;
    forks.reserve(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      forks.push_back(spawn<Fork>());
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto [low, high] = std::minmax({i, (i + 1) % names.size()});
      spawn<Philosopher>({.name = names.at(i)}, names.at(i), forks.at(low), forks.at(high), meals);
    }
    // In the order of their seats, whoever is full first.
    for (const std::string& name : names) {
      const Full full = co_await get<&Full::name>(name);
      log("{} ate {} times", full.name, full.meals);
    }
  }
};

const Registered<Table> kTable{"meals"};

}  // namespace spinoff::examples::dining_philosophers
