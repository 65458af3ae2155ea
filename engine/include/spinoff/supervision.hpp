/// What a supervisor may answer to an error of its child:
///
///     return Decision::Stop;
///     return Restart{.max = 3, .within = 10s};
///     return Restart{.backoff = Backoff{.min = 100ms, .max = 10s}};
///     return all_for_one(Restart{.max = 3, .within = 10s});
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>

#include <spinoff/backoff.hpp>
#include <spinoff/ref.hpp>

namespace spinoff {

/// A new instance behind the same ref, with the mailbox kept.
struct Restart {
  /// One more than so many restarts `within` that time stops the child instead. Without `max` there
  /// is no limit, and such restarts do not count for one.
  std::optional<unsigned> max = std::nullopt;
  std::chrono::nanoseconds within = std::chrono::nanoseconds::max();
  /// Meanwhile the child is suspended, and its mail waits; a stop ends it at once. Without it the
  /// child is restarted at once.
  std::optional<Backoff> backoff = std::nullopt;
  /// The child's own children are held while it is restarted, and then go on. Else they are stopped
  /// before.
  bool keep_children = false;

  friend bool operator==(const Restart&, const Restart&) = default;
};

/// What is to become of a child that failed. A value: what is made once may be given again.
class Decision {
 public:
  enum Kind : std::uint8_t {
    Default,   ///< by the kind of error; see default_decision
    Resume,    ///< keep the instance and go on with the next message
    Restart,   ///< see spinoff::Restart; at once, and without a limit
    Stop,      ///< stop the child
    Escalate,  ///< the error becomes the supervisor's own
  };

  // NOLINTNEXTLINE(google-explicit-constructor): so that `return Decision::Stop;` is enough
  constexpr Decision(Kind kind) noexcept : kind_(kind) {}
  /// Throws std::invalid_argument for a value out of its range, and for `within` without `max`.
  // NOLINTNEXTLINE(google-explicit-constructor): so that `return Restart{.max = 3};` is enough
  Decision(const spinoff::Restart& how);

  [[nodiscard]] constexpr Kind kind() const noexcept { return kind_; }
  /// How to restart, if that is the decision.
  [[nodiscard]] constexpr const spinoff::Restart& how() const noexcept { return how_; }
  [[nodiscard]] constexpr bool for_all() const noexcept { return for_all_; }

  friend bool operator==(const Decision&, const Decision&) = default;
  friend Decision all_for_one(Decision decision);

 private:
  spinoff::Restart how_;
  Kind kind_;
  bool for_all_ = false;
};

/// The decision is for all children of the supervisor, and not only for the one that failed. Limits
/// and backoff then count the restarts of all together.
Decision all_for_one(Decision decision);

/// An error of a child. A `CreateFailed` means that it never started.
struct ChildError {
  Ref child;
  std::exception_ptr error;
};

/// CreateFailed → Stop; std::logic_error (a failed assertion) → Escalate; any other std::exception
/// → Restart; something thrown that is no std::exception → Escalate.
Decision default_decision(const std::exception_ptr& error);

}  // namespace spinoff
