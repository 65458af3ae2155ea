/// How much waits for another node, and what has to happen because of it: nothing, to tell that it
/// is much, or to take no more.
///
/// `room_` is how much more may come before something has to happen: up to the high-water mark
/// while that was not reached, up to the limits after that, and nothing while others stand in a
/// line or no more is taken. So what is asked for each message is only whether that is enough, and
/// all else where it is not. What waits is what was granted, without the room that is left.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <spinoff/remoting/queue_limits.hpp>

namespace spinoff::remoting {

/// Under the lock of its owner.
class Backlog {
 public:
  explicit Backlog(const QueueLimits& limits)
      : most_{signed_of(limits.messages), signed_of(limits.bytes)},
        mark_{share(limits.messages, limits.high_water_mark),
              share(limits.bytes, limits.high_water_mark)},
        tells_(limits.high_water_mark > 0),
        is_high_(!tells_) {
    grant({});
  }

  /// For a message of so many bytes. False: see `find_room`.
  [[nodiscard]] bool has_room(std::size_t bytes) const noexcept {
    return room_.messages > 0 && room_.bytes >= signed_of(bytes);
  }
  /// The same where `has_room` said no: maybe what was in the way was only the mark.
  [[nodiscard]] bool find_room(std::size_t bytes) noexcept {
    return !is_closed_ && !is_held_ && let_in(bytes);
  }
  /// The same for the first in the line.
  [[nodiscard]] bool let_in(std::size_t bytes) noexcept {
    const Amounts before = waiting();
    const Amounts after{before.messages + 1, before.bytes + signed_of(bytes)};
    if (is_closed_ || after.messages > most_.messages ||
        (after.bytes > most_.bytes && before.messages > 0)) {
      return false;
    }
    if (!is_high_ && (after.messages >= mark_.messages || after.bytes >= mark_.bytes)) {
      is_high_ = true;
      news_ = load_of(after);
      grant(before);
    }
    return true;
  }

  void add(std::size_t bytes) noexcept {
    room_.messages -= 1;
    room_.bytes -= signed_of(bytes);
  }
  void add(const Load& load) noexcept {
    room_.messages -= signed_of(load.messages);
    room_.bytes -= signed_of(load.bytes);
  }
  void remove(const Load& load) noexcept {
    const Amounts before = waiting();
    const Amounts after{before.messages - signed_of(load.messages),
                        before.bytes - signed_of(load.bytes)};
    if (tells_ && 2 * after.messages < mark_.messages && 2 * after.bytes < mark_.bytes) {
      is_high_ = false;
    }
    removed_bytes_ += load.bytes;
    grant(after);
  }

  /// Whether others stand in a line, so that there is only room for them.
  void hold(bool held) noexcept {
    const Amounts now = waiting();
    is_held_ = held;
    grant(now);
  }
  /// Nothing more is taken.
  void close() noexcept {
    const Amounts now = waiting();
    is_closed_ = true;
    grant(now);
  }
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

  /// What ever came, in bytes.
  [[nodiscard]] std::size_t added_bytes() const noexcept { return removed_bytes_ + load().bytes; }
  [[nodiscard]] Load load() const noexcept { return load_of(waiting()); }
  /// What waited when the mark was reached, once.
  [[nodiscard]] std::optional<Load> take_news() noexcept { return std::exchange(news_, {}); }

 private:
  struct Amounts {
    std::int64_t messages = 0;
    std::int64_t bytes = 0;
  };

  // Limits may be as large as a size can be.
  static constexpr std::int64_t signed_of(std::size_t amount) noexcept {
    return static_cast<std::int64_t>(std::min(amount, std::size_t{1} << 60U));
  }
  static std::int64_t share(std::size_t limit, double share) noexcept {
    return std::max<std::int64_t>(
        static_cast<std::int64_t>(static_cast<double>(signed_of(limit)) * share), 1);
  }
  static Load load_of(const Amounts& amounts) noexcept {
    return {static_cast<std::size_t>(amounts.messages), static_cast<std::size_t>(amounts.bytes)};
  }

  [[nodiscard]] Amounts waiting() const noexcept {
    return {granted_.messages - room_.messages, granted_.bytes - room_.bytes};
  }
  void grant(const Amounts& waiting) noexcept {
    if (is_closed_ || is_held_) {
      granted_ = waiting;
    } else if (is_high_) {
      granted_ = most_;
    } else {
      granted_ = {mark_.messages - 1, mark_.bytes - 1};
    }
    room_ = {granted_.messages - waiting.messages, granted_.bytes - waiting.bytes};
  }

  const Amounts most_;
  const Amounts mark_;
  const bool tells_;
  bool is_high_;
  bool is_held_ = false;
  bool is_closed_ = false;
  Amounts granted_;
  Amounts room_;
  std::size_t removed_bytes_ = 0;
  std::optional<Load> news_;
};

}  // namespace spinoff::remoting
