/// The actors of one node, by its events.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <spinoff/ref.hpp>

#include "actor_id.hpp"
#include "findings.hpp"

namespace spinoff::stress {

class Roll {
 public:
  explicit Roll(Findings& findings) : findings_(findings) {}

  // The routees of a pool are only seen when they start.
  void spawned(const Ref& actor);
  void started(const Ref& actor);
  void restarted(const Ref& actor);
  void ended(const Ref& actor);

  /// When the node has ended: each actor that was spawned has ended exactly once.
  void check_over() const;
  /// When no Ref is held any more: each place is free, or another actor's.
  void check_places_free() const;

  [[nodiscard]] int living() const { return living_; }
  [[nodiscard]] std::vector<std::string> names_of_living() const;

 private:
  struct Entry {
    int started = 0;
    int ended = 0;
  };

  Entry& entry(const Ref& actor);

  Findings& findings_;
  std::atomic<int> living_ = 0;
  mutable std::mutex mutex_;
  std::unordered_map<ActorId, Entry> actors_;
};

}  // namespace spinoff::stress
