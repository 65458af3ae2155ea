/// The account of watches: who is to hear of whose end.
///
/// A watch begins when an actor calls `watch`, and ends when it handles the Terminated, calls
/// `unwatch`, or has stopped itself. So exactly one Terminated comes for each watch whose watcher
/// lives for long enough, which `check_told` waits for; any other is reported.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include <spinoff/ref.hpp>

#include "actor_id.hpp"
#include "findings.hpp"

namespace spinoff::stress {

/// How many messages an actor has sent to each other one; or got.
using Numbers = std::unordered_map<ActorId, std::uint64_t>;

class Watches {
 public:
  explicit Watches(Findings& findings) : findings_(findings) {}

  // In the watcher's turn.

  void begin(const Ref& watcher, const Ref& actor, bool is_child);
  void end(const Ref& watcher, const Ref& actor);
  /// A new instance hears of its children only if the restart kept them, which it does not know.
  void restarted(const Ref& watcher);
  /// It has failed at a Terminated, of whichever of those that have ended.
  void failed_at_an_end(const Ref& watcher);
  /// It handles a Terminated. `got` is what has come from that actor so far, if the watcher takes
  /// its messages in order.
  void told(const Ref& watcher, const Ref& actor, std::optional<std::uint64_t> got);

  // By the actor that ends.

  /// Nothing more is sent by it: its watchers have to get all this before they hear of it.
  void has_sent(ActorId actor, const Numbers& sent);
  /// At its Terminated event.
  void ended(ActorId actor);

  /// All who watch an actor that has ended by now are told of it soon, unless they stop or do not
  /// want it any more.
  void check_told(std::chrono::seconds limit);
  /// When all nodes have ended: no watcher is left.
  void check_over();

 private:
  struct Watch {
    std::uint64_t number;
    bool is_child;
    bool is_optional = false;
    std::optional<std::uint64_t> sent = std::nullopt;
  };
  using Watched = std::unordered_map<ActorId, Watch>;

  bool is_open(ActorId watcher, ActorId actor, std::uint64_t number) const;

  Findings& findings_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<ActorId, Watched> by_watcher_;
  std::unordered_map<ActorId, std::unordered_set<ActorId>> watchers_;
  std::unordered_set<ActorId> ended_;
  std::uint64_t last_number_ = 0;
};

}  // namespace spinoff::stress
