// A state machine: a door that is shut, open or locked, and shuts by itself after a while. What it
// does with a message depends on what it has become:
//
//     startnode --actor spinoff.examples.door.House
#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

namespace spinoff::examples::door {

struct Push {};
struct TurnKey {};
struct TimeToShut {};
struct HasShut {};

class Door : public Actor {
 public:
  // The handlers named `on` are what it begins with, and goes back to: it is shut.
  void on(const Push& /*push*/) {
    log("open");
    start_timer("shut", 100ms, TimeToShut{});
    become(this, &Door::hold_open, &Door::shut);
  }
  void on(const TurnKey& /*key*/) {
    log("locked");
    become(this, &Door::keep_out, &Door::unlock);
  }
  void on(const TimeToShut& /*time*/) { unhandled(); }

  using Receives = Messages<Push, TurnKey, TimeToShut>;

 private:
  // Open: there is no handler for TurnKey, which would be unhandled.
  void hold_open(const Push& /*push*/) {
    log("held open");
    start_timer("shut", 100ms, TimeToShut{});  // replaces the one that was started before
  }
  void shut(const TimeToShut& /*time*/) {
    log("shut");
    parent() << HasShut{};
    unbecome();
  }

  // Locked: who pushes has to wait.
  void keep_out(const Push& /*push*/) {
    log("somebody waits outside");
    stash();
  }
  void unlock(const TurnKey& /*key*/) {
    log("unlocked");
    unbecome();
    unstash_all();
  }
};

class House : public Process {
 public:
  Task<> run() {
    const auto door = spawn<Door>({.name = "door"});
    door << Push{} << Push{};
    co_await get<HasShut>();
    door << TurnKey{} << Push{} << TurnKey{};
    co_await get<HasShut>();
  }
};

const Registered<House> kHouse;

}  // namespace spinoff::examples::door
