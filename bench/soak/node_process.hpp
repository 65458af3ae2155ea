/// One of the nodes, in this process.
#pragma once

#include "soak/options.hpp"

namespace spinoff::soak {

inline constexpr std::chrono::milliseconds kHeartbeat{250};
inline constexpr std::chrono::milliseconds kSilence{1500};
/// How long messages wait for a node that is not there.
inline constexpr std::chrono::milliseconds kUnreachableAfter{3000};

/// Runs until SIGTERM.
void run_node(const Order& order);

}  // namespace spinoff::soak
