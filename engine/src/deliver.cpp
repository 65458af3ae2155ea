// From a Ref to whatever it points to.
#include "deliver.hpp"

#include <spinoff/engine/ask_target.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/worker.hpp>

#include "with_transport.hpp"

namespace spinoff::detail {

using engine::AskTarget;
using engine::Cell;
using engine::IfFull;
using engine::NameTarget;
using engine::NodeCore;
using engine::PushAtHome;
using engine::Worker;

namespace {

// What is rare stands apart, so that `deliver` itself needs no frame.

void deliver_by_name(NameTarget& name, std::uint32_t generation, EnvelopePtr message) {
  if (!engine::with_transport(
          name, [&](engine::Transport& transport) { transport.send(name, std::move(message)); })) {
    NodeCore::dead_letter_at(*name.anchor(), RefAccess::hold(&name, generation),
                             std::move(message));
  }
}

void deliver_to_nobody(EnvelopePtr message) {
  if (Cell* const running = Cell::running()) {
    running->node().dead_letter(Ref(), std::move(message));
  }
}

[[gnu::noinline]] void deliver_to_closed(Cell& cell, Envelope* message) {
  NodeCore::dead_letter_at(*cell.anchor(), RefAccess::hold(&cell, message->target_generation),
                           EnvelopePtr(message));
}

// To an actor that is at home elsewhere.
[[gnu::noinline]] void deliver_from_afar(Cell& cell, Envelope* message) {
  const std::uint32_t generation = message->target_generation;
  switch (cell.mailbox().push(message)) {
    case engine::Push::queued:
      return;
    case engine::Push::many:
      cell.note_length(generation);
      return;
    case engine::Push::woke:
      cell.schedule();
      return;
    case engine::Push::closed:
      deliver_to_closed(cell, message);
      return;
  }
}

// To what is no actor here, or one whose mailbox is not of the usual kind.
[[gnu::noinline]] void deliver_elsewhere(Target* target, std::uint32_t generation,
                                         EnvelopePtr& message, IfFull if_full) {
  if (target != nullptr && target->kind() == TargetKind::name) {
    // Whoever sends to a name holds it, by a Ref or by the message, so it is only compared: this is
    // on the way of each message to another node.
    if (target->generation() == generation) [[likely]] {
      deliver_by_name(*static_cast<NameTarget*>(target), generation, std::move(message));
    } else {
      deliver_to_nobody(std::move(message));
    }
    return;
  }
  // Held, because the place may be used again once the other side has gone.
  const Ref held = RefAccess::hold(target, generation);
  if (target == nullptr) {
    deliver_to_nobody(std::move(message));
  } else if (target->kind() == TargetKind::ask) {
    if (held) {
      static_cast<AskTarget*>(target)->reply(std::move(message));
    }
  } else if (held && target->is_actor()) {
    engine::deliver_to_room(*static_cast<Cell*>(target), held, message, if_full);
  } else {
    deliver_to_nobody(std::move(message));
  }
}

[[gnu::noinline]] void deliver_elsewhere(Target* target, std::uint32_t generation, Envelope* sent) {
  EnvelopePtr message(sent);
  deliver_elsewhere(target, generation, message, IfFull::fail);
}

// Into the mailbox of the actor of that generation.
[[gnu::always_inline]] inline void push(Cell& cell, Envelope* message) {
  if (Worker* const worker = Worker::current(); worker != nullptr) [[likely]] {
    const PushAtHome pushed = worker->push_at_home(cell, message);
    if (pushed == PushAtHome::queued) [[likely]] {
      return;
    }
    if (pushed == PushAtHome::closed) {
      deliver_to_closed(cell, message);
      return;
    }
  }
  deliver_from_afar(cell, message);
}

}  // namespace

void deliver(Target* target, std::uint32_t generation, Envelope* message) {
  if (target == nullptr || target->kind() != TargetKind::actor) [[unlikely]] {
    deliver_elsewhere(target, generation, message);
    return;
  }
  message->target_generation = generation;
  push(*static_cast<Cell*>(target), message);
}

void deliver_or_throw(Target* target, std::uint32_t generation, EnvelopePtr& message,
                      IfFull if_full) {
  if (target == nullptr || target->kind() != TargetKind::actor) {
    deliver_elsewhere(target, generation, message, if_full);
  } else {
    deliver(target, generation, message.release());
  }
}

void deliver_or_drop(Target* target, std::uint32_t generation, EnvelopePtr message) {
  deliver_or_throw(target, generation, message, IfFull::drop);
}

void Target::recycle() noexcept {
  switch (kind()) {
    case TargetKind::actor:
    case TargetKind::actor_with_room:
      static_cast<Cell*>(this)->retire();
      return;
    case TargetKind::ask:
      static_cast<AskTarget*>(this)->retire();
      return;
    case TargetKind::name:
      static_cast<NameTarget*>(this)->retire();
      return;
  }
}

}  // namespace spinoff::detail

namespace spinoff::engine {

void post(Cell& cell, Envelope* message) {
  detail::push(cell, message);
}

}  // namespace spinoff::engine
