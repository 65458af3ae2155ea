// System messages: how they are sent, what each does, and what becomes of those that come too late.
#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/engine/worker.hpp>

namespace spinoff::engine {

using detail::RefAccess;

void Cell::send_system(const Ref& to, EnvelopePtr message) {
  auto* const target = RefAccess::target(to);
  if (target == nullptr || !target->is_actor()) {
    return;
  }
  auto& cell = *static_cast<Cell*>(target);
  message->target_generation = RefAccess::generation(to);
  Envelope* const pushed = message.release();
  if (Worker* const worker = Worker::current(); worker != nullptr) {
    switch (worker->push_system_at_home(cell, pushed)) {
      case PushAtHome::queued:
        return;
      case PushAtHome::closed:
        refuse_system(EnvelopePtr(pushed));
        return;
      case PushAtHome::away:
        break;
    }
  }
  switch (cell.mailbox_.push_system(pushed)) {
    case Push::queued:
    case Push::many:
      return;
    case Push::woke:
      cell.schedule();
      return;
    case Push::closed:
      refuse_system(EnvelopePtr(pushed));
      return;
  }
}

void Cell::refuse_system(EnvelopePtr message) {
  if (message->type().kind != detail::MessageKind::watch) {
    return;
  }
  const Watch& watch = message->as<Watch>();
  // A watcher at another node is known by a name of the watched actor's node.
  const NodeAnchor::Entry entry(*RefAccess::target(watch.watcher)->anchor());
  if (entry.node() != nullptr) {
    tell_terminated(*entry.node(), watch.watcher, watch.target);
  }
}

void Cell::process_system(EnvelopePtr message) {
  if (message->target_generation != generation_) {
    refuse_system(std::move(message));
    return;
  }
  switch (message->type().kind) {
    case detail::MessageKind::stop:
      request_stop(false);
      break;
    case detail::MessageKind::kill:
      request_stop(true);
      break;
    case detail::MessageKind::watch:
      extras().watchers.insert(message->as<Watch>().watcher);
      break;
    case detail::MessageKind::unwatch:
      if (extras_ != nullptr) {
        extras_->watchers.erase(message->as<Unwatch>().watcher);
      }
      break;
    case detail::MessageKind::child_failed:
      if (condition_.state ==
          State::created) {  // the guardian, whose children may run before it does
        start_instance(false);
      }
      decide(message->as<ChildFailed>());
      break;
    case detail::MessageKind::decision:
      apply(message->as<Decided>());
      break;
    case detail::MessageKind::order:
      obey(message->as<Order>());
      break;
    case detail::MessageKind::restart_due:
      restart_if_due(message->as<RestartDue>());
      break;
    case detail::MessageKind::children_stopped:
      // A late one, of children that a restart waited for, means nothing to post_stop_async.
      if (condition_.state == State::restarting || condition_.state == State::stopping) {
        condition_.step_due = true;
      }
      break;
    case detail::MessageKind::wake_up:
      wake(message->as<WakeUp>().token);
      break;
    case detail::MessageKind::suspend:
      if (condition_.state != State::stopping && condition_.state != State::finishing) {
        condition_.held = true;
        hold_children(true);
      }
      break;
    case detail::MessageKind::resume:
      condition_.held = false;
      // Those that a restart keeps are let go by the new instance.
      if (condition_.state != State::suspended && condition_.state != State::restarting) {
        hold_children(false);
      }
      resume();
      break;
    default:
      break;
  }
}

}  // namespace spinoff::engine
