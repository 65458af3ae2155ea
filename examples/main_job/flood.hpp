// How fast messages go from one actor to another in the same process.
#pragma once

#include <cstdint>

namespace spinoff::examples::main_job {

/// Sends so many messages (a multiple of 1000) from one actor to another, on a node of its own, and
/// gives the seconds that it took. Throws if one of them is lost, doubled or out of order.
double flood(std::uint64_t messages);

}  // namespace spinoff::examples::main_job
