/// What a node tells on its event stream.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>

#include <spinoff/any_message.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/stop_phase.hpp>

namespace spinoff {

/// A message that nobody will handle: its receiver has stopped, never was, or cannot be reached.
struct DeadLetter {
  Ref target;
  AnyMessage message;
  Ref sender;
};

/// A message that its receiver has no handler for, or looked at and left.
struct UnhandledMessage {
  Ref actor;
  AnyMessage message;
  Ref sender;
};

/// More messages wait for an actor than a multiple of NodeOptions::high_water_mark: it cannot keep
/// up, is blocked, or never asks for them. Told once a multiple, within 64 messages or a turn,
/// on the thread of a sender or in the actor's turn; again when the queue has been shorter by half
/// a mark in between. While an actor takes nothing from other workers the count ends at 4 millions.
struct HighWaterMarkReached {
  Ref actor;
  std::size_t length;
};

/// An error in an actor, as its supervisor hears of it.
struct Error {
  Ref actor;
  std::exception_ptr error;
  /// What the actor was handling; empty outside of handlers.
  AnyMessage message;
};

/// An error that no supervisor was asked about: the actor was being stopped, or has been restarted
/// together with others since. Comes after its Error.
struct ErrorIgnored {
  Ref actor;
  std::exception_ptr error;
};

/// The decision was Resume, but the actor has nothing to go on with, since it never started, or its
/// `run` has thrown: it is restarted.
struct RestartedInstead {
  Ref actor;
};

struct Started {
  Ref actor;
};

struct Restarted {
  Ref actor;
};

/// An event on the stream, and the message that watchers of the actor get.
struct Terminated {
  static constexpr auto kKind = detail::MessageKind::terminated;
  Ref actor;
};

/// An actor of Dispatcher::pool waits in the middle of its turn, for something else than a core,
/// and has done so for longer than NodeOptions::blocking_threshold: in one long call, or in many
/// short ones while it works its mail off. Comes once, while it still waits; `lasted` is for how
/// long so far. Meanwhile others have one worker less. Spawn such an actor with
/// Dispatcher::blocking.
struct BlockingCall {
  Ref actor;
  std::chrono::nanoseconds lasted{0};
};

/// Contact with another node began, or ended and why.
struct NodeUp {
  NodeId node;
};
struct NodeDown {
  NodeId node;
  std::string reason;
};

/// What waits here for another node has reached the share NodeOptions::queue_high_water_mark of
/// what may wait: that node is not up, or takes messages more slowly than they come. Told again
/// when less than half as much has waited in between. So many messages, and bytes, waited then.
struct NodeHighWaterMarkReached {
  NodeId node;
  std::size_t messages = 0;
  std::size_t bytes = 0;
};

/// The mapper of this node's host knows it by its name, `name@host`. Or it does not, and why: no
/// mapper is there, or another node has the name. The node goes on trying.
struct NameClaimed {
  NodeId name;
};
struct NameNotClaimed {
  NodeId name;
  std::string reason;
};

/// Something that another node, or whoever talked to this node's port, sent and that was dropped.
struct RemoteInputRejected {
  std::string what;
  /// How many of that kind since the last such event.
  std::uint64_t count = 1;
};

/// The node has begun to stop; its phases follow.
struct NodeStopping {
  StopReason reason;
};

/// A task of the node's stop has failed: its function threw, its question got no reply (AskFailed),
/// or the time of the whole stop was over before it began (Timeout).
struct StopTaskFailed {
  StopPhase phase;
  std::string task;
  std::exception_ptr error;
};

/// The node stops without waiting for this task any more. A function goes on.
struct StopTaskLeft {
  StopPhase phase;
  std::string task;
};

}  // namespace spinoff
