// Who watches whom. Both sides keep a list: the watched one to tell of its end, the watcher to know
// which ends it still wants to hear of.
#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/events.hpp>

namespace spinoff::engine {

using detail::RefAccess;

void Cell::watch(const Ref& wanted) {
  // A borrowed ref becomes held, so that its place stays while it is told.
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
  const Ref actor(wanted);
  auto* const target = RefAccess::target(actor);
  if (target == this || !extras().watching.insert(actor)) {
    return;
  }
  try {
    begin_watch(node(), actor, ref());
  } catch (...) {
    extras_->watching.erase(actor);
    throw;
  }
}

void Cell::unwatch(const Ref& actor) {
  if (extras_ != nullptr && extras_->watching.erase(actor)) {
    end_watch(node(), actor, ref());
  }
}

void Cell::begin_watch(NodeCore& node, const Ref& actor, const Ref& watcher) {
  auto* const target = RefAccess::target(actor);
  if (target != nullptr && target->is_actor()) {
    send_system(actor, Watch{actor, watcher});
  } else if (auto* const name = static_cast<NameTarget*>(target);
             target != nullptr && target->kind() == detail::TargetKind::name && name->is_remote() &&
             node.transport() != nullptr) {
    node.transport()->watch(name->uri(), watcher);
  } else {
    tell_terminated(node, watcher, actor);
  }
}

void Cell::end_watch(NodeCore& node, const Ref& actor, const Ref& watcher) {
  auto* const target = RefAccess::target(actor);
  if (target == nullptr) {
    return;
  }
  if (target->is_actor()) {
    send_system(actor, Unwatch{watcher});
  } else if (target->kind() == detail::TargetKind::name && node.transport() != nullptr) {
    if (const auto* const name = static_cast<NameTarget*>(target); name->is_remote()) {
      node.transport()->unwatch(name->uri(), watcher);
    }
  }
}

void Cell::tell_terminated(NodeCore& node, const Ref& watcher, const Ref& actor) {
  auto* const target = RefAccess::target(watcher);
  if (target->kind() == detail::TargetKind::name) {
    if (node.transport() != nullptr) {
      node.transport()->terminated(static_cast<NameTarget*>(target)->uri(), actor);
    }
    return;
  }
  detail::deliver(target, RefAccess::generation(watcher),
                  Envelope::make<Terminated>(Sender{}, Terminated{actor}));
}

}  // namespace spinoff::engine
