// A tree of actors, ten children each; see bench/savina/skynet.cpp.
#include "run.hpp"

namespace spinoff::bench {
namespace {

constexpr std::int64_t kChildren = 10;

class Skynet : public caf::event_based_actor {
 public:
  /// The root gets the run, and reports its result there.
  explicit Skynet(caf::actor_config& config, Run* run = nullptr)
      : event_based_actor(config), run_(run) {}
  caf::behavior make_behavior() override {
    return {[this](start_atom, std::int64_t first, std::int64_t leaves) {
              parent_ = sender_of_current(this);
              if (leaves == 1) {
                finish(first);
                return;
              }
              const std::int64_t below = leaves / kChildren;
              for (std::int64_t i = 0; i < kChildren; ++i) {
                tell(this, spawn<Skynet, caf::lazy_init>(), start_atom_v, first + i * below, below);
              }
            },
            [this](response_atom, std::int64_t sum) {
              sum_ += sum;
              if (++results_ == kChildren) {
                finish(sum_);
              }
            }};
  }
  void on_exit() override {
    if (run_ != nullptr) {
      run_->report(sum_);
    }
  }

 private:
  void finish(std::int64_t result) {
    sum_ = result;
    if (run_ == nullptr) {
      tell(this, parent_, response_atom_v, result);
    }
    quit();
  }

  Run* run_;
  caf::actor parent_;
  std::int64_t sum_ = 0;
  int results_ = 0;
};

Outcome skynet(Run& run) {
  const std::int64_t leaves = run["size"];
  const std::int64_t actors = (kChildren * leaves - 1) / (kChildren - 1);
  const auto root = run.system().spawn<Skynet>(&run);
  run.start();
  tell_from_outside(root, start_atom_v, std::int64_t{0}, leaves);
  return {.messages = static_cast<std::uint64_t>(2 * actors - 1),
          .verified = run.wait() == leaves * (leaves - 1) / 2};
}

const Registration kRegistration({.name = "skynet",
                                  .summary = "a tree of actors, ten children each",
                                  .parameters = {{.key = "size",
                                                  .standard = 1'000'000,
                                                  .min = 1,
                                                  .max = 100'000'000,
                                                  .power_of = kChildren}},
                                  .run = skynet});

}  // namespace
}  // namespace spinoff::bench
