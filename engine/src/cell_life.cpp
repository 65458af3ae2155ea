// How an actor starts, fails, restarts and stops. The order of a stop, and why each step stands
// where it does:
//   1. The coroutine is dropped and the table of children is closed; the children are told to stop.
//   2. When the last has left (ChildrenStopped), post_stop runs, then post_stop_async.
//   3. The instance is destroyed, then the mailbox closes; what it still held are dead letters.
//   4. The name is free again, so that a watcher may spawn its successor at once.
//   5. The watchers hear of it, after all that the actor had sent.
//   6. The cell leaves the parent's table. Only now can the parent stop, and at last the node end:
//      nothing of the node is touched after this.
#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/events.hpp>

namespace spinoff::engine {

using detail::RefAccess;

namespace {

void tell_terminated(NodeCore& node, const Ref& watcher, const Ref& actor) {
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

std::exception_ptr create_failed(const Ref& actor) {
  try {
    std::throw_with_nested(CreateFailed("the actor " + actor.to_string() + " could not start"));
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

void Cell::send_system(const Ref& to, EnvelopePtr message) {
  auto* const target = RefAccess::target(to);
  if (target == nullptr || target->kind() != detail::TargetKind::actor) {
    return;
  }
  auto& cell = *static_cast<Cell*>(target);
  message->target_generation = RefAccess::generation(to);
  Envelope* const pushed = message.release();
  switch (cell.mailbox_.push_system(pushed)) {
    case Push::queued:
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
      if (state_ == State::created) {  // the guardian, whose children may run before it does
        start_instance(false);
      }
      decide(message->as<ChildFailed>());
      break;
    case detail::MessageKind::decision:
      apply(message->as<Decided>());
      break;
    case detail::MessageKind::children_stopped:
      // A late one, of children that a restart waited for, means nothing to post_stop_async.
      if (state_ == State::restarting || state_ == State::stopping) {
        step_due_ = true;
      }
      break;
    case detail::MessageKind::wake_up:
      wake(message->as<WakeUp>().token);
      break;
    case detail::MessageKind::suspend:
      if (state_ != State::stopping && state_ != State::finishing) {
        held_ = true;
        hold_children(true);
      }
      break;
    case detail::MessageKind::resume:
      held_ = false;
      if (state_ != State::suspended) {
        hold_children(false);
      }
      resume();
      break;
    default:
      break;
  }
}

void Cell::start_instance(bool restarted) {
  const std::exception_ptr reason = extras_ == nullptr ? nullptr : extras_->failure;
  try {
    instance_ = factory_->create();
    if (restarted && !extras_->never_started) {
      instance_->post_restart(reason);
    } else {
      instance_->pre_start();
    }
  } catch (...) {
    extras().never_started = true;
    fail(create_failed(ref()));
    return;
  }
  if (extras_ != nullptr) {
    extras_->failure = nullptr;
    extras_->never_started = false;
  }
  state_ = State::running;
  if (restarted) {
    node().events().publish(Restarted{ref()});
  } else {
    node().events().publish(Started{ref()});
  }
  Task<> run;
  try {
    run = factory_->run(*instance_);
  } catch (...) {  // the arguments could not be copied, or `run` is no coroutine
    fail(std::current_exception());
    return;
  }
  run_coroutine(std::move(run), CoroutineHost::Purpose::run);
}

void Cell::fail(std::exception_ptr error) {
  if (current_ != nullptr) {
    node().refuse_ask(*current_, describe(error));
  } else if (instance_ != nullptr) {
    instance_->refuse_asker(describe(error));
  }
  node().publish_error(ref(), error, AnyMessage(std::move(current_)));
  if (state_ == State::stopping || state_ == State::finishing) {
    return;
  }
  if (stop_requested()) {
    begin_stop(false);
    return;
  }
  state_ = State::suspended;
  Extras& more = extras();
  more.failure = error;
  ++more.failures;
  hold_children(true);
  if (parent_ != nullptr) {
    send_system(parent_->ref(), ChildFailed{ref(), std::move(error), more.failures});
  }
}

void Cell::decide(const ChildFailed& failed) {
  if (state_ == State::restarting || state_ == State::stopping || state_ == State::finishing ||
      instance_ == nullptr) {
    return;  // the child is being stopped anyway
  }
  Decision decision = Decision::Escalate;
  try {
    decision = instance_->supervise(ChildError{failed.child, failed.error});
  } catch (...) {
    node().publish_error(ref(), std::current_exception(), {});
  }
  if (decision == Decision::Default) {
    decision = default_decision(failed.error);
  }
  if (decision == Decision::Escalate) {
    if (parent_ != nullptr) {
      extras().escalated.emplace_back(failed.child, failed.number);
      fail(failed.error);
      return;
    }
    decision = Decision::Stop;  // nobody is above the guardian
  }
  send_system(failed.child, Decided{decision, failed.number});
}

void Cell::apply(const Decided& decided) {
  if (state_ != State::suspended || decided.number != extras_->failures) {
    return;  // it failed again since, or is being stopped
  }
  switch (decided.decision) {
    case Decision::Resume:
      // A process whose run has thrown has nothing to go on with, nor has one that never started.
      if (extras_->never_started || instance_ == nullptr || factory_->has_run()) {
        begin_restart();
        return;
      }
      state_ = State::running;
      extras_->failure = nullptr;
      for (const auto& [child, number] : std::exchange(extras_->escalated, {})) {
        send_system(child, Decided{Decision::Resume, number});
      }
      if (!held_) {
        hold_children(false);
      }
      resume();
      return;
    case Decision::Restart:
      begin_restart();
      return;
    default:
      begin_stop(false);
      return;
  }
}

// Lets the coroutine see what came while the actor was held.
void Cell::resume() {
  if (extras_ == nullptr || held_ || state_ == State::suspended) {
    return;
  }
  for (const std::uint64_t token : std::exchange(extras_->held_wakes, {})) {
    wake(token);
  }
}

void Cell::hold_children(bool held) {
  for (const Ref& child : children_.all()) {
    if (held) {
      send_system(child, Suspend{});
    } else {
      send_system(child, Resume{});
    }
  }
}

void Cell::begin_restart() {
  state_ = State::restarting;
  if (extras_->coroutines != nullptr) {
    extras_->coroutines->drop();
  }
  extras_->held_wakes.clear();
  extras_->escalated.clear();
  // The new instance is not to hear of the end of children that it never had.
  for (const Ref& child : children_.all()) {
    unwatch(child);
  }
  stop_children(false);
}

void Cell::request_stop(bool kill, bool in_order) {
  if (state_ == State::stopping || state_ == State::finishing) {
    if (kill) {
      for (const Ref& child : children_.all()) {
        send_system(child, Kill{});
      }
      if (state_ == State::finishing) {
        extras_->coroutines->drop();
        step_due_ = true;
      }
    }
    return;
  }
  if (!kill && !held_ && state_ == State::running && extras_ != nullptr &&
      extras_->coroutines != nullptr) {
    const CoroutineHost& host = *extras_->coroutines;
    if (host.active() && !host.may_stop()) {
      ending_ = true;
      poisoned_ = in_order;
      return;
    }
  }
  begin_stop(kill);
}

void Cell::begin_stop(bool kill) {
  if (state_ == State::stopping || state_ == State::finishing) {
    return;
  }
  state_ = State::stopping;
  busy_ = held_ = ending_ = false;
  current_.reset();
  if (extras_ != nullptr && extras_->coroutines != nullptr) {
    extras_->coroutines->drop();
  }
  stop_children(kill);
}

void Cell::stop_children(bool kill) {
  if (children_.close()) {
    step_due_ = true;
    return;
  }
  for (const Ref& child : children_.all()) {
    if (kill) {
      send_system(child, Kill{});
    } else {
      send_system(child, Stop{});
    }
  }
}

bool Cell::advance() {
  switch (state_) {
    case State::restarting:
      if (instance_ != nullptr && !extras_->never_started) {
        try {
          instance_->pre_restart(extras_->failure);
        } catch (...) {
          node().publish_error(ref(), std::current_exception(), {});
        }
      }
      keep_mail();
      instance_.reset();
      children_.open();
      start_instance(true);
      return false;
    case State::stopping:
      run_post_stop();
      if (!step_due_) {
        return false;  // post_stop_async goes on
      }
      close();
      return true;
    case State::finishing:
      close();
      return true;
    default:
      return false;
  }
}

void Cell::run_post_stop() {
  state_ = State::finishing;
  if (instance_ == nullptr || (extras_ != nullptr && extras_->never_started)) {
    step_due_ = true;
    return;
  }
  Task<> rest;
  try {
    instance_->post_stop();
  } catch (...) {
    node().publish_error(ref(), std::current_exception(), {});
  }
  try {
    rest = instance_->post_stop_async();
  } catch (...) {
    node().publish_error(ref(), std::current_exception(), {});
  }
  if (rest) {
    run_coroutine(std::move(rest), CoroutineHost::Purpose::post_stop);
  } else {
    step_due_ = true;
  }
}

// For a restart: what the old instance had taken and not handled goes back to the front of the
// mail.
void Cell::keep_mail() {
  if (instance_ == nullptr) {
    return;
  }
  std::vector<EnvelopePtr> kept;
  while (EnvelopePtr message = instance_->take_kept()) {
    if (message->type().kind == detail::MessageKind::terminated) {
      extras_->watching.insert(message->as<Terminated>().actor);  // it is to be handled after all
    }
    message->target_generation = generation_;
    kept.push_back(std::move(message));
  }
  for (auto message = kept.rbegin(); message != kept.rend(); ++message) {
    mailbox_.put_back(message->release());
  }
}

void Cell::close() {
  NodeCore& core = node();
  const Ref self = ref();
  const std::unique_ptr<Extras> last = std::move(extras_);
  if (last != nullptr && last->coroutines != nullptr) {
    last->coroutines->drop();
  }
  while (EnvelopePtr kept = instance_ == nullptr ? nullptr : instance_->take_kept()) {
    core.dead_letter(self, std::move(kept));
  }
  instance_.reset();
  factory_.reset();
  extras_.reset();  // should a destructor have asked for it again

  drop_user_mail();
  if (parent_ != nullptr) {
    parent_->children_.erase(*this);
  }
  core.events().publish(Terminated{self});
  if (last != nullptr) {
    for (const Ref& watcher : last->watchers) {
      tell_terminated(core, watcher, self);
    }
    for (const Ref& watched : last->watching) {
      send_unwatch(core, watched, self);
    }
  }
  refuse_system_mail();
  if (parent_ == nullptr) {
    core.guardian_stopped();
  } else if (parent_->children_.leave()) {
    // The parent may end the node while it is told.
    const NodeAnchor::Entry inside(*anchor());
    send_system(parent_->ref(), ChildrenStopped{});
  }
  release();  // the count that the living actor has on itself
}

void Cell::watch(const Ref& wanted) {
  // A borrowed ref becomes held, so that its place stays while it is told.
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
  const Ref actor(wanted);
  auto* const target = RefAccess::target(actor);
  if (target == this || !extras().watching.insert(actor).second) {
    return;
  }
  if (target != nullptr && target->kind() == detail::TargetKind::actor) {
    send_system(actor, Watch{actor, ref()});
  } else if (auto* const name = static_cast<NameTarget*>(target);
             target != nullptr && target->kind() == detail::TargetKind::name && name->is_remote() &&
             node().transport() != nullptr) {
    node().transport()->watch(name->uri(), ref());
  } else {
    tell_terminated(node(), ref(), actor);
  }
}

void Cell::unwatch(const Ref& actor) {
  if (extras_ != nullptr && extras_->watching.erase(actor) != 0) {
    send_unwatch(node(), actor, ref());
  }
}

void Cell::send_unwatch(NodeCore& node, const Ref& actor, const Ref& watcher) {
  auto* const target = RefAccess::target(actor);
  if (target == nullptr) {
    return;
  }
  if (target->kind() == detail::TargetKind::actor) {
    send_system(actor, Unwatch{watcher});
  } else if (target->kind() == detail::TargetKind::name && node.transport() != nullptr) {
    if (const auto* const name = static_cast<NameTarget*>(target); name->is_remote()) {
      node.transport()->unwatch(name->uri(), watcher);
    }
  }
}

}  // namespace spinoff::engine
