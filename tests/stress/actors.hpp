/// The kinds of actors of a stress test.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

#include "lively.hpp"

namespace spinoff::stress {

/// An ordinary actor.
class Wanderer : public Lively<Actor> {
 public:
  using Receives = Messages<Parcel, Note, Question, Tick, News, Terminated>;

  explicit Wanderer(Slot& slot) : Lively(slot) {}

  void on(Parcel&& parcel);
  void on(const Note& note);
  void on(const Question& question);
  void on(const Tick& tick);
  void on(const News& news);
  void on(const Terminated& end);
};

/// A process that waits for this and that, until it has had enough.
class Errand : public Lively<Process> {
 public:
  explicit Errand(Slot& slot) : Lively(slot) {}
  Task<> run();

 private:
  Task<> step(unsigned what);
  Task<> ask_somebody();
  void take(Parcel parcel);
  void take(const AnyMessage& message);
  void take(const Note& note);
};

/// Watches whom it is told of, and lives until its node stops: so it has to hear of every end.
class Chronicler : public Actor {
 public:
  using Receives = Messages<Address, Terminated>;

  explicit Chronicler(Slot& slot) : life_(slot.life()), instance_(life_) {}
  void pre_start() override;
  void post_stop() override;
  void on(const Address& somebody);
  void on(const Terminated& end);

 private:
  Life& life_;
  Instance instance_;
};

/// Has a handler for nothing, so it fails when it is told of the end of whom it watches.
class Mute : public Actor {
 public:
  explicit Mute(Slot& slot);
  void pre_start() override;
  void post_stop() override;

 private:
  Life& life_;
  Instance instance_;
};

namespace internal {

template <class A, class Parent, class Routing>
Ref spawn_pool_of(Parent& parent, Routing routing, const Slot& slot, Dice& dice,
                  const std::string& name) {
  const auto router = parent.template spawn_pool<A>(
      std::move(routing),
      PoolOptions{.name = name, .size = 1 + dice.below(3), .on_failure = some_decision(dice)},
      slot);
  const auto send = [router](World& world, ActorId from, unsigned hops) {
    constexpr bool kCopies = std::is_same_v<Routing, Broadcast>;
    router << Parcel{.token = Token(world.ledger, "Parcel", {.is_original = kCopies}),
                     .from = from,
                     .hops = hops == 0 ? 0 : hops - 1};
  };
  slot.world().routes.put(send, dice);
  return router.pool();
}

}  // namespace internal

template <class Parent>
Ref spawn_somebody(Parent& parent, const Slot& slot, Dice& dice, const std::string& name) {
  using internal::spawn_pool_of;
  switch (dice.below(12)) {
    case 0:
      return parent.template spawn<Mute>({.name = name}, slot);
    case 1:
      switch (dice.below(4)) {
        case 0:
          return spawn_pool_of<Wanderer>(parent, RoundRobin{}, slot, dice, name);
        case 1:
          return spawn_pool_of<Errand>(parent, SmallestMailbox{}, slot, dice, name);
        case 2:
          return spawn_pool_of<Wanderer>(parent, SmallestMailbox{}, slot, dice, name);
        default:
          return spawn_pool_of<Wanderer>(parent, Broadcast{}, slot, dice, name);
      }
    case 2:
    case 3:
    case 4:
    case 5:
      return parent.template spawn<Errand>({.name = name}, slot);
    default:
      return parent.template spawn<Wanderer>({.name = name}, slot);
  }
}

}  // namespace spinoff::stress
