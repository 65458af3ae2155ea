// Actors that come and go: some are watched from other nodes, some are of families, and some are
// spawned by another node.
#include <chrono>
#include <cstddef>
#include <set>
#include <string>

#include <fmt/format.h>

#include <spinoff/registry.hpp>

#include "soak/load.hpp"
#include "soak/messages.hpp"

namespace spinoff::soak {

namespace {

using namespace std::chrono_literals;

struct Tick {};
struct End {};
struct Ping {};
struct Pong {};

constexpr std::uint64_t kLongestLife = 300;  // ms
constexpr auto kWatchPeriod = 20ms;
constexpr std::size_t kWatchesAtOnce = 50;

class Mortal : public Actor {
 public:
  using Receives = Messages<End>;
  Mortal(const World* world, std::uint64_t life)
      : alive_(*world), life_(std::chrono::milliseconds(life)) {}
  void pre_start() override { start_timer("end", life_, End{}); }
  void on(const End& /*end*/) { stop(); }

 private:
  Alive alive_;
  std::chrono::milliseconds life_;
};

class Keeper : public Actor {
 public:
  using Receives = RemoteMessages<Make>;
  explicit Keeper(const World* world) : world_(*world), choose_(*world, 300) {}
  void on(const Make& /*make*/) {
    const Ref mortal = spawn<Mortal>({.name = fmt::format("mortal-{}-{}", world_.start, ++count_)},
                                     &world_, choose_(kLongestLife));
    sender() << Made{mortal};
  }

 private:
  const World& world_;
  Choices choose_;
  std::uint64_t count_ = 0;
};

/// Each actor that it watches has another name, so it must hear of each end once.
class Watcher : public Actor {
 public:
  using Receives = Messages<Tick, Made, Terminated>;
  Watcher(const World* world, std::size_t to)
      : world_(*world), to_(to), choose_(*world, 310 + to) {}
  void pre_start() override {
    keeper_ = lookup(world_.uri(to_, "keeper"));
    start_timer_with_fixed_delay("tick", kWatchPeriod, Tick{});
  }

  void on(const Tick& /*tick*/) {
    if (world_.ledger.paused || open_.size() >= kWatchesAtOnce) {
      return;
    }
    keeper_ << Make{};
    if (choose_(8) == 0) {
      start_to_watch(lookup(world_.uri(to_, fmt::format("nobody-{}-{}", world_.start, ++count_))));
    }
  }
  void on(const Made& made) {
    if (made.mortal.uri().path().empty()) {
      world_.wrong("a ref to an actor that was made for a watch leads nowhere");
      return;
    }
    start_to_watch(made.mortal);
    if (choose_(8) == 0) {
      unwatch(made.mortal);  // and from now on its end would be one too many
      open_.erase(made.mortal.to_string());
      world_.end(Matter::watches);
    }
  }
  void on(const Terminated& end) {
    if (world_.sabotage == "watch" && choose_(10) == 0) {
      return;
    }
    if (open_.erase(end.actor.to_string()) == 0) {
      world_.wrong(fmt::format("the end of {} was told, but not asked for, or again",
                               end.actor.to_string()));
      return;
    }
    world_.end(Matter::watches);
  }

 private:
  void start_to_watch(const Ref& actor) {
    world_.begin(Matter::watches);
    open_.insert(actor.to_string());
    watch(actor);
  }

  const World& world_;
  const std::size_t to_;
  Choices choose_;
  Ref keeper_;
  std::set<std::string> open_;
  std::uint64_t count_ = 0;
};

class Child : public Actor {
 public:
  using Receives = Messages<Ping>;
  explicit Child(const World* world) : alive_(*world) {}
  void on(const Ping& /*ping*/) { sender() << Pong{}; }

 private:
  Alive alive_;
};

/// Has children, hears of each of them thrice, and of its end once.
class Family : public Process {
 public:
  Task<> run(const World* world) {
    constexpr int kChildren = 10;
    constexpr int kPings = 3;
    for (;;) {
      co_await sleep(10ms);
      if (world->ledger.paused) {
        continue;
      }
      world->begin(Matter::families);
      for (int i = 0; i < kChildren; ++i) {
        const auto child = watch<Child>(world);
        for (int k = 0; k < kPings; ++k) {
          child << Ping{};
        }
        child.poison();
      }
      for (int i = 0; i < kChildren; ++i) {
        co_await get<Terminated>();
      }
      for (int i = 0; i < kChildren * kPings; ++i) {
        if (!get_nowait<Pong>().has_value()) {
          world->wrong("all children have stopped, but not all have answered");
        }
      }
      if (get_nowait<Pong>().has_value() || get_nowait<Terminated>().has_value()) {
        world->wrong("a child has answered, or stopped, once too often");
      }
      world->end(Matter::families);
    }
  }
};

/// Of this process, for what only its name and text lead to.
const World*& this_world() {
  static const World* world = nullptr;
  return world;
}

class FarWorker : public Actor {
 public:
  using Receives = RemoteMessages<Question>;
  explicit FarWorker(std::uint64_t number) : alive_(*this_world()), number_(number) {}
  void on(const Question& question) { sender() << Answer{question.number + number_}; }

 private:
  Alive alive_;
  std::uint64_t number_;
};
const Registered<FarWorker, std::uint64_t> kFarWorker{"number"};

class FarSpawner : public Process {
 public:
  Task<> run(const World* world, std::size_t to) {
    const std::string node = fmt::format("127.0.0.1:{}", world->ports[to]);
    for (std::uint64_t number = 1;; ++number) {
      co_await sleep(100ms);
      if (world->ledger.paused) {
        continue;
      }
      world->begin(Matter::far_spawns);
      try {
        co_await employ(world, node, number);
      } catch (const SpawnFailed&) {  // NOLINT(bugprone-empty-catch)
        // The other node is down, or was when it was asked.
      }
      world->end(Matter::far_spawns);
    }
  }

 private:
  Task<> employ(const World* world, std::string node, std::uint64_t number) {
    const std::string parameters = fmt::format("number={}", number);
    const Ref worker = co_await spawn_on(node, std::string(kFarWorker.name()), parameters);
    const Question question{1000};
    try {
      const Answer answer = co_await worker.ask<Answer>(question, kAnswerLimit);
      if (answer.number != 1000 + number) {
        world->wrong(
            fmt::format("worker {} of another node calls itself {}", number, answer.number - 1000));
      }
    } catch (const AskFailed&) {  // NOLINT(bugprone-empty-catch): as below
    } catch (const Timeout&) {    // NOLINT(bugprone-empty-catch)
      // The question or its answer was lost with the session, and the worker has stopped for that.
    }
    worker.stop();
    co_await worker.join();
  }
};

}  // namespace

void spawn_lives(Node& node, const World& world) {
  this_world() = &world;
  node.spawn<Keeper>({.name = "keeper"}, &world);
  node.spawn<Family>(&world);
  for (std::size_t to = 0; to < kNodes; ++to) {
    if (to != world.me) {
      node.spawn<Watcher>(&world, to);
      node.spawn<FarSpawner>(&world, to);
    }
  }
}

}  // namespace spinoff::soak
