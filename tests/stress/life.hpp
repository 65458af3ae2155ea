/// What all instances of one actor share, and what has to hold for each instance.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <spinoff/ref.hpp>

#include "messages.hpp"
#include "watches.hpp"
#include "world.hpp"

namespace spinoff::stress {

/// From an actor's first instance to its end. For the actor's own turns.
class Life {
 public:
  Life(World& where, NodeLife& at, unsigned how_deep);
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;
  ~Life();

  World& world;
  NodeLife& node;
  const unsigned depth;
  Dice dice;
  /// What it does now; for whoever looks at a standstill.
  std::atomic<const char*> doing = "begins";

  void begin_instance(const Ref& actor);
  [[nodiscard]] const Ref& self() const { return self_; }
  [[nodiscard]] ActorId id() const { return id_of(self_); }
  [[nodiscard]] Address address() { return {self_, &node}; }

  // Messages, in order.

  [[nodiscard]] std::uint64_t next_number(const Ref& to) { return ++sent_[id_of(to)]; }
  /// `takes_all`: nothing is left out, so the numbers have no gaps.
  void check(const Parcel& parcel, const Ref& sender, bool takes_all);
  [[nodiscard]] std::uint64_t got_from(const Ref& actor) { return got_[id_of(actor)]; }

  // Children and their names.

  void spawned(const Ref& child, const std::string& name);
  [[nodiscard]] bool is_child(const Ref& actor) const { return children_.contains(id_of(actor)); }
  /// It was never given, or its owner's end is known: so it has to be free.
  [[nodiscard]] bool is_free(const std::string& name) const { return !owners_.contains(name); }

  // Watches.

  void watch(const Ref& actor);
  void unwatch(const Ref& actor);
  [[nodiscard]] Ref somebody_watched();
  void told(const Ref& actor, bool takes_all);

  // Timers with keys.

  struct Started {
    std::uint64_t timer;
    std::shared_ptr<const std::atomic<bool>> cancelled;
  };
  Started start_timer(const std::string& key);
  void cancel_timer(const std::string& key);
  void cancel_timers();
  void check(const Tick& tick);

  void report(const std::string& what) { world.findings.add(name() + " " + what); }

 private:
  friend class Turn;
  friend class Instance;
  struct Timer {
    std::uint64_t number = 0;
    std::shared_ptr<std::atomic<bool>> cancelled;
  };
  [[nodiscard]] std::string name() const { return self_ ? self_.to_string() : "a new actor"; }

  Ref self_;
  int instances_ = 0;
  std::atomic<bool> busy_ = false;
  Numbers sent_;
  Numbers got_;
  std::unordered_set<ActorId> children_;
  std::unordered_map<std::string, ActorId> owners_;
  std::vector<Ref> watched_;
  std::unordered_map<std::string, Timer> timers_;
  std::uint64_t last_timer_ = 0;
};

/// What each actor here is spawned with, and keeps for restarts: all instances find their Life in
/// it. A copy is for another actor.
class Slot {
 public:
  Slot(World& world, NodeLife& node, unsigned depth) noexcept
      : world_(&world), node_(&node), depth_(depth) {}
  Slot(const Slot& other) noexcept : Slot(*other.world_, *other.node_, other.depth_) {}
  Slot& operator=(const Slot&) = delete;
  ~Slot() = default;

  [[nodiscard]] World& world() const noexcept { return *world_; }
  Life& life() {
    if (life_ == nullptr) {
      life_ = std::make_unique<Life>(*world_, *node_, depth_);
    }
    return *life_;
  }

 private:
  World* world_;
  NodeLife* node_;
  unsigned depth_;
  std::unique_ptr<Life> life_;
};

/// One instance: the only one at its time; what has started runs its post_stop once, and nothing
/// after it.
class Instance {
 public:
  explicit Instance(Life& life);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance();

  void start() noexcept { started_ = true; }
  void post_stop() noexcept { ++post_stops_; }
  [[nodiscard]] bool is_over() const noexcept { return post_stops_ != 0; }

 private:
  Life& life_;
  bool started_ = false;
  int post_stops_ = 0;
};

/// While the actor's own code runs: never two at once.
class Turn {
 public:
  Turn(Life& life, const char* doing) : life_(life) {
    if (life.busy_.exchange(true)) {
      life.report(std::string("does two things at once: ") + doing + ", and " + life.doing.load());
    }
    life.doing = doing;
    life.world.steps.fetch_add(1, std::memory_order_relaxed);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    life_.doing = "waits";
    life_.busy_ = false;
  }

 private:
  Life& life_;
};

/// In a coroutine's frame: tells whether it is destroyed.
class InFrame {
 public:
  explicit InFrame(Life& life) : node_(life.node) { ++node_.frames; }
  InFrame(const InFrame&) = delete;
  InFrame& operator=(const InFrame&) = delete;
  ~InFrame() { --node_.frames; }

 private:
  NodeLife& node_;
};

}  // namespace spinoff::stress
