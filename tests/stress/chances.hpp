/// What is decided by chance, and how much of everything there is.
#pragma once

#include <array>
#include <chrono>
#include <stdexcept>

#include <spinoff/supervision.hpp>

#include "dice.hpp"

namespace spinoff::stress {

inline constexpr unsigned kDeepest = 5;
inline constexpr int kMostActors = 200;      // of a node, about, and the routees of pools
inline constexpr int kMostMessages = 3'000;  // on their way, about
inline constexpr unsigned kHops = 6;

struct NoException {};

inline void fail_sometimes(Dice& dice, unsigned one_in) {
  if (!dice.one_in(one_in)) {
    return;
  }
  switch (dice.below(4)) {
    case 0:
      throw std::logic_error("by chance, and escalates");
    case 1:
      throw NoException();
    default:
      throw std::runtime_error("by chance");
  }
}

inline Restart some_restart(Dice& dice) {
  using namespace std::chrono_literals;
  Restart how{.keep_children = dice.one_in(2)};
  if (dice.one_in(2)) {
    how.max = 3;
    how.within = 5ms;
  }
  if (dice.one_in(3)) {
    how.backoff = Backoff{.min = std::chrono::milliseconds(dice.below(3)), .max = 4ms};
  }
  return how;
}

inline Decision some_decision(Dice& dice) {
  constexpr std::array kDecisions{Decision::Default, Decision::Resume,  Decision::Resume,
                                  Decision::Restart, Decision::Restart, Decision::Restart,
                                  Decision::Stop,    Decision::Escalate};
  const Decision::Kind kind = dice.pick(kDecisions);
  const Decision decision = kind == Decision::Restart ? Decision(some_restart(dice)) : kind;
  return dice.one_in(4) ? all_for_one(decision) : decision;
}

}  // namespace spinoff::stress
