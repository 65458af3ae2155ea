/// What another thread of this process does: whether it computes, or waits for something else than
/// a core. All of it may be asked about a thread that has ended.
#pragma once

#include <chrono>

namespace spinoff::engine {

/// As the kernel numbers threads; of one that has ended it may be another's by now.
using ThreadId = int;

ThreadId this_thread_id() noexcept;

/// How long it has computed; 0 for one that has ended.
std::chrono::nanoseconds cpu_time_of(ThreadId thread) noexcept;

/// Whether it sleeps now. A thread that has no core, because others have them, does not. Opens a
/// file of /proc; where there is none, nobody is known to be awake.
bool is_asleep(ThreadId thread);

}  // namespace spinoff::engine
