/// What the engine sends to its own cells.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/supervision.hpp>

namespace spinoff::engine {

using detail::MessageKind;

// In the system queue.

struct Stop {
  static constexpr auto kKind = MessageKind::stop;
};
struct Kill {
  static constexpr auto kKind = MessageKind::kill;
};
struct Watch {
  static constexpr auto kKind = MessageKind::watch;
  Ref target;
  Ref watcher;
};
struct Unwatch {
  static constexpr auto kKind = MessageKind::unwatch;
  Ref watcher;
};
/// An error that nobody has been asked about. The first who takes it has it: the parent, which then
/// asks its `supervise`, or the failed actor, if it is stopped or restarted before that.
class OpenError {
 public:
  bool take() noexcept { return !taken_.exchange(true); }

 private:
  std::atomic<bool> taken_{false};
};
/// To the parent: the child is suspended and waits for a Decided of the same number, or an Order.
struct ChildFailed {
  static constexpr auto kKind = MessageKind::child_failed;
  Ref child;
  std::exception_ptr error;
  std::uint32_t number;
  std::uint32_t obeyed;  // the latest Order that the child knew of
  std::shared_ptr<OpenError> open;
  Ref shown;  // whom the parent is asked about, see Cell::stand_for
};
struct Decided {
  static constexpr auto kKind = MessageKind::decision;
  Decision decision;
  std::uint32_t number;
};
/// To all children: the error of one of them was decided about for all.
struct Order {
  static constexpr auto kKind = MessageKind::order;
  Decision::Kind kind = Decision::Default;  // Resume, Restart or Stop
  bool keep_children = false;
  std::chrono::nanoseconds delay{0};
  std::exception_ptr reason;
  std::uint32_t number = 0;
};
/// The actor has waited for long enough since the failure of that number.
struct RestartDue {
  static constexpr auto kKind = MessageKind::restart_due;
  std::uint32_t number;
};
/// To an actor that closed its table of children: it is empty now.
struct ChildrenStopped {
  static constexpr auto kKind = MessageKind::children_stopped;
};
/// What a coroutine waits for has come.
struct WakeUp {
  static constexpr auto kKind = MessageKind::wake_up;
  std::uint64_t token;
};
struct Suspend {
  static constexpr auto kKind = MessageKind::suspend;
};
struct Resume {
  static constexpr auto kKind = MessageKind::resume;
};

// In the user queue, in order with what was sent before.

struct Poison {
  static constexpr auto kKind = MessageKind::poison;
};
}  // namespace spinoff::engine
