// How an actor starts, restarts and stops. The order of a stop, and why each step stands where it
// does:
//   1. The coroutine is dropped and the table of children is closed; the children are told to stop.
//   2. When the last has left (ChildrenStopped), post_stop runs, then post_stop_async.
//   3. The instance is destroyed, then the mailbox closes; what it still held are dead letters.
//   4. The name is free again, so that a watcher may spawn its successor at once.
//   5. The watchers hear of it, after all that the actor had sent.
//   6. The cell leaves the parent's table. Only now can the parent stop, and at last the node end:
//      nothing of the node is touched after this but the worker, or the lane, whose turn it
//      is, which the node's end waits for.
#include <utility>
#include <vector>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/lane.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/shutdown.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/engine/worker.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/events.hpp>

namespace spinoff::engine {

using detail::RefAccess;

namespace {

std::exception_ptr create_failed(const Ref& actor) {
  try {
    std::throw_with_nested(CreateFailed("the actor " + actor.to_string() + " could not start"));
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

void Cell::start_instance(bool restarted) {
  receive_ = type_->receive;
  try {
    instance_ = factory_->create();
    if (restarted && !never_started()) {
      const std::exception_ptr reason = supervision().failure;
      instance_->post_restart(reason);
    } else {
      instance_->pre_start();
    }
  } catch (...) {
    supervision().never_started = true;
    fail(create_failed(ref()));
    return;
  }
  condition_.state = State::running;
  if (restarted) {
    supervision().failure = nullptr;
    supervision().never_started = false;
    node().events().publish(Restarted{ref()});
    release_kept();
  } else {
    node().events().publish(Started{ref()});
  }
  if (factory_->has_run() && condition_.state == State::running) {
    start_run();
  }
}

void Cell::start_run() {
  Task<> run;
  try {
    run = factory_->run(*instance_);
  } catch (...) {  // the arguments could not be copied, or `run` is no coroutine
    fail(std::current_exception());
    return;
  }
  if (!run) {  // it has returned before it began
    begin_stop(false);
    return;
  }
  run_coroutine(std::move(run), CoroutineHost::Purpose::run);
}

void Cell::begin_restart() {
  condition_.state = State::restarting;
  drop_coroutine();
  extras_->held_wakes.clear();
  SupervisionState& more = supervision();
  more.backoff.reset();
  more.open.clear();
  more.common_restarts = {};
  if (more.keeps_children) {
    condition_.step_due = true;
    return;
  }
  more.escalated.clear();
  more.postponed.clear();
  // The new instance is not to hear of the end of children that it never had. One that has ended is
  // no child any more, but its Terminated may be on its way.
  for (const Ref& watched : extras_->watching.in_order()) {
    if (is_own_child(watched)) {
      unwatch(watched);
    }
  }
  stop_children(false);
}

// Also of one that has ended.
bool Cell::is_own_child(const Ref& actor) const {
  const Ref held = RefAccess::hold(actor);  // its place is that actor's, whose parent stays
  const auto* const target = RefAccess::target(held);
  return target != nullptr && target->is_actor() &&
         static_cast<const Cell*>(target)->parent_ == this;
}

// Whether the coroutine may be dropped where it waits. What an actor has taken aside comes before a
// stop that came in order with it, so a mere pause does not do then.
bool Cell::may_stop_now(bool in_order) const noexcept {
  const CoroutineHost& host = *extras_->coroutines;
  return host.may_stop() && (!in_order || host.wait()->kind() == detail::Wait::Kind::message ||
                             !instance_->has_kept());
}

void Cell::request_stop(bool kill, bool in_order) {
  condition_.killed = condition_.killed || kill;
  if (condition_.state == State::stopping || condition_.state == State::finishing) {
    if (kill) {
      for (const Ref& child : children_.all()) {
        send_system(child, Kill{});
      }
      if (condition_.state == State::finishing) {
        extras_->coroutines->drop();
        condition_.step_due = true;
      }
    }
    return;
  }
  if (!kill && !condition_.held && condition_.state == State::running && extras_ != nullptr &&
      extras_->coroutines != nullptr) {
    if (extras_->coroutines->active() && !may_stop_now(in_order)) {
      condition_.poisoned =
          in_order &&
          (condition_.poisoned || !condition_.ending);  // a stop before or after it is stronger
      condition_.ending = true;
      return;
    }
  }
  begin_stop(kill);
}

void Cell::begin_stop(bool kill) {
  if (condition_.state == State::stopping || condition_.state == State::finishing) {
    return;
  }
  condition_.state = State::stopping;
  condition_.held = condition_.ending = false;
  condition_.step_due = false;  // of a restart, which may have kept children
  if (current_ != nullptr || !aftermath_.none()) {
    drop_coroutine();
  }
  if (extras_ != nullptr && extras_->supervision != nullptr) {
    extras_->supervision->backoff.reset();
    ignore_open();
  }
  drop_kept();
  drop_mail();
  stop_children(kill);
}

void Cell::stop_children(bool kill) {
  if (is_guardian() ? children_.close() : children_.close_by_adder()) {
    condition_.step_due = true;
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
  switch (condition_.state) {
    case State::restarting:
      if (instance_ != nullptr && !never_started()) {
        try {
          instance_->pre_restart(supervision().failure);
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
      if (!condition_.step_due) {
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
  condition_.state = State::finishing;
  if (instance_ == nullptr || never_started() || node().has_crashed()) {
    condition_.step_due = true;
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
    if (condition_.killed &&
        !condition_.step_due) {  // it would wait, and nobody kills a second time
      extras_->coroutines->drop();
      condition_.step_due = true;
    }
  } else {
    condition_.step_due = true;
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
      const Ref& actor = message->as<Terminated>().actor;
      if (!supervision().keeps_children && is_own_child(actor)) {
        continue;  // see begin_restart
      }
      extras_->watching.insert(actor);  // it is to be handled after all
    }
    kept.push_back(std::move(message));
  }
  for (auto message = kept.rbegin(); message != kept.rend(); ++message) {
    put_back(std::move(*message));
  }
}

void Cell::close() {
  NodeCore& core = node();
  const Ref self = ref();
  const std::unique_ptr<Extras> last = std::move(extras_);
  if (last != nullptr && last->coroutines != nullptr) {
    last->coroutines->drop();
  }
  drop_kept();
  instance_.reset();
  factory_.reset();
  extras_.reset();  // should a destructor have asked for it again
  aftermath_.coroutines = false;

  drop_user_mail();
  if (last == nullptr && !is_guardian() && !core.events().has_subscribers<Terminated>()) {
    // Nobody hears of it, so nothing comes between the fourth step and the sixth. Who asks for the
    // end only now is answered through the anchor, as after the end.
    leave(parent_->children_.erase_and_leave(*this));
    refuse_system_mail();
    give_up_place();
    return;
  }
  if (!is_guardian()) {
    parent_->children_.erase(*this);
  }
  core.events().publish(Terminated{self});
  if (last != nullptr) {
    for (const Ref& watcher : last->watchers.in_order()) {
      tell_terminated(core, watcher, self);
    }
    for (const Ref& watched : last->watching.in_order()) {
      end_watch(core, watched, self);
    }
  }
  refuse_system_mail();
  if (is_guardian()) {
    core.shutdown().actors_stopped();
  } else {
    leave(parent_->children_.leave());
  }
  give_up_place();
}

void Cell::give_up_place() noexcept {
  if (Worker* const worker = Worker::current(); worker != nullptr) {
    worker->let_go(*this);
  } else if (Lane* const lane = Lane::current(); lane != nullptr) {
    lane->let_go(*this);
  }
  release();  // the count that the living actor has on itself
}

void Cell::leave(bool was_last) {
  if (was_last) {
    // The parent may end the node while it is told.
    const NodeAnchor::Entry inside(*anchor());
    send_system(parent_->ref(), ChildrenStopped{});
  }
}

}  // namespace spinoff::engine
