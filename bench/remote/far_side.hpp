/// The second process: an actor that counts a flood, one that answers questions, and a ZeroMQ
/// socket that does the same.
#pragma once

#include "remote/options.hpp"

namespace spinoff::bench {

/// Prints the node's address and the socket's endpoint, a line each; returns when standard input
/// ends.
void run_far_side(const RemoteOptions& options);

}  // namespace spinoff::bench
