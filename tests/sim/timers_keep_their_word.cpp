/// The scenario `timers`: what a timer sends comes once for each time that it is due, never early,
/// not after a cancel or a restart that ends it, and never twice at once.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <spinoff/spinoff.hpp>

#include "bad_network.hpp"
#include "scenario.hpp"

namespace spinoff::sim {
namespace {

constexpr auto kLongestTurn = 20ms;
const std::string kKey = "ticks";

/// Of a timer that was started once.
struct Once {
  int number;
};
/// Of a timer that repeats.
struct Tick {
  int timer;
};
/// Behind what was in the mailbox when a Tick was handled.
struct Behind {};
/// To start, cancel, or replace something.
struct Change {};
struct Fail {};
/// So many of them that the actor is late for several ticks.
struct Busy {};
constexpr int kManyBusy = 60;

struct World {
  void is_wrong(const std::string& what) {
    if (wrong.empty()) {
      wrong = what;
    }
  }

  struct Single {
    Timer timer;
    std::chrono::nanoseconds due;
    bool cancelled = false;
    int came = 0;
  };

  Sim* sim = nullptr;
  std::map<int, Single> singles;
  int ticking = 0;  // the last one that was started; the others have ended
  bool ticks = false;
  std::chrono::nanoseconds started{0};
  std::chrono::nanoseconds period{0};
  int came = 0;
  std::string wrong;
};

class Timed : public Actor {
 public:
  using Receives = Messages<Once, Tick, Behind, Change, Fail, Busy>;
  explicit Timed(World* world) : world_(*world) {}

  void pre_restart(const std::exception_ptr& /*reason*/) override { world_.ticks = false; }
  void on(const Once& once) {
    World::Single& single = world_.singles[once.number];
    ++single.came;
    if (single.cancelled || single.came > 1 || world_.sim->now() < single.due) {
      world_.is_wrong("a message came early, again, or after it was cancelled");
    }
  }
  void on(const Tick& tick) {
    if (!world_.ticks || tick.timer != world_.ticking) {
      world_.is_wrong("a tick came of a timer that had ended");
    }
    if (ticks_before_ > 0) {
      world_.is_wrong("a second tick was in the mailbox");
    }
    if (++world_.came > due()) {
      world_.is_wrong("a tick came before it was due");
    }
    ++ticks_before_;
    self() << Behind{};
  }
  void on(const Behind& /*behind*/) { ticks_before_ = std::max(ticks_before_ - 1, 0); }
  void on(const Fail& /*fail*/) { throw std::runtime_error("as told"); }
  void on(const Busy& /*busy*/) {}
  void on(const Change& /*change*/) {
    switch (world_.sim->random(4)) {
      case 0:
        end_ticks();
        cancel_timer(kKey);
        break;
      case 1:
        end_ticks();
        start_ticks();
        break;
      case 2:
        start_single();
        break;
      default:
        cancel_single();
        break;
    }
  }

  /// How many times the present one should have sent by now.
  [[nodiscard]] int due() const {
    return static_cast<int>((world_.sim->now() - world_.started) / world_.period);
  }

 private:
  void end_ticks() { world_.ticks = false; }
  void start_ticks() {
    world_.ticks = true;
    world_.started = world_.sim->now();
    world_.period = std::chrono::milliseconds(60 + world_.sim->random(60));
    world_.came = 0;
    start_timer_at_fixed_rate(kKey, world_.period, Tick{++world_.ticking});
  }
  void start_single() {
    const std::chrono::milliseconds delay(world_.sim->random(100));
    const int number = static_cast<int>(world_.singles.size());
    const auto due = world_.sim->now() + delay;
    world_.singles[number] = {.timer = send_later(delay, Once{number}), .due = due};
  }
  void cancel_single() {
    if (world_.singles.empty()) {
      return;
    }
    // One of the last, which may be in the mailbox already.
    const std::size_t back = std::min<std::size_t>(3, world_.singles.size());
    World::Single& single =
        world_.singles[static_cast<int>(world_.singles.size() - 1 - world_.sim->random(back))];
    single.timer.cancel();
    single.cancelled = single.cancelled || single.came == 0;
  }

  World& world_;
  int ticks_before_ = 0;
};

}  // namespace

void timers_keep_their_word(Run& run) {
  World world;
  Sim sim(run, kLongestTurn);
  world.sim = &sim;
  // Each message takes its time.
  Node& node = sim.start("a", {.on_failure = Restart{}, .turn_budget = 1, .log_events = false});
  const auto timed = node.spawn<Timed>(&world);
  for (int i = 0; i < 60; ++i) {
    for (std::uint64_t changes = 1 + sim.random(4); changes > 0; --changes) {
      timed << Change{};
    }
    if (sim.random(20) == 0) {
      timed << Fail{};
    }
    for (int busy = sim.random(20) == 0 ? kManyBusy : 0; busy > 0; --busy) {
      timed << Busy{};
    }
    sim.advance(std::chrono::milliseconds(sim.random(300)));
  }
  sim.advance(10s);
  require(world.wrong.empty(), world.wrong);
  for (const auto& [number, single] : world.singles) {
    require(single.came == (single.cancelled ? 0 : 1), "message ", number, " came ", single.came,
            " times");
  }
  if (world.ticks) {
    const auto due = (sim.now() - world.started) / world.period;
    require(world.came + 2 >= due, "only ", world.came, " ticks of ", due, " came");
  }
  node.stop();
}

}  // namespace spinoff::sim
