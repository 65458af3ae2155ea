/// Turns of actors as tasks of a oneTBB arena.
#pragma once

#include <memory>

#include <spinoff/engine/executor.hpp>

namespace spinoff::engine {

/// What the name of an actor's home has room for.
inline constexpr int kMostWorkers = 4094;

/// `workers` threads, 1 to kMostWorkers, else std::invalid_argument. Nodes of one process share
/// TBB's threads; when the last executor ends, they end.
std::unique_ptr<Executor> make_tbb_executor(int workers);

}  // namespace spinoff::engine
