#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/delayed_message.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/object_store.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/events.hpp>

#include "unwrap.hpp"

namespace spinoff::engine {

using detail::Handled;
using detail::RefAccess;

// Makes the actor known to what it calls: as the sender, the parent of what it spawns, the host of
// its coroutines.
class Cell::Turn {
 public:
  explicit Turn(Cell& cell) noexcept : outer_(t_running), outer_self_(detail::t_self) {
    t_running = &cell;
    detail::t_self = cell.as_sender();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    t_running = outer_;
    detail::t_self = outer_self_;
  }

 private:
  Cell* outer_;
  Sender outer_self_;
};

Cell::Cell() noexcept : Target(detail::TargetKind::actor) {}

Cell& Cell::create(NodeAnchor& anchor, Cell* parent, const detail::ActorType& type,
                   detail::FactoryPtr factory, Name name) {
  Cell& cell = *ObjectStore<Cell>::take();
  cell.generation_ = cell.begin_life(&anchor);
  cell.type_ = &type;
  cell.factory_ = std::move(factory);
  cell.name_ = std::move(name);
  cell.state_ = State::created;
  cell.ending_ = cell.poisoned_ = cell.busy_ = cell.held_ = cell.unhandled_ = cell.step_due_ =
      false;
  cell.parent_ = parent;
  if (parent != nullptr) {
    parent->retain();  // so that a Ref to the child always finds its whole path
  }
  cell.mailbox_.open();
  return cell;
}

void Cell::abandon() noexcept {
  factory_.reset();
  drop_user_mail();
  refuse_system_mail();
  release();
}

// Closes the first queue; what is in it are dead letters, in order.
void Cell::drop_user_mail() {
  const Ref self = ref();
  mailbox_.close_user();
  while (Envelope* const left = mailbox_.pop_pending()) {
    node().dead_letter(self, EnvelopePtr(left));
  }
}

void Cell::refuse_system_mail() {
  for (Envelope* next = mailbox_.close_system(); next != nullptr;) {
    EnvelopePtr message(next);
    next = message->next;
    refuse_system(std::move(message));
  }
}

// A stopped actor keeps its name for the refs to it; with the last of them that goes as well. A
// loop, since the last ref to a deep descendant holds the places of all above it.
void Cell::retire() noexcept {
  for (Cell* cell = this; cell != nullptr;) {
    cell->name_ = Name{};
    cell->children_.reset();
    Cell* const parent = std::exchange(cell->parent_, nullptr);
    ObjectStore<Cell>::put(cell);
    cell = parent != nullptr && parent->drop_count() ? parent : nullptr;
  }
}

namespace {

std::string_view short_name(const detail::ActorType& type) {
  return type.name.substr(type.name.rfind('.') + 1);
}

}  // namespace

std::string Cell::name_text() const {
  if (name_.number == 0) {
    return name_.given;
  }
  std::string text = "$";
  text += short_name(*type_);
  text += '-';
  text += std::to_string(name_.number);
  return text;
}

std::string Cell::path() const {
  std::vector<const Cell*> line;
  for (const Cell* cell = this; cell->parent_ != nullptr; cell = cell->parent_) {
    line.push_back(cell);
  }
  std::string text;
  for (auto cell = line.rbegin(); cell != line.rend(); ++cell) {
    text += '/';
    text += (*cell)->name_text();
  }
  return text;
}

void Cell::schedule() {
  if (t_running != nullptr && t_running->anchor() == anchor()) {
    node().executor().schedule(*this);
    return;
  }
  // The cell waits for this turn, so its node cannot end before the call; but it could during it.
  const NodeAnchor::Entry entry(*anchor());
  entry.node()->executor().schedule(*this);
}

void Cell::run_turn() noexcept {
  const Turn turn(*this);
  unsigned left = node().options().turn_budget;
  for (;;) {
    if (mailbox_.has_system()) [[unlikely]] {
      for (Envelope* next = mailbox_.take_system(); next != nullptr;) {
        EnvelopePtr message(next);
        next = message->next;
        process_system(std::move(message));
      }
    }
    if (!takes_messages()) [[unlikely]] {
      if (state_ == State::created && !held_) {
        start_instance(false);
      } else if (step_due_ && !(held_ && state_ == State::restarting)) {
        step_due_ = false;
        if (advance()) {
          return;
        }
      } else if (!mailbox_.absorb() && !mailbox_.has_system() && mailbox_.try_idle()) {
        return;
      }
      continue;
    }
    Envelope* const message = mailbox_.next();
    if (message == nullptr) {
      if (!mailbox_.has_system() && mailbox_.try_idle()) {
        return;
      }
      continue;
    }
    if (left == 0) {
      mailbox_.put_back(message);
      schedule();
      return;
    }
    --left;
    handle(EnvelopePtr(message));
  }
}

void Cell::handle(EnvelopePtr message) {
  if (message->target_generation != generation_) [[unlikely]] {
    // Sent to an actor that had this place before.
    node().dead_letter(Ref(), std::move(message));
    return;
  }
  if (message->type().kind != detail::MessageKind::user) [[unlikely]] {
    handle_special(std::move(message));
    return;
  }
  give(std::move(message));
}

void Cell::give(EnvelopePtr message) {
  current_ = std::move(message);
  unhandled_ = false;
  try {
    const Handled handled = type_->receive(*instance_, current_);
    if ((handled == Handled::no || unhandled_) && current_ != nullptr) [[unlikely]] {
      if (current_->type().kind == detail::MessageKind::terminated) {
        throw UnhandledTermination("the actor watched " +
                                   current_->as<Terminated>().actor.to_string() +
                                   ", which has stopped, and has no handler for Terminated");
      }
      publish_unhandled(std::move(current_));
    }
  } catch (...) {
    fail(std::current_exception());
  }
  if (extras_ != nullptr && extras_->coroutines != nullptr) [[unlikely]] {
    after_coroutine();
    if (busy_) {
      return;  // the message stays until its handler is done
    }
  }
  current_.reset();
}

void Cell::handle_special(EnvelopePtr message) {
  switch (message->type().kind) {
    case detail::MessageKind::poison:
      request_stop(false, true);
      return;
    case detail::MessageKind::terminated:
      // Else it is not watched, or not any more.
      if (extras_ != nullptr && extras_->watching.erase(message->as<Terminated>().actor) != 0) {
        give(std::move(message));
      }
      return;
    default:
      break;
  }
  try {
    message = unwrap(std::move(message), *anchor());
  } catch (const DecodeError&) {  // told by unwrap
    return;
  } catch (...) {  // it cannot be copied
    node().publish_error(ref(), std::current_exception(), {});
    return;
  }
  if (message != nullptr) {
    give(std::move(message));
  }
}

void Cell::publish_unhandled(EnvelopePtr message) {
  node().refuse_ask(*message, "the actor " + ref().to_string() + " has no handler for " +
                                  std::string(message->type().name));
  const Sender from = message->sender();
  const Ref sender = RefAccess::hold(from.target, from.generation);
  node().events().publish(UnhandledMessage{ref(), AnyMessage(std::move(message)), sender});
}

Ref Cell::sender() const noexcept {
  if (current_ == nullptr) {
    return {};
  }
  const Sender sender = current_->sender();
  return RefAccess::borrow(sender.target, sender.generation);
}

void Cell::forward(const Ref& to) {
  if (current_ != nullptr) {
    detail::deliver(RefAccess::target(to), RefAccess::generation(to), std::move(current_));
  }
}

CoroutineHost& Cell::coroutines() {
  Extras& more = extras();
  if (more.coroutines == nullptr) {
    more.coroutines = std::make_unique<CoroutineHost>();
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
  if (held_ || state_ == State::suspended) {
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
    busy_ = host.purpose() == CoroutineHost::Purpose::handler;
    if (ending_ && host.may_stop()) {
      begin_stop(false);
    }
    return;
  }
  const CoroutineHost::Purpose purpose = host.purpose();
  std::exception_ptr error = host.finish();
  busy_ = false;
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
      } else if (ending_) {
        begin_stop(false);
      }
      current_.reset();
      break;
    case CoroutineHost::Purpose::post_stop:
      if (error != nullptr) {
        node().publish_error(ref(), error, {});
      }
      step_due_ = true;
      break;
  }
}

Cell::Extras& Cell::extras() {
  if (extras_ == nullptr) {
    extras_ = std::make_unique<Extras>();
  }
  return *extras_;
}

}  // namespace spinoff::engine
