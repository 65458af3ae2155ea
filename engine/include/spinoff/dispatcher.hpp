/// Which threads run an actor.
#pragma once

#include <cstdint>

namespace spinoff {

/// Chosen at `spawn`, for one actor; its children do not inherit it, and a restart keeps it. Where
/// an actor runs changes nothing else: messages, supervision and stops work across dispatchers.
enum class Dispatcher : std::uint8_t {
  /// The node's workers, one a core: for actors that compute, and never wait for anything but
  /// messages.
  pool,
  /// A thread of its own, and the same one from `spawn` to the actor's end, restarts included: for
  /// libraries that want always to be called by one thread, or for one loop that blocks for ever.
  pinned,
  /// Threads that come and go as needed, up to NodeOptions::blocking_threads: for handlers that
  /// block, in calls to files, databases or devices. The actor may run on another one each time.
  blocking,
};

}  // namespace spinoff
