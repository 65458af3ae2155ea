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
  if (&cell == Cell::running() && cell.push_own(generation, message)) {
    return;
  }
  const engine::Push pushed = cell.mailbox().push(message);
  if (pushed == engine::Push::woke) {
    engine::schedule(cell);
  } else if (pushed == engine::Push::closed) [[unlikely]] {
    deliver_to_closed(cell, generation, message);
  }
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
