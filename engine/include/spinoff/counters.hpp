/// What a node's workers have done so far: why a workload is as fast as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spinoff {

/// Of one thread that runs actors, since the node's start. A worker counts for itself, so the
/// figures of a running node are a little out of step with each other.
struct WorkerCounters {
  /// Messages that actors handled, system messages not among them.
  std::uint64_t messages = 0;
  /// Times that an actor ran; many messages a turn mean full mailboxes.
  std::uint64_t turns = 0;
  /// Turns of actors that another actor had just woken on this worker.
  std::uint64_t hand_offs = 0;
  /// Turns of actors that had run on another worker before: their state had to change caches.
  std::uint64_t moves = 0;
  /// Times that this worker took work from another one.
  std::uint64_t steals = 0;
  /// Times that this worker ran out of work.
  std::uint64_t parks = 0;
  /// Actors that wait for this worker now.
  std::size_t queue_length = 0;
};

/// Of the threads of actors that were spawned with a dispatcher of their own.
struct DispatcherCounters {
  /// As with a worker; a turn counts when it has ended.
  std::uint64_t messages = 0;
  std::uint64_t turns = 0;
  /// Threads that there are now.
  std::size_t threads = 0;
  /// Actors that wait for a thread now.
  std::size_t queue_length = 0;
};

struct Counters {
  /// One more than the node has workers: threads take turns at waiting.
  std::vector<WorkerCounters> workers;
  /// Actors that other threads woke, and that no worker has taken yet.
  std::size_t inbox_length = 0;
  /// Of all actors of Dispatcher::blocking, and of all of Dispatcher::pinned.
  DispatcherCounters blocking;
  DispatcherCounters pinned;
};

}  // namespace spinoff
