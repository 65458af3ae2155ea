#include <stdexcept>
#include <string>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/process.hpp>

namespace spinoff {

namespace detail {

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
  message_ = process_.kept_.take(wanted_);
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

}  // namespace detail

detail::Handled Process::receive_any(detail::Behavior& process, detail::EnvelopePtr& message) {
  auto& self = static_cast<Process&>(process);
  detail::MessageWait* const wait = self.waiting_;
  bool wanted = false;
  try {
    wanted = wait != nullptr && wait->wanted_.fits(detail::content_of(*message));
  } catch (...) {  // the error tells of the message itself
    message = detail::claimed(std::move(message));
    throw;
  }
  if (!wanted) {
    self.kept_.add(std::move(message));
    if (self.kept_.size() % engine::Mailbox::kBunch == 0) {
      self.cell().note_length(self.kept_.size());
    }
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
  while (detail::EnvelopePtr message = kept_.take({})) {
    cell().refuse(message);
  }
}

}  // namespace spinoff
