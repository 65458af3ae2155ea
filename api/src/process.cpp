#include <algorithm>
#include <stdexcept>
#include <string>

#include <spinoff/detail/routed.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/delayed_message.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/ticket.hpp>
#include <spinoff/process.hpp>

namespace spinoff {

namespace detail {

namespace {

// A timer's message lies in the timer until it is claimed, which is when the process takes it:
// until then a cancel still holds. One that a router counts, or a waiting room, lies in an envelope
// of its own.
struct Content {
  const MessageType& type;
  void* payload;
};
Content content(Envelope& message) {
  switch (message.type().kind) {
    case MessageKind::ticket:
      return content(*engine::Ticket::draw(message));
    case MessageKind::scheduled: {
      DelayedMessage& task = *message.as<Scheduled>().task;
      return {task.type(), task.payload()};
    }
    case MessageKind::routed:
      return content(*message.as<Routed>().message);
    default:
      return {message.type(), message.payload()};
  }
}

// Null if it was cancelled, or cannot be copied, which an Error event tells.
EnvelopePtr claimed(EnvelopePtr message) {
  if (message->type().kind == MessageKind::ticket) {
    return claimed(engine::Ticket::open(*message));
  }
  if (message->type().kind == MessageKind::routed) {
    return Routed::open(*message);
  }
  if (message->type().kind != MessageKind::scheduled) {
    return message;
  }
  engine::Cell& cell = *engine::Cell::running();
  DelayedMessage& task = *message->as<Scheduled>().task;
  EnvelopePtr claimed;
  try {
    claimed = task.claim();
  } catch (...) {
    cell.node().publish_error(cell.ref(), std::current_exception(), {});
  }
  task.handled(cell.node().timers());
  return claimed;
}

auto tells_end_of(const Ref& actor) {
  return [&actor](const auto& kept) {
    return static_cast<Terminated*>(content(*kept.message).payload)->actor == actor;
  };
}

}  // namespace

void KeptMessages::add(EnvelopePtr message) {
  Queue& queue = by_type_[&content(*message).type];
  queue.push_back({++last_order_, std::move(message)});
}

EnvelopePtr KeptMessages::take_at(Queue& queue, std::size_t index) {
  const auto at = queue.begin() + static_cast<std::ptrdiff_t>(index);
  EnvelopePtr message = std::move(at->message);
  queue.erase(at);
  return message;
}

EnvelopePtr KeptMessages::take_wanted(const MessageType* const* types, std::size_t count,
                                      const void* filter, Accepts accepts) {
  Queue* oldest = nullptr;
  std::size_t oldest_at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto found = by_type_.find(types[i]);
    if (found == by_type_.end()) {
      continue;
    }
    Queue& queue = found->second;
    std::size_t at = 0;
    while (at < queue.size() && accepts != nullptr &&
           !accepts(filter, content(*queue[at].message).payload)) {
      ++at;
    }
    if (at < queue.size() && (oldest == nullptr || queue[at].order < (*oldest)[oldest_at].order)) {
      oldest = &queue;
      oldest_at = at;
    }
  }
  return oldest == nullptr ? nullptr : take_at(*oldest, oldest_at);
}

EnvelopePtr KeptMessages::take(const MessageType* const* types, std::size_t count,
                               const void* filter, Accepts accepts) {
  while (EnvelopePtr oldest = take_wanted(types, count, filter, accepts)) {
    if (EnvelopePtr message = claimed(std::move(oldest))) {
      return message;
    }
  }
  return nullptr;
}

EnvelopePtr KeptMessages::take_any() {
  while (EnvelopePtr oldest = take_oldest()) {
    if (EnvelopePtr message = claimed(std::move(oldest))) {
      return message;
    }
  }
  return nullptr;
}

EnvelopePtr KeptMessages::take_oldest() {
  Queue* oldest = nullptr;
  for (auto& [type, queue] : by_type_) {
    if (!queue.empty() && (oldest == nullptr || queue.front().order < oldest->front().order)) {
      oldest = &queue;
    }
  }
  return oldest == nullptr ? nullptr : take_at(*oldest, 0);
}

bool KeptMessages::empty() const noexcept {
  return std::ranges::all_of(by_type_, [](const auto& one) { return one.second.empty(); });
}

bool KeptMessages::has_end_of(const Ref& actor) const {
  const auto found = by_type_.find(&kMessageType<Terminated>);
  return found != by_type_.end() && std::ranges::any_of(found->second, tells_end_of(actor));
}

void KeptMessages::drop_end_of(const Ref& actor) {
  const auto found = by_type_.find(&kMessageType<Terminated>);
  if (found != by_type_.end()) {
    std::erase_if(found->second, tells_end_of(actor));
  }
}

MessageWait::~MessageWait() {
  if (process_.waiting_ == this) {
    process_.waiting_ = nullptr;
  }
}

bool MessageWait::await_ready() {
  if (process_.cell().drops_kept()) {
    return false;  // the process is stopped where it waits now; what is kept are dead letters
  }
  if (process_.cell().ends()) {
    throw std::logic_error(
        "an actor that has stopped gets no more messages: post_stop_async can "
        "ask, but not get");
  }
  message_ = types_ == nullptr ? process_.kept_.take_any()
                               : process_.kept_.take(types_, count_, filter_, accepts_);
  if (message_ == nullptr) {
    return false;
  }
  process_.note_sender(*message_);
  return true;
}

void MessageWait::await_suspend(std::coroutine_handle<> handle) {
  suspend(handle);
  process_.waiting_ = this;
}

bool MessageWait::wants(const MessageType& type, const void* message) const {
  if (types_ == nullptr) {
    return true;
  }
  for (std::size_t i = 0; i < count_; ++i) {
    if (types_[i] == &type) {
      return accepts_ == nullptr || accepts_(filter_, message);
    }
  }
  return false;
}

}  // namespace detail

detail::Handled Process::receive_any(detail::Behavior& process, detail::EnvelopePtr& message) {
  auto& self = static_cast<Process&>(process);
  detail::MessageWait* const wait = self.waiting_;
  bool wanted = false;
  try {
    const detail::Content come = detail::content(*message);
    wanted = wait != nullptr && wait->wants(come.type, come.payload);
  } catch (...) {  // the error tells of the message itself
    message = detail::claimed(std::move(message));
    throw;
  }
  if (!wanted) {
    self.kept_.add(std::move(message));
    return detail::Handled::yes;
  }
  message = detail::claimed(std::move(message));
  if (message == nullptr) {
    return detail::Handled::yes;
  }
  self.waiting_ = nullptr;
  self.note_sender(*message);
  wait->message_ = std::move(message);
  wait->resume();
  return detail::Handled::yes;
}

void Process::note_sender(const detail::Envelope& message) {
  sender_ = message.sender();
  if (sender_.counted || held_sender_) {
    held_sender_ =
        sender_.counted ? detail::RefAccess::hold(sender_.target, sender_.generation) : Ref();
  }
  cell().coroutines().set_handling(true);
}

void Process::pass_on(const Ref& to, detail::EnvelopePtr message) const {
  if (sender_.counted) {
    sender_.target->retain();  // the message's
  }
  detail::deliver(detail::RefAccess::target(to), detail::RefAccess::generation(to),
                  detail::Envelope::with_sender(std::move(message), sender_));
}

void Process::forward(const Ref& to, const AnyMessage& message) const {
  if (!message || message.envelope()->type().copy == nullptr) {
    throw std::invalid_argument(message
                                    ? "a message of type '" + std::string(message.type_name()) +
                                          "' cannot be copied: get it by its type, and forward that"
                                    : "an AnyMessage without a message cannot be forwarded");
  }
  detail::Envelope& original = *message.envelope();
  pass_on(to, detail::Envelope::make_dynamic(original.type(), detail::Sender{}, [&](void* place) {
            original.type().copy(original.payload(), place);
          }));
}

// To look for a message is to be done with the one before, as it is to wait for one. False if
// there is nothing to be handled any more, since the process is to stop.
bool Process::look_for_messages() {
  cell().coroutines().set_handling(false);
  if (cell().drops_kept()) {
    return false;
  }
  cell().take_in();
  return true;
}

void Process::refuse_asker(std::string_view reason) {
  cell().node().refuse_ask(sender_, reason);
}

void Process::unwatch(const Ref& actor) {
  Actor::unwatch(actor);
  kept_.drop_end_of(actor);
}

void Process::flush() {
  cell().take_in();
  while (detail::EnvelopePtr message = kept_.take_any()) {
    cell().publish_unhandled(std::move(message));
  }
}

}  // namespace spinoff
