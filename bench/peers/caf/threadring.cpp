// A token goes around a ring of actors; see bench/savina/threadring.cpp.
#include "run.hpp"

namespace spinoff::bench {
namespace {

class Link : public caf::event_based_actor {
 public:
  Link(caf::actor_config& config, Run& run, std::size_t number)
      : event_based_actor(config), run_(run), number_(number) {}
  caf::behavior make_behavior() override {
    return {[this](neighbors_atom, const caf::actor& next) { next_ = next; },
            [this](token_atom, std::int64_t hops_left) {
              ++tokens_;
              if (hops_left > 0) {
                tell(this, next_, token_atom_v, hops_left - 1);
              } else {
                tell(this, next_, leave_atom_v, run_["actors"] - 1);
              }
            },
            [this](leave_atom, std::int64_t left) {
              if (left > 0) {
                tell(this, next_, leave_atom_v, left - 1);
              }
              quit();
            }};
  }
  void on_exit() override {
    next_ = nullptr;  // each keeps the next, all around
    run_.report(tokens_, number_);
  }

 private:
  Run& run_;
  std::size_t number_;
  caf::actor next_;
  std::int64_t tokens_ = 0;
};

Outcome threadring(Run& run) {
  const auto actors = static_cast<std::size_t>(run["actors"]);
  const auto hops = static_cast<std::uint64_t>(run["hops"]);
  std::vector<caf::actor> ring;
  ring.reserve(actors);
  for (std::size_t i = 0; i < actors; ++i) {
    ring.push_back(run.system().spawn<Link>(std::ref(run), i));
  }
  run.start(actors);
  for (std::size_t i = 0; i < actors; ++i) {
    tell_from_outside(ring[i], neighbors_atom_v, ring[(i + 1) % actors]);
  }
  tell_from_outside(ring[0], token_atom_v, run["hops"]);
  return {.messages = 2 * actors + hops + 1, .verified = run.wait() == run["hops"] + 1};
}

const Registration kRegistration({.name = "threadring",
                                  .summary = "a token goes around a ring of actors",
                                  .parameters = {{"actors", 100, 1, 1'000'000},
                                                 {"hops", 2'000'000, 0, 1'000'000'000}},
                                  .run = threadring});

}  // namespace
}  // namespace spinoff::bench
