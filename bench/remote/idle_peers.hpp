/// What it costs a node to be connected to others that have nothing to say.
#pragma once

#include "remote/program/program.hpp"

namespace spinoff::bench {

/// 0 unless a session was lost.
int measure_idle_peers(const Order& order);
void idle_peers_far_side(const Order& order);

inline constexpr Mode kIdlePeers{
    .name = "idle-peers",
    .summary = "Instead: the CPU time of a node that is connected to so many idle ones",
    .fewest = 1,
    .most = 1000,
    .run = measure_idle_peers,
    .far_side = idle_peers_far_side};

}  // namespace spinoff::bench
