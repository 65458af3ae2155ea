/// How long many nodes take to come up, to hear of all others, and to stop.
#pragma once

#include "remote/program/program.hpp"

namespace spinoff::bench {

/// 0 if all have heard of each other and stopped, with nothing lost and nothing left behind, in the
/// minute that this may take. Throws UsageError if a process may not have as many files open as it
/// needs.
int measure_mesh(const Order& order);
void mesh_far_side(const Order& order);

inline constexpr Mode kMesh{
    .name = "mesh",
    .summary = "Instead: so many nodes meet, each with each, over sockets, and stop",
    .fewest = 2,
    .most = 1000,
    .run = measure_mesh,
    .far_side = mesh_far_side};

}  // namespace spinoff::bench
