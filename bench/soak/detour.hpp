/// Lets the connections of this process to some ports go to other ports.
///
/// A node is called by its own address, so nothing between two nodes can be put in their way by
/// options alone, and the means of the system for that need rights that a user does not have. So
/// this program has its own `connect`, which ZeroMQ finds before the system's. It is the only thing
/// about a node of a soak that is not as everywhere.
#pragma once

#include <cstdint>
#include <vector>

namespace spinoff::soak {

struct Detour {
  std::uint16_t port;
  std::uint16_t instead;
};

/// To 127.0.0.1. Before there are threads.
void set_detours(std::vector<Detour> detours);

}  // namespace spinoff::soak
