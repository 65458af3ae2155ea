/// A hierarchical timing wheel: timers are started and cancelled in O(1), whatever their number.
///
/// After G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987, scheme 7,
/// with levels chosen by bits as in Linux and tokio. Time is a number of ticks. Level 0 has a slot
/// for each of the 64 ticks that have all but their lowest 6 bits in common with now; level 1 a
/// slot for each 64 ticks that have all but their lowest 12 bits in common with now; and so on. A
/// timer lies at the level of the highest bit in which its deadline differs from now, in the slot
/// that those 6 bits of its deadline give. Eleven levels cover all 64 bits, so no deadline is too
/// far.
///
/// Time moves from one occupied slot to the next, never tick by tick; a bit per slot finds it. On
/// arrival at a slot of level 0, its timers have expired. On arrival at the beginning of a higher
/// slot, its timers are spread over the levels below (a cascade), which have just become empty.
///
/// Where a timer lies depends on nothing but its deadline and now. So timers with the same deadline
/// are always in the same slot, and as slots are queues, they expire in the order in which they
/// were started.
///
/// Nothing here reads a clock, allocates or locks: whoever owns a wheel does.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace spinoff::engine {

/// Milliseconds since whatever moment the wheel's owner counts from.
using Tick = std::uint64_t;

inline constexpr Tick kLastTick = std::numeric_limits<Tick>::max();

/// The tick that has begun at `since_start`: what `TimerWheel::advance` takes. None before the
/// start.
constexpr Tick tick_at(std::chrono::nanoseconds since_start) {
  const auto ticks = std::chrono::floor<std::chrono::milliseconds>(since_start).count();
  return ticks < 0 ? 0 : static_cast<Tick>(ticks);
}

/// The first tick that begins at `since_start` or later: what `TimerWheel::start` takes, so that no
/// timer is early.
constexpr Tick tick_not_before(std::chrono::nanoseconds since_start) {
  const auto ticks = std::chrono::ceil<std::chrono::milliseconds>(since_start).count();
  return ticks < 0 ? 0 : static_cast<Tick>(ticks);
}

namespace timer_wheel_detail {
struct Link {
  Link* previous = nullptr;
  Link* next = nullptr;
};
}  // namespace timer_wheel_detail

/// What can be started on a wheel; a base class. It is in at most one wheel or list at a time, and
/// has to be in none when it is destroyed.
class TimerNode : private timer_wheel_detail::Link {
 public:
  TimerNode() = default;
  TimerNode(const TimerNode&) = delete;
  TimerNode& operator=(const TimerNode&) = delete;
  ~TimerNode();

  /// The tick for which it was last started; never before the wheel's time at that moment.
  [[nodiscard]] Tick deadline() const noexcept { return deadline_; }
  /// It is in a wheel, or in the list of those that have expired.
  [[nodiscard]] bool is_started() const noexcept { return place_ != kNowhere; }

 private:
  friend class TimerList;
  friend class TimerWheel;
  static constexpr std::uint16_t kNowhere = 0xFFFF;
  static constexpr std::uint16_t kExpired = 0xFFFE;

  Tick deadline_ = 0;
  // The slot's number in the wheel, or one of the above.
  std::uint16_t place_ = kNowhere;
};

static_assert(sizeof(TimerNode) <= 32);

/// A queue of timers that have expired. It has to be empty when it is destroyed.
class TimerList {
 public:
  TimerList() noexcept { end_.previous = end_.next = &end_; }
  TimerList(const TimerList&) = delete;
  TimerList& operator=(const TimerList&) = delete;
  ~TimerList();

  [[nodiscard]] bool empty() const noexcept { return end_.next == &end_; }
  /// The first one, no longer in the list nor started; null if there is none.
  TimerNode* pop_front() noexcept;

 private:
  friend class TimerWheel;
  void push_back(TimerNode& node, std::uint16_t place) noexcept;
  static void unlink(TimerNode& node) noexcept;

  timer_wheel_detail::Link end_;
};

/// See the top of this file. Not thread safe.
class TimerWheel {
 public:
  explicit TimerWheel(Tick now = 0) noexcept : now_(now) {}

  /// The latest time that `advance` was told.
  [[nodiscard]] Tick now() const noexcept { return now_; }
  /// The number of timers in the wheel, those not counted that have expired.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Lets `node` expire at `deadline`, or at the next `advance` if that has passed. A node that is
  /// started already is cancelled first. O(1).
  void start(TimerNode& node, Tick deadline) noexcept;

  /// Takes `node` out of the wheel, or out of the list of expired timers where it still waits to be
  /// handled. False if it was in neither. O(1).
  bool cancel(TimerNode& node) noexcept;

  /// Moves time on to `now`, and the timers with deadlines up to then to the end of `expired`: in
  /// the order of their deadlines, and those with the same one in the order in which they were
  /// started. A `now` that lies before the wheel's is taken as the wheel's. `advance(kLastTick, …)`
  /// empties the wheel. The cost grows with the number of timers that are moved, not with the time
  /// passed.
  void advance(Tick now, TimerList& expired) noexcept;

  /// Until this tick, `advance` has nothing to do; no tick if the wheel is empty. A lower bound of
  /// the next deadline: it is the deadline itself if less than a level's worth of ticks lies
  /// between, else the time of a cascade, of which a timer sees one per level at most. O(1).
  [[nodiscard]] std::optional<Tick> next_event() const noexcept;

 private:
  static constexpr unsigned kBitsPerLevel = 6;
  static constexpr std::size_t kSlots = std::size_t{1} << kBitsPerLevel;
  static constexpr unsigned kLevels = 11;
  static_assert(kLevels * kBitsPerLevel >= std::numeric_limits<Tick>::digits);
  static_assert(kLevels * kSlots < TimerNode::kExpired);

  struct Event {
    Tick tick;
    unsigned level;
    unsigned slot;
  };
  [[nodiscard]] std::optional<Event> find_event() const noexcept;
  void insert(TimerNode& node) noexcept;
  void mark_if_empty(std::size_t level, std::size_t slot) noexcept;
  TimerList& list(std::size_t level, std::size_t slot) noexcept {
    return slots_[level * kSlots + slot];
  }

  Tick now_;
  std::size_t size_ = 0;
  // Bit s of occupied_[l]: slot s of level l is not empty.
  std::array<std::uint64_t, kLevels> occupied_{};
  std::array<TimerList, kLevels * kSlots> slots_{};
};

}  // namespace spinoff::engine
