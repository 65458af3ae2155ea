// From a Ref to whatever it points to.
#include <spinoff/engine/ask_target.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/worker.hpp>

namespace spinoff::detail {

using engine::AskTarget;
using engine::Cell;
using engine::NameTarget;
using engine::NodeAnchor;
using engine::NodeCore;
using engine::PushAtHome;
using engine::Worker;

namespace {

// What is rare stands apart, so that `deliver` itself needs no frame.

void dead_letter(NodeAnchor& anchor, const Ref& target, EnvelopePtr message) {
  const NodeAnchor::Entry entry(anchor);
  if (entry.node() != nullptr) {
    entry.node()->dead_letter(target, std::move(message));
  } else if (Cell* const running = Cell::running()) {  // that node has ended, the sender's has not
    running->node().dead_letter(target, std::move(message));
  }
}

void deliver_by_name(NameTarget& name, std::uint32_t generation, EnvelopePtr message) {
  const NodeAnchor::Entry entry(*name.anchor());
  if (name.is_remote() && entry.node() != nullptr && entry.node()->transport() != nullptr) {
    entry.node()->transport()->send(name.uri(), std::move(message));
  } else {
    dead_letter(*name.anchor(), RefAccess::hold(&name, generation), std::move(message));
  }
}

void deliver_to_nobody(EnvelopePtr message) {
  if (Cell* const running = Cell::running()) {
    running->node().dead_letter(Ref(), std::move(message));
  }
}

[[gnu::noinline]] void deliver_to_closed(Cell& cell, std::uint32_t generation, Envelope* message) {
  dead_letter(*cell.anchor(), RefAccess::hold(&cell, generation), EnvelopePtr(message));
}

// To an actor that is at home elsewhere.
[[gnu::noinline]] void deliver_from_afar(Cell& cell, std::uint32_t generation, Envelope* message) {
  switch (cell.mailbox().push(message)) {
    case engine::Push::queued:
      return;
    case engine::Push::woke:
      cell.schedule();
      return;
    case engine::Push::closed:
      deliver_to_closed(cell, generation, message);
      return;
  }
}

// To what is no actor here.
[[gnu::noinline]] void deliver_elsewhere(Target* target, std::uint32_t generation, Envelope* sent) {
  EnvelopePtr message(sent);
  // Held, because the place may be used again once the other side has gone.
  const Ref held = RefAccess::hold(target, generation);
  if (target == nullptr) {
    deliver_to_nobody(std::move(message));
  } else if (target->kind() == TargetKind::ask) {
    if (held) {
      static_cast<AskTarget*>(target)->reply(std::move(message));
    }
  } else if (held) {
    deliver_by_name(*static_cast<NameTarget*>(target), generation, std::move(message));
  } else {
    deliver_to_nobody(std::move(message));
  }
}

}  // namespace

void deliver(Target* target, std::uint32_t generation, Envelope* message) {
  if (target == nullptr || target->kind() != TargetKind::actor) [[unlikely]] {
    deliver_elsewhere(target, generation, message);
    return;
  }
  auto& cell = *static_cast<Cell*>(target);
  message->target_generation = generation;
  if (Worker* const worker = Worker::current(); worker != nullptr) [[likely]] {
    const PushAtHome pushed = worker->push_at_home(cell, message);
    if (pushed == PushAtHome::queued) [[likely]] {
      return;
    }
    if (pushed == PushAtHome::closed) {
      deliver_to_closed(cell, generation, message);
      return;
    }
  }
  deliver_from_afar(cell, generation, message);
}

void Target::recycle() noexcept {
  switch (kind_) {
    case TargetKind::actor:
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
