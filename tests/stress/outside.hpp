/// What is no actor: threads that send and stop, and those that begin nodes and end them.
#pragma once

#include <atomic>
#include <cstdint>

#include "dice.hpp"
#include "world.hpp"

namespace spinoff::stress {

/// Sends to everybody, and stops somebody now and then, until `end`.
class Outsider {
 public:
  Outsider(World& world, std::uint32_t number);
  void run(const std::atomic<bool>& end);

 private:
  void act();
  void send(const Address& to);
  void ask(const Address& to);

  World& world_;
  Dice dice_;
  const ActorId id_;
  Numbers sent_;
};

/// A node's whole life: it is ended in the middle of everything. Checks what has to hold then.
void live(World& world, Dice& dice);

}  // namespace spinoff::stress
