/// What anybody may do to anybody, in an actor or outside of all.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include <spinoff/spinoff.hpp>

#include "dice.hpp"
#include "messages.hpp"
#include "world.hpp"

namespace spinoff::stress {

inline void end_somebody(const Ref& actor, Dice& dice) {
  switch (dice.below(4)) {
    case 0:
      actor.kill();
      break;
    case 1:
      actor.poison();
      break;
    default:
      actor.stop();
      break;
  }
}

/// Once or again and again; some are cancelled at once, some later.
inline void send_later(World& world, ActorId from, const Address& to, Dice& dice) {
  using namespace std::chrono_literals;
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  const bool again = dice.one_in(8);
  Parcel parcel{
      .token = Token(world.ledger, "Parcel",
                     {.is_original = again, .node_ended = &to.node->ended, .cancelled = cancelled}),
      .from = from,
      .hops = again ? 0U : 1U};
  const auto delay = dice.up_to(std::chrono::milliseconds(4));
  Timer timer = again ? send_every(delay + 1ms, to.ref, std::move(parcel))
                      : to.ref.send_later(delay, std::move(parcel));
  if (dice.one_in(2)) {
    *cancelled = true;
    timer.cancel();
  } else if (dice.one_in(2)) {
    world.timers.put(CancelledLater(std::move(timer), cancelled), dice);
  }
}

}  // namespace spinoff::stress
