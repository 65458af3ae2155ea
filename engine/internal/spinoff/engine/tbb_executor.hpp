/// Turns of actors as tasks of a oneTBB arena.
#pragma once

#include <memory>

#include <spinoff/engine/executor.hpp>

namespace spinoff::engine {

/// `workers` threads, at least one. Nodes of one process share TBB's threads; when the last
/// executor ends, they end.
std::unique_ptr<Executor> make_tbb_executor(int workers);

}  // namespace spinoff::engine
