// What happens in a turn: system messages first, then messages one by one, until there are none or
// the budget is used up.
#include <cassert>
#include <utility>

#include <spinoff/detail/routed.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/delayed_message.hpp>
#include <spinoff/engine/lane.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/ticket.hpp>
#include <spinoff/engine/worker.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/events.hpp>

#include "deliver.hpp"
#include "unwrap.hpp"

namespace spinoff::engine {

using detail::Handled;
using detail::RefAccess;

// Makes the actor known to what it calls: as the sender, the parent of what it spawns, the host of
// its coroutines.
class Cell::Turn {
 public:
  explicit Turn(Cell& cell) noexcept : outer_(running()) { enter(cell); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    detail::t_self = nullptr;
    if (outer_ != nullptr) [[unlikely]] {
      enter(*outer_);
    }
  }

 private:
  static void enter(Cell& cell) noexcept {
    detail::t_self = &cell;
    detail::t_self_generation = cell.generation_;
  }

  Cell* outer_;
};

namespace {

void schedule_at(NodeCore& node, Cell& cell) {
  if (const Home home = cell.home(); node.dispatchers().has(home)) [[unlikely]] {
    node.dispatchers().schedule(cell, home);
  } else {
    node.executor().schedule(cell);
  }
}

}  // namespace

void Cell::schedule() {
  if (running() != nullptr && running()->anchor() == anchor()) {
    // Its node is there as long as its turn; this one's place may be another node's by now.
    schedule_at(running()->node(), *this);
    return;
  }
  // By now the actor may have handled the message and stopped, and its node may have ended, or the
  // place may be another node's.
  const NodeAnchor::Entry entry(*anchor());
  if (entry.node() != nullptr) {
    schedule_at(*entry.node(), *this);
  }
}

void Cell::start() {
  if (running() != nullptr && running()->anchor() == anchor()) {
    node().executor().start(*this);
    return;
  }
  const NodeAnchor::Entry entry(*anchor());  // it waits for its children
  entry.node()->executor().start(*this);
}

// Takes the message over. Bare pointers on this way stay in registers.
inline void Cell::handle(Envelope* message) {
  if (message->target_generation != generation_) [[unlikely]] {
    // Sent to an actor that had this place before.
    node().dead_letter(Ref(), take_one(message));
    return;
  }
  if (message->type().kind != detail::MessageKind::user) [[unlikely]] {
    handle_special(EnvelopePtr(message));
    return;
  }
  give(message);
}

inline void Cell::give(Envelope* message) {
  assert(current_ == nullptr);
  // So the next line has nothing to destroy.
  [[maybe_unused]] const Envelope* const none = current_.release();
  current_.reset(message);
  try {
    if (receive_(*instance_, current_) == Handled::no) [[unlikely]] {
      refuse(current_);
    }
  } catch (...) {
    fail(std::current_exception());
  }
  if (current_ != nullptr || !aftermath_.none()) [[unlikely]] {
    after_message();
  }
}

void Cell::after_message() {
  if (aftermath_.coroutines) {
    after_coroutine();
    if (condition_.busy) {
      return;  // the message stays until its handler is done
    }
  }
  let_go_of_message();
}

// It has been handled, or is given up.
void Cell::let_go_of_message() {
  if (aftermath_.unhandled) {
    aftermath_.unhandled = false;
    refuse(extras_->unhandled);
  }
  if (aftermath_.coroutines) {
    extras_->counted.reset();
  }
  current_.reset();
}

// Where it waits. What it was handling stays until the frame has gone, which may refer to it.
void Cell::drop_coroutine() {
  if (extras_ != nullptr && extras_->coroutines != nullptr) {
    if (extras_->coroutines->is_handling()) {
      refuse_asker(ref().to_string() + " was stopped or restarted before it had replied");
    }
    extras_->coroutines->drop();
  }
  condition_.busy = false;
  let_go_of_message();
}

void Cell::refuse(EnvelopePtr& message) {
  if (message->type().kind == detail::MessageKind::terminated) {
    throw UnhandledTermination("the actor watched " + message->as<Terminated>().actor.to_string() +
                               ", which has stopped, and has not handled its Terminated");
  }
  publish_unhandled(std::move(message));
}

// The actor goes on to look at the message, which is kept until it has returned.
void Cell::mark_unhandled() {
  if (current_ != nullptr && current_->type().kind == detail::MessageKind::terminated) {
    refuse(current_);
  } else if (current_ != nullptr) {
    extras().unhandled = std::move(current_);
    aftermath_.unhandled = true;
  }
}

// Whether the turn is over. Then the cell may be another thread's.
inline bool Cell::settle() noexcept {
  Worker* const worker = Worker::current();
  return worker != nullptr ? worker->settle(*this) : settle_elsewhere();
}

bool Cell::settle_elsewhere() noexcept {
  Lane* const lane = Lane::current();
  return lane != nullptr ? lane->settle(*this) : mailbox_.try_idle();
}

// The turn is over, and there is more to do.
void Cell::yield() {
  if (Lane* const lane = Lane::current(); lane != nullptr) {
    lane->yield(*this);
  } else {
    node().executor().yield(*this);
  }
}

template <class Seen>
[[gnu::always_inline]] inline unsigned Cell::take_turn(unsigned budget, Seen seen) noexcept {
  const Turn turn(*this);
  unsigned left = budget;
  for (;;) {
    if (mailbox_.has_system() || !condition_.is_plain()) [[unlikely]] {
      process_system_mail();
      if (!takes_messages()) {
        // By value: `left` stays in a register.
        const Step step = take_other_step(left != 0);
        if (step == Step::last) {
          return budget - left;
        }
        left -= step == Step::counted ? 1 : 0;
        continue;
      }
    }
    Envelope* const message = mailbox_.next();
    if (message == nullptr) {
      if (settle()) {
        return budget - left;
      }
      continue;
    }
    if (left == 0) [[unlikely]] {
      mailbox_.put_back(message);
      note_length();
      yield();
      return budget;
    }
    --left;
    seen(message);
    handle(message);
  }
}

unsigned Cell::run_turn() noexcept {
  return take_turn(node().options().turn_budget, [](Envelope*) {});
}

unsigned Cell::run_turn(unsigned budget, TurnObserver& observer) noexcept {
  return take_turn(budget, [&](Envelope* message) { observer.handles(*this, *message); });
}

void Cell::process_system_mail() {
  stop_if_due();
  if (mailbox_.has_system()) {
    for (Envelope* next = mailbox_.take_system(); next != nullptr;) {
      EnvelopePtr message(next);
      next = message->next.load(std::memory_order_relaxed);
      process_system(std::move(message));
    }
  }
  stop_if_due();
}

void Cell::stop_if_due() {
  if (condition_.stop_due) {
    condition_.stop_due = false;
    request_stop(false);
  }
}

// What an actor does that does not take messages. With no budget it yields where a step counts.
Cell::Step Cell::take_other_step(bool has_budget) {
  if (condition_.state == State::created && !condition_.held) {
    start_instance(false);
    return Step::free;
  }
  if (condition_.step_due && !(condition_.held && condition_.state == State::restarting)) {
    condition_.step_due = false;
    return advance() ? Step::last : Step::free;
  }
  const bool ends = condition_.state == State::stopping || condition_.state == State::finishing;
  if (mailbox_.absorb() || (ends && mailbox_.has_pending())) {
    if (ends) {
      drop_mail();
    }
    note_length();
    if (!has_budget) {
      yield();
      return Step::last;
    }
    return Step::counted;
  }
  if (mailbox_.has_system()) {
    return Step::free;
  }
  note_length();
  return settle() ? Step::last : Step::free;
}

// An actor that stops handles nothing more. Told at once: one of those who wait for an answer may
// be a child that has to stop before. Not what comes meanwhile: a waiting room may have no end.
void Cell::drop_mail() {
  for (std::size_t count = mailbox_.length(); count > 0; --count) {
    Envelope* const left = mailbox_.pop_pending();
    if (left == nullptr) {
      return;
    }
    node().dead_letter(ref(), take_one(left));
  }
}

void Cell::take_in() {
  if (!takes_messages()) {
    return;
  }
  mailbox_.absorb();
  while (takes_messages()) {
    Envelope* const message = mailbox_.pop_pending();
    if (message == nullptr) {
      return;
    }
    handle(message);
  }
}

void Cell::handle_special(EnvelopePtr message) {
  switch (message->type().kind) {
    case detail::MessageKind::poison:
      request_stop(false, true);
      return;
    case detail::MessageKind::terminated:
      // Else it is not watched, or not any more.
      if (extras_ != nullptr && extras_->watching.erase(message->as<Terminated>().actor)) {
        give(message.release());
      }
      return;
    case detail::MessageKind::scheduled:
      if (type_->takes_aside) {
        give(message.release());
      } else {
        handle_scheduled(message->as<detail::Scheduled>());
      }
      return;
    case detail::MessageKind::ticket:
      handle_ticket(std::move(message));
      return;
    case detail::MessageKind::encoded_run:
      handle_run(std::move(message));
      return;
    case detail::MessageKind::routed:
      // What it came in counts as long as it is there: until its handler is done.
      give(type_->takes_aside ? message.release() : detail::Routed::open(*message).release());
      if (condition_.busy) {
        extras_->counted = std::move(message);
      }
      return;
    default:
      break;
  }
  if (unwrap_here(message)) {
    give(message.release());
  }
}

// False if nothing is left of it.
bool Cell::unwrap_here(EnvelopePtr& message) {
  try {
    message = unwrap(std::move(message), *anchor());
  } catch (const DecodeError&) {  // told by unwrap
    message = nullptr;
  } catch (...) {  // it cannot be copied
    node().publish_error(ref(), std::current_exception(), {});
    message = nullptr;
  }
  return message != nullptr;
}

// The first of it. The others wait as if they had come one by one, also if this one ends the actor.
void Cell::handle_run(EnvelopePtr run) {
  EnvelopePtr first;
  try {
    first = unwrap_first(*run, *anchor());
  } catch (const DecodeError&) {  // told by unwrap
  } catch (...) {
    node().publish_error(ref(), std::current_exception(), {});
  }
  put_back_rest(std::move(run));
  if (first != nullptr) {
    give(first.release());
  }
}

void Cell::put_back_rest(EnvelopePtr run) noexcept {
  if (messages_in(*run) > 0) {
    mailbox_.put_back_rest(run.release());
  }
}

// What the mailbox gave; but of a run only the first, and the others are put back.
EnvelopePtr Cell::take_one(Envelope* message) {
  EnvelopePtr given(message);
  if (!EncodedRun::is_one(*given)) {
    return given;
  }
  EnvelopePtr first = EncodedRun::take_first(*given);
  put_back_rest(std::move(given));
  return first;
}

// What a process may take aside stays in its ticket, and so in the waiting room, until it is got.
void Cell::handle_ticket(EnvelopePtr ticket) {
  EnvelopePtr& drawn = Ticket::draw(*ticket);
  if (type_->takes_aside) {
    if (drawn->type().kind == detail::MessageKind::encoded && !unwrap_here(drawn)) {
      return;
    }
    const detail::MessageKind kind = drawn->type().kind;
    if (kind == detail::MessageKind::user || kind == detail::MessageKind::scheduled ||
        kind == detail::MessageKind::routed) {
      give(ticket.release());
      return;
    }
  }
  EnvelopePtr message = Ticket::open(*ticket);
  if (message->type().kind == detail::MessageKind::user) {
    give(message.release());
  } else {
    handle_special(std::move(message));
  }
}

void Cell::handle_scheduled(const detail::Scheduled& due) {
  EnvelopePtr message;
  try {
    message = due.task->claim();
  } catch (...) {  // it cannot be copied
    node().publish_error(ref(), std::current_exception(), {});
  }
  if (message != nullptr) {
    message->target_generation = generation_;
    give(message.release());
  }
  due.task->handled(node().timers());
}

void Cell::publish_unhandled(EnvelopePtr message) {
  node().refuse_ask(*message, "the actor " + ref().to_string() + " has no handler for " +
                                  std::string(message->type().name));
  const Sender from = message->sender();
  const Ref sender = RefAccess::hold(from.target, from.generation);
  node().events().publish(UnhandledMessage{ref(), AnyMessage(std::move(message)), sender});
}

Ref Cell::sender() const noexcept {
  const Envelope* const message = current_message();
  if (message == nullptr) [[unlikely]] {
    return {};
  }
  const Sender sender = message->sender();
  if (sender.counted) {  // only the message holds it, and the Ref may be kept
    return RefAccess::hold(sender.target, sender.generation);
  }
  return RefAccess::borrow(sender.target, sender.generation);
}

EnvelopePtr Cell::take_current() noexcept {
  EnvelopePtr message = std::move(aftermath_.unhandled ? extras_->unhandled : current_);
  aftermath_.unhandled = false;
  return message;
}

void Cell::put_back(EnvelopePtr message) noexcept {
  message->target_generation = generation_;
  mailbox_.put_back(message.release());
}

void Cell::forward(const Ref& to) {
  // It stays this actor's if that mailbox is full and says so to the sender.
  EnvelopePtr& message = aftermath_.unhandled ? extras_->unhandled : current_;
  if (message != nullptr) {
    detail::deliver_or_throw(RefAccess::target(to), RefAccess::generation(to), message,
                             IfFull::fail);
  }
  aftermath_.unhandled = false;
}

CoroutineHost& Cell::coroutines() {
  Extras& more = extras();
  if (more.coroutines == nullptr) {
    more.coroutines = std::make_unique<CoroutineHost>();
    aftermath_.coroutines = true;
  }
  return *more.coroutines;
}

void Cell::run_coroutine(Task<> task, CoroutineHost::Purpose purpose) {
  if (!task) {
    return;
  }
  coroutines().start(std::move(task), purpose);
  after_coroutine();
}

void Cell::wake(std::uint64_t token) {
  if (extras_ == nullptr || extras_->coroutines == nullptr) {
    return;
  }
  if (condition_.held || condition_.state == State::suspended) {
    extras_->held_wakes.push_back(token);
    return;
  }
  extras_->coroutines->wake(token);
  after_coroutine();
}

// Whenever the coroutine may have moved: is it done, and what follows?
void Cell::after_coroutine() {
  CoroutineHost& host = *extras_->coroutines;
  if (!host.active()) {
    return;
  }
  if (!host.done()) {
    condition_.busy = host.purpose() == CoroutineHost::Purpose::handler;
    if (condition_.ending && may_stop_now(condition_.poisoned)) {
      begin_stop(false);
    }
    return;
  }
  const CoroutineHost::Purpose purpose = host.purpose();
  std::exception_ptr error = host.finish();
  condition_.busy = false;
  switch (purpose) {
    case CoroutineHost::Purpose::run:
      if (error != nullptr) {
        fail(std::move(error));
      } else {
        begin_stop(false);
      }
      break;
    case CoroutineHost::Purpose::handler:
      if (error != nullptr) {
        fail(std::move(error));
      }
      let_go_of_message();
      if (condition_.ending) {
        begin_stop(false);
      }
      break;
    case CoroutineHost::Purpose::post_stop:
      if (error != nullptr) {
        node().publish_error(ref(), error, {});
      }
      condition_.step_due = true;
      break;
  }
}

}  // namespace spinoff::engine
