#include <spinoff/detail/content.hpp>
#include <spinoff/detail/routed.hpp>
#include <spinoff/engine/delayed_message.hpp>
#include <spinoff/engine/ticket.hpp>

namespace spinoff::detail {

Content content_of(Envelope& message) {
  switch (message.type().kind) {
    case MessageKind::ticket:
      return content_of(*engine::Ticket::draw(message));
    case MessageKind::scheduled: {
      DelayedMessage& task = *message.as<Scheduled>().task;
      return {task.type(), task.payload()};
    }
    case MessageKind::routed:
      return content_of(*message.as<Routed>().message);
    default:
      return {message.type(), message.payload()};
  }
}

}  // namespace spinoff::detail
