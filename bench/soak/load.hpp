/// The actors of a soak.
#pragma once

#include <spinoff/spinoff.hpp>

#include "soak/world.hpp"

namespace spinoff::soak {

/// Spawn all that other nodes look for, and then all that is busy. The world has to outlive the
/// node.
void spawn_streams(Node& node, const World& world);
void spawn_questions(Node& node, const World& world);
void spawn_lives(Node& node, const World& world);

}  // namespace spinoff::soak
