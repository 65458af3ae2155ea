/// What the command line says.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "soak/detour.hpp"
#include "soak/ledger.hpp"

namespace spinoff::soak {

/// Of the process that is one of the nodes.
struct NodeOrder {
  std::size_t node = kNodes;
  std::uint32_t start = 1;
  int ledger = -1;
  std::array<std::uint16_t, kNodes> ports{};
  std::vector<Detour> detours;
};

struct Order {
  std::chrono::duration<double> time{120};
  std::uint64_t seed = 0;
  /// How long nodes may take until all talk again, and for their stop.
  std::chrono::seconds patience{60};
  bool json = false;
  /// A fault of the program's own, which is to be found.
  std::string sabotage;
  /// This is a node, not the whole.
  bool is_node = false;
  NodeOrder node;
  /// Not empty if that is all that is asked for.
  std::string help;
};

/// A mistake on the command line. `what()` says which, and how to learn more.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws UsageError.
Order parse_options(int argc, const char* const* argv);

/// The other way: what to start a node with.
std::vector<std::string> arguments_of(const Order& order, const NodeOrder& node);

}  // namespace spinoff::soak
