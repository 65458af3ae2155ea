// Many actors ping each other at random; see bench/savina/big.cpp.
#include "run.hpp"
#include "savina/pseudo_random.hpp"

namespace spinoff::bench {
namespace {

using Actors = std::vector<caf::actor>;

class Sink : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;
  caf::behavior make_behavior() override {
    return {[this](neighbors_atom, const Actors& actors) { actors_ = actors; },
            [this](leave_atom) {
              if (++done_ == actors_.size()) {
                for (const caf::actor& actor : actors_) {
                  tell(this, actor, leave_atom_v);
                }
                quit();
              }
            }};
  }

 private:
  Actors actors_;
  std::size_t done_ = 0;
};

class Peer : public caf::event_based_actor {
 public:
  Peer(caf::actor_config& config, Run& run, std::int64_t number, caf::actor sink)
      : event_based_actor(config), run_(run), number_(number), sink_(std::move(sink)) {}
  caf::behavior make_behavior() override {
    return {[this](neighbors_atom, const Actors& neighbors) { neighbors_ = neighbors; },
            [this](ping_atom, std::int64_t from) {
              ++pings_;
              tell(this, neighbor(from), pong_atom_v, number_);
            },
            [this](pong_atom, std::int64_t from) { got_pong(from); },
            [this](leave_atom) { quit(); }};
  }
  void on_exit() override {
    neighbors_.clear();  // all keep each other
    run_.report(pings_, static_cast<std::size_t>(number_));
  }

 private:
  void got_pong(std::int64_t from) {
    if (from != expected_) {
      run_.fail("a pong came from actor " + std::to_string(from) + " instead of " +
                std::to_string(expected_));
    }
    if (sent_ == n_) {
      tell(this, sink_, leave_atom_v);
      return;
    }
    ++sent_;
    expected_ = static_cast<std::int64_t>(random_.next(neighbors_.size()));
    tell(this, neighbor(expected_), ping_atom_v, number_);
  }
  [[nodiscard]] const caf::actor& neighbor(std::int64_t number) const {
    return neighbors_[static_cast<std::size_t>(number)];
  }

  Run& run_;
  std::int64_t number_;
  caf::actor sink_;
  Actors neighbors_;
  PseudoRandom random_{static_cast<std::uint64_t>(number_)};
  std::int64_t n_ = run_["n"];
  std::int64_t sent_ = 0;
  std::int64_t expected_ = -1;  // who the first pong says it is from
  std::int64_t pings_ = 0;
};

Outcome big(Run& run) {
  const std::int64_t n = run["n"];
  const std::int64_t count = run["actors"];
  const auto sink = run.system().spawn<Sink>();
  Actors actors;
  for (std::int64_t i = 0; i < count; ++i) {
    actors.push_back(run.system().spawn<Peer>(std::ref(run), i, sink));
  }
  // One message, which all of them share.
  const auto neighbors = caf::make_message(neighbors_atom_v, actors);

  run.start(actors.size());
  tell_from_outside(sink, neighbors);
  for (const caf::actor& actor : actors) {
    tell_from_outside(actor, neighbors);
  }
  for (const caf::actor& actor : actors) {
    tell_from_outside(actor, pong_atom_v, std::int64_t{-1});
  }
  return {.messages = static_cast<std::uint64_t>(2 * n * count + 4 * count + 1),
          .verified = run.wait() == n * count};
}

const Registration kRegistration({.name = "big",
                                  .summary = "many actors ping each other at random",
                                  .parameters = {{"n", 20'000, 0, 100'000'000},
                                                 {"actors", 120, 1, 1'000}},
                                  .run = big});

}  // namespace
}  // namespace spinoff::bench
