// Two actors send each other n pings and pongs; see bench/savina/pingpong.cpp.
#include "run.hpp"

namespace spinoff::bench {
namespace {

class Ponger : public caf::event_based_actor {
 public:
  Ponger(caf::actor_config& config, Run& run) : event_based_actor(config), run_(run) {}
  caf::behavior make_behavior() override {
    return {[this](ping_atom) {
              ++pings_;
              return pong_atom_v;
            },
            [this](done_atom) { quit(); }};
  }
  void on_exit() override { run_.report(pings_, 1); }

 private:
  Run& run_;
  std::int64_t pings_ = 0;
};

class Pinger : public caf::event_based_actor {
 public:
  Pinger(caf::actor_config& config, Run& run, caf::actor ponger)
      : event_based_actor(config), run_(run), ponger_(std::move(ponger)) {}
  caf::behavior make_behavior() override {
    return {[this](start_atom) { send_ping(); }, [this](next_atom) { send_ping(); },
            [this](pong_atom) {
              ++pongs_;
              if (pings_left_ > 0) {
                tell(this, this, next_atom_v);
              } else {
                tell(this, ponger_, done_atom_v);
                quit();
              }
            }};
  }
  void on_exit() override { run_.report(pongs_, 0); }

 private:
  void send_ping() {
    tell(this, ponger_, ping_atom_v);
    --pings_left_;
  }

  Run& run_;
  caf::actor ponger_;
  std::int64_t pings_left_ = run_["n"];
  std::int64_t pongs_ = 0;
};

Outcome pingpong(Run& run) {
  const auto ponger = run.system().spawn<Ponger>(std::ref(run));
  const auto pinger = run.system().spawn<Pinger>(std::ref(run), ponger);
  run.start(2);
  tell_from_outside(pinger, start_atom_v);
  const std::int64_t n = run["n"];
  return {.messages = static_cast<std::uint64_t>(3 * n + 1), .verified = run.wait() == 2 * n};
}

const Registration kRegistration({.name = "pingpong",
                                  .summary = "two actors, one message under way at a time",
                                  .parameters = {{"n", 1'000'000, 1, 1'000'000'000}},
                                  .run = pingpong});

}  // namespace
}  // namespace spinoff::bench
