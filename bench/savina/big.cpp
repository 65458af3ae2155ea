// Many actors ping each other: each sends a ping to one that it draws by lot, waits for the pong
// and draws again, n times. A sink waits until all are done and tells them to stop.
#include <memory>
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/pseudo_random.hpp"
#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::big {
namespace {

using Actors = std::vector<Ref>;

struct Neighbors {
  std::shared_ptr<const Actors> actors;
};
struct Ping {
  std::int64_t sender;
};
struct Pong {
  std::int64_t sender;
};
struct Exit {};

class Sink : public Actor {
 public:
  void on(const Neighbors& neighbors) { actors_ = neighbors.actors; }
  void on(const Exit& /*exit*/) {
    if (++done_ == actors_->size()) {
      for (const Ref& actor : *actors_) {
        actor << Exit{};
      }
      stop();
    }
  }
  using Receives = Messages<Neighbors, Exit>;

 private:
  std::shared_ptr<const Actors> actors_;
  std::size_t done_ = 0;
};

class Peer : public Actor {
 public:
  Peer(Run& run, std::int64_t number, TypedRef<Sink> sink)
      : run_(run), number_(number), sink_(std::move(sink)) {}
  void on(const Neighbors& neighbors) { neighbors_ = neighbors.actors; }
  void on(const Ping& ping) {
    ++pings_;
    neighbor(ping.sender) << Pong{number_};
  }
  void on(const Pong& pong) {
    if (pong.sender != expected_) {
      throw std::runtime_error("a pong came from actor " + std::to_string(pong.sender) +
                               " instead of " + std::to_string(expected_));
    }
    if (sent_ == n_) {
      sink_ << Exit{};
      return;
    }
    ++sent_;
    expected_ = static_cast<std::int64_t>(random_.next(neighbors_->size()));
    neighbor(expected_) << Ping{number_};
  }
  void on(const Exit& /*exit*/) { stop(); }
  void post_stop() override { run_.report(pings_, static_cast<std::size_t>(number_)); }
  using Receives = Messages<Neighbors, Ping, Pong, Exit>;

 private:
  [[nodiscard]] const Ref& neighbor(std::int64_t number) const {
    return (*neighbors_)[static_cast<std::size_t>(number)];
  }

  Run& run_;
  std::int64_t number_;
  TypedRef<Sink> sink_;
  std::shared_ptr<const Actors> neighbors_;
  PseudoRandom random_{static_cast<std::uint64_t>(number_)};
  std::int64_t n_ = run_["n"];
  std::int64_t sent_ = 0;
  std::int64_t expected_ = -1;  // who the first pong says it is from
  std::int64_t pings_ = 0;
};

Outcome big(Run& run) {
  const std::int64_t n = run["n"];
  const std::int64_t count = run["actors"];
  const auto sink = run.node().spawn<Sink>();
  Actors actors;
  for (std::int64_t i = 0; i < count; ++i) {
    actors.push_back(run.node().spawn<Peer>(std::ref(run), i, sink));
  }
  const Neighbors neighbors{std::make_shared<const Actors>(std::move(actors))};

  run.start(neighbors.actors->size());
  sink << neighbors;
  for (const Ref& actor : *neighbors.actors) {
    actor << neighbors;
  }
  for (const Ref& actor : *neighbors.actors) {
    actor << Pong{-1};
  }
  // Pings and pongs; for each actor its neighbors, the first pong and an exit there and back.
  return {.messages = static_cast<std::uint64_t>(2 * n * count + 4 * count + 1),
          .verified = run.wait() == n * count};
}

const Registration kRegistration({.name = "big",
                                  .summary = "many actors ping each other at random",
                                  .parameters = {{"n", 20'000, 0, 100'000'000},
                                                 {"actors", 120, 1, 65'536}},
                                  .run = big});

}  // namespace
}  // namespace spinoff::bench::big
