// Creatures meet in pairs, through one actor; see bench/savina/chameneos.cpp.
#include "run.hpp"

namespace spinoff::bench {
namespace {

// Red, yellow, blue and faded, as a number: a type that CAF knows.
using Color = std::uint8_t;
constexpr Color kFaded = 3;

Color complement(Color a, Color b) {
  if (a == kFaded || b == kFaded) {
    return kFaded;
  }
  // Two of one color keep it; else both take the third.
  return a == b ? a : static_cast<Color>(3 - a - b);
}

class Creature : public caf::event_based_actor {
 public:
  Creature(caf::actor_config& config, caf::actor mall, Color color)
      : event_based_actor(config), mall_(std::move(mall)), color_(color) {}
  caf::behavior make_behavior() override {
    tell(this, mall_, meet_atom_v, color_);
    return {[this](meet_atom, Color other) {
              color_ = complement(color_, other);
              tell(this, sender_of_current(this), change_atom_v, color_);
              meet_again();
            },
            [this](change_atom, Color color) {
              color_ = color;
              meet_again();
            },
            [this](leave_atom) {
              color_ = kFaded;
              tell(this, sender_of_current(this), meetings_atom_v, meetings_);
              quit();
            }};
  }

 private:
  void meet_again() {
    ++meetings_;
    tell(this, mall_, meet_atom_v, color_);
  }

  caf::actor mall_;
  Color color_;
  std::int64_t meetings_ = 0;
};

class Mall : public caf::event_based_actor {
 public:
  Mall(caf::actor_config& config, Run& run) : event_based_actor(config), run_(run) {}
  caf::behavior make_behavior() override {
    for (std::int64_t i = 0; i < creatures_; ++i) {
      spawn<Creature>(caf::actor(this), static_cast<Color>(i % 3));
    }
    return {[this](meet_atom, Color color) {
              if (meetings_left_ == 0) {
                tell(this, sender_of_current(this), leave_atom_v);
              } else if (!waiting_) {
                waiting_ = sender_of_current(this);
              } else {
                --meetings_left_;
                pass_on(this, waiting_, meet_atom_v, color);
                waiting_ = nullptr;
              }
            },
            [this](meetings_atom, std::int64_t count) {
              sum_ += count;
              if (++faded_ == creatures_) {
                quit();
              }
            }};
  }
  void on_exit() override { run_.report(sum_); }

 private:
  Run& run_;
  std::int64_t creatures_ = run_["n"];
  std::int64_t meetings_left_ = run_["meetings"];
  caf::actor waiting_;
  std::int64_t sum_ = 0;
  std::int64_t faded_ = 0;
};

Outcome chameneos(Run& run) {
  run.start();
  run.system().spawn<Mall>(std::ref(run));
  const std::int64_t n = run["n"];
  const std::int64_t meetings = run["meetings"];
  return {.messages = static_cast<std::uint64_t>(4 * meetings + 3 * n),
          .verified = run.wait() == 2 * meetings};
}

const Registration kRegistration({.name = "chameneos",
                                  .summary = "creatures meet in pairs, through one actor",
                                  .parameters = {{"n", 100, 2, 1'000'000},
                                                 {"meetings", 200'000, 0, 1'000'000'000}},
                                  .run = chameneos});

}  // namespace
}  // namespace spinoff::bench
