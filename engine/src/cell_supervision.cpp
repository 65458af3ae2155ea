// What follows an error. The failed actor is suspended, and holds all below it, until its parent
// has decided; the parent decides in a turn of its own. Each decision names the failure that it is
// about, so one that comes late means nothing.
#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/events.hpp>

namespace spinoff::engine {

void Cell::fail(std::exception_ptr error) {
  if (current_ != nullptr) {
    node().refuse_ask(*current_, describe(error));
  } else if (instance_ != nullptr) {
    instance_->refuse_asker(describe(error));
  }
  node().publish_error(ref(), error, AnyMessage(std::move(current_)));
  if (condition_.state == State::stopping || condition_.state == State::finishing) {
    return;
  }
  if (stop_requested()) {
    begin_stop(false);
    return;
  }
  condition_.state = State::suspended;
  Extras& more = extras();
  more.failure = error;
  ++more.failures;
  hold_children(true);
  if (parent_ != nullptr) {
    send_system(parent_->ref(), ChildFailed{ref(), std::move(error), more.failures});
  }
}

void Cell::decide(const ChildFailed& failed) {
  if (condition_.state == State::restarting || condition_.state == State::stopping ||
      condition_.state == State::finishing || instance_ == nullptr) {
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
  if (condition_.state != State::suspended || decided.number != extras_->failures) {
    return;  // it failed again since, or is being stopped
  }
  switch (decided.decision) {
    case Decision::Resume: {
      // A process whose run has thrown has nothing to go on with, nor has one that never started.
      const bool run_is_over =
          factory_->has_run() && (extras_->coroutines == nullptr || !extras_->coroutines->active());
      if (extras_->never_started || instance_ == nullptr || run_is_over) {
        begin_restart();
        return;
      }
      condition_.state = State::running;
      extras_->failure = nullptr;
      for (const auto& [child, number] : std::exchange(extras_->escalated, {})) {
        send_system(child, Decided{Decision::Resume, number});
      }
      if (!condition_.held) {
        hold_children(false);
      }
      resume();
      return;
    }
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
  if (extras_ == nullptr || condition_.held || condition_.state == State::suspended) {
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

}  // namespace spinoff::engine
