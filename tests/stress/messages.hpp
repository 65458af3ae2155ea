/// What actors and threads send each other.
#pragma once

#include <cstdint>
#include <string>

#include <spinoff/ref.hpp>

#include "actor_id.hpp"
#include "ledger.hpp"

namespace spinoff::stress {

struct NodeLife;

/// An actor, and the node that it is at.
struct Address {
  Ref ref;
  NodeLife* node = nullptr;
};

/// Makes its receiver do something at random, and goes on from there while it has hops left.
struct Parcel {
  Token token;
  ActorId from;
  /// Of its sender to its receiver, from 1 on; 0 when it comes by a way that keeps no order.
  std::uint64_t number = 0;
  unsigned hops = 0;
  Address about = {};
};

/// What processes may take before others.
struct Note {
  Token token;
  unsigned mark;
};

struct Question {
  Token token;
};
struct Answer {};

/// From an actor's own timer.
struct Tick {
  Token token;
  std::string key;
  std::uint64_t timer;
  bool is_last;
};

/// An event.
struct News {
  Token token;
};

}  // namespace spinoff::stress
