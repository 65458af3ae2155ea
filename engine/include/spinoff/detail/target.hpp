/// What a ref points to: the place of a local actor, an ask that waits for its answer, or just a
/// name.
///
/// A target's memory outlives what it stands for. Its `life_` word holds a generation and a count
/// of the refs to it; at zero the place may be used again, under the next generation. An envelope
/// names its sender by place and generation only, without counting: so the message path touches no
/// shared count, and whoever looks later compares generations. For that, a place that was once a
/// target stays readable as one for as long as the program runs.
#pragma once

#include <atomic>
#include <cstdint>

namespace spinoff::engine {
class NodeAnchor;
}

namespace spinoff::detail {

enum class TargetKind : std::uint8_t {
  actor,            ///< engine::Cell
  actor_with_room,  ///< the same, whose messages go through an engine::WaitingRoom
  ask,              ///< engine::AskTarget
  name,             ///< engine::NameTarget: an actor at another node, or a name that nobody has
};

class Target {
 public:
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  /// Of whatever life the place has now, as its anchor.
  [[nodiscard]] TargetKind kind() const noexcept { return kind_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool is_actor() const noexcept { return kind() <= TargetKind::actor_with_room; }
  /// Of whatever life the place has now: who does not hold it gets an anchor, but maybe another
  /// one.
  [[nodiscard]] engine::NodeAnchor* anchor() const noexcept {
    return anchor_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint32_t generation() const noexcept {
    return generation_of(life_.load(std::memory_order_acquire));
  }

  /// For those who already hold one.
  void retain() noexcept { life_.fetch_add(1, std::memory_order_relaxed); }

  /// The same so many times.
  void retain(std::uint32_t times) noexcept { life_.fetch_add(times, std::memory_order_relaxed); }
  /// Takes back what `retain(times)` did, for those who hold the target once more.
  void release_some(std::uint32_t times) noexcept {
    life_.fetch_sub(times, std::memory_order_release);
  }

  /// Holds the target if it still is of that generation, and says whether.
  bool try_retain(std::uint32_t generation) noexcept {
    std::uint64_t life = life_.load(std::memory_order_relaxed);
    while (generation_of(life) == generation && count_of(life) != 0) {
      if (life_.compare_exchange_weak(life, life + 1, std::memory_order_acquire,
                                      std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }

  void release() noexcept {
    if (drop_count()) {
      recycle();
    }
  }

 protected:
  explicit Target(TargetKind kind) noexcept : kind_(kind) {}
  ~Target() = default;

  void set_kind(TargetKind kind) noexcept { kind_.store(kind, std::memory_order_relaxed); }

  static constexpr std::uint32_t generation_of(std::uint64_t life) noexcept {
    return static_cast<std::uint32_t>(life >> 32U);
  }
  static constexpr std::uint32_t count_of(std::uint64_t life) noexcept {
    return static_cast<std::uint32_t>(life);
  }

  /// True for the last one: the caller then gives the place back.
  bool drop_count() noexcept {
    return count_of(life_.fetch_sub(1, std::memory_order_acq_rel)) == 1;
  }

  /// Begins the next life of this place with that count, and says its generation.
  std::uint32_t begin_life(engine::NodeAnchor* anchor, std::uint32_t count = 1) noexcept {
    anchor_.store(anchor, std::memory_order_relaxed);
    const std::uint32_t generation = generation_of(life_.load(std::memory_order_relaxed)) + 1;
    life_.store((std::uint64_t{generation} << 32U) | count, std::memory_order_release);
    return generation;
  }

 private:
  /// The last ref went away: gives the place back, by kind.
  void recycle() noexcept;

  std::atomic<std::uint64_t> life_{0};
  std::atomic<engine::NodeAnchor*> anchor_{nullptr};
  std::atomic<TargetKind> kind_;
};

}  // namespace spinoff::detail
