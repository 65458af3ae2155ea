// What follows an error, in the actor that has failed. It is suspended, and holds all below it,
// until its parent has decided; the parent decides in a turn of its own (cell_children.cpp), and
// answers with a Decided about this one failure, or with an Order to all its children.
//
// Each failure has a number. A Decided, and the timer of a backoff, name the one that they are
// about: so what comes late, after another failure, an order, a restart or a stop, means nothing.
// Only a Stop holds in any case: to fail again does not save an actor from it.
#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/engine/system_timer.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/events.hpp>

namespace spinoff::engine {

SupervisionState& Cell::supervision() {
  Extras& more = extras();
  if (more.supervision == nullptr) {
    more.supervision = std::make_unique<SupervisionState>();
  }
  return *more.supervision;
}

void Cell::fail(std::exception_ptr error) {
  // While a handler waits, it is the error of a child, and not about the message.
  EnvelopePtr about;
  if (!condition_.busy) {
    refuse_asker(describe(error));
    about = std::move(current_);
  }
  if (extras_ == nullptr || !extras_->stands_for.is_local()) {  // else it was published there
    node().publish_error(shown(), error, AnyMessage(std::move(about)));
  }
  if (condition_.state == State::stopping || condition_.state == State::finishing ||
      condition_.ending || condition_.stop_due) {
    node().events().publish(ErrorIgnored{shown(), std::move(error)});
    if (condition_.ending && !extras_->coroutines->active()) {  // else it is a child's
      begin_stop(false);
    }
    return;
  }
  suspend(error);
  if (parent_ != nullptr) {
    SupervisionState& more = supervision();
    more.open.emplace_back(std::make_shared<OpenError>(), error);
    send_system(parent_->ref(), ChildFailed{ref(), std::move(error), more.failures, more.obeyed,
                                            more.open.back().first, shown()});
  }
}

void Cell::suspend(std::exception_ptr reason) {
  condition_.state = State::suspended;
  SupervisionState& more = supervision();
  more.failure = std::move(reason);
  ++more.failures;
  more.backoff.reset();
  hold_children(true);
}

void Cell::refuse_asker(std::string_view reason) {
  if (current_ != nullptr) {
    node().refuse_ask(*current_, reason);
  } else if (instance_ != nullptr) {
    instance_->refuse_asker(reason);
  }
}

void Cell::apply(const Decided& decided) {
  const bool is_latest = decided.number == supervision().failures;
  if (condition_.state != State::suspended ||
      (!is_latest && decided.decision.kind() != Decision::Stop)) {
    return;
  }
  switch (decided.decision.kind()) {
    case Decision::Resume:
      go_on();
      return;
    case Decision::Restart: {
      const Restart& how = decided.decision.how();
      const auto delay = supervision().restarts.next(how, node().timers().now(), node().random());
      if (delay.has_value()) {
        restart_after(*delay, how.keep_children);
      } else {
        begin_stop(false);
      }
      return;
    }
    default:
      begin_stop(false);
      return;
  }
}

// An actor that is being stopped, or restarted, or that has not started yet, goes on with that.
void Cell::obey(const Order& order) {
  supervision().obeyed = order.number;
  switch (order.kind) {
    case Decision::Resume:
      if (condition_.state == State::suspended && supervision().backoff == nullptr) {
        ignore_open();
        go_on();
      }
      return;
    case Decision::Restart:
      if (condition_.state == State::running && !condition_.ending) {
        refuse_asker(describe(order.reason));
        suspend(order.reason);
      } else if (condition_.state == State::suspended) {
        ignore_open();
        suspend(supervision().failure);
      } else {
        return;
      }
      restart_after(order.delay, order.keep_children);
      return;
    default:
      request_stop(false);
      return;
  }
}

void Cell::restart_after(std::chrono::nanoseconds delay, bool keep_children) {
  SupervisionState& more = supervision();
  more.keeps_children = keep_children;
  if (delay <= std::chrono::nanoseconds(0)) {
    begin_restart();
    return;
  }
  TimerService& timers = node().timers();
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): counts its own references
  more.backoff = OwnTimer(new SystemTimer<RestartDue>(ref(), {more.failures}), {&timers});
  timers.start(*more.backoff, due_after(timers.now(), delay));
}

void Cell::restart_if_due(const RestartDue& due) {
  if (condition_.state == State::suspended && due.number == supervision().failures) {
    begin_restart();
  }
}

void Cell::go_on() {
  SupervisionState& more = supervision();
  const bool run_is_over =
      factory_->has_run() && (extras_->coroutines == nullptr || !extras_->coroutines->active());
  if (more.never_started || run_is_over) {
    node().events().publish(RestartedInstead{ref()});
    more.keeps_children = false;
    begin_restart();
    return;
  }
  condition_.state = State::running;
  more.failure = nullptr;
  more.open.clear();
  for (const auto& [child, number] : std::exchange(more.escalated, {})) {
    send_system(child, Decided{Decision::Resume, number});
  }
  if (!condition_.held) {
    hold_children(false);
  }
  resume();
}

// Tells of those errors that its parent has not been asked about yet.
void Cell::ignore_open() {
  for (const auto& [open, error] : std::exchange(supervision().open, {})) {
    if (open->take()) {
      node().events().publish(ErrorIgnored{shown(), error});
    }
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
