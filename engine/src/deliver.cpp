// From a Ref to whatever it points to.
#include <spinoff/engine/ask_target.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_core.hpp>

namespace spinoff::detail {

using engine::AskTarget;
using engine::Cell;
using engine::NameTarget;
using engine::NodeAnchor;
using engine::NodeCore;

namespace {

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

}  // namespace

void deliver(Target* target, std::uint32_t generation, EnvelopePtr message) {
  if (target == nullptr) {
    if (Cell* const running = Cell::running()) {
      running->node().dead_letter(Ref(), std::move(message));
    }
    return;
  }
  switch (target->kind()) {
    case TargetKind::actor: {
      auto& cell = *static_cast<Cell*>(target);
      message->target_generation = generation;
      Envelope* const pushed = message.release();
      if (&cell == Cell::running() && cell.push_own(generation, pushed)) {
        return;
      }
      switch (cell.mailbox().push(pushed)) {
        case engine::Push::queued:
          return;
        case engine::Push::woke:
          cell.schedule();
          return;
        case engine::Push::closed:
          dead_letter(*cell.anchor(), RefAccess::hold(target, generation), EnvelopePtr(pushed));
          return;
      }
      return;
    }
    case TargetKind::ask:
      // Held, because the place may be used again once the asking side has gone.
      if (const Ref ask = RefAccess::hold(target, generation)) {
        static_cast<AskTarget*>(target)->reply(std::move(message));
      }
      return;
    case TargetKind::name:
      if (const Ref name = RefAccess::hold(target, generation)) {
        deliver_by_name(*static_cast<NameTarget*>(target), generation, std::move(message));
      } else {
        deliver(nullptr, 0, std::move(message));
      }
      return;
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
