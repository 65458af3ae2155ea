/// What the engine sends to its own cells.
#pragma once

#include <cstdint>
#include <exception>

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
/// To the parent: the child is suspended and waits for a Decided of the same number.
struct ChildFailed {
  static constexpr auto kKind = MessageKind::child_failed;
  Ref child;
  std::exception_ptr error;
  std::uint32_t number;
};
struct Decided {
  static constexpr auto kKind = MessageKind::decision;
  Decision decision;
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
/// A message from another node, not decoded yet.
struct Encoded {
  static constexpr auto kKind = MessageKind::encoded;
  const detail::MessageType* type;
  std::string payload;
};

}  // namespace spinoff::engine
