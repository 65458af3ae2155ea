#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/message_chain.hpp>
#include <spinoff/ref.hpp>

namespace spinoff::engine {

void MessageChain::deliver_apart(EnvelopePtr message) {
  if (!EncodedRun::is_one(*message)) {
    detail::deliver_or_drop(to_, generation_, std::move(message));
    return;
  }
  while (messages_in(*message) > 0) {
    detail::deliver_or_drop(to_, generation_, EncodedRun::take_first(*message));
  }
}

void MessageChain::flush() noexcept {
  const std::size_t count = std::exchange(count_, 0);
  if (count == 0) {
    return;
  }
  if (to_->kind() == detail::TargetKind::actor) {
    auto& cell = *static_cast<Cell*>(to_);
    switch (cell.mailbox().push_chain(oldest_, newest_, count)) {
      case Push::queued:
        return;
      case Push::many:
        cell.note_length(generation_);
        return;
      case Push::woke:
        if (count >= Mailbox::kBunch) {  // it may have handled many before it looks itself
          cell.note_length(generation_);
        }
        cell.schedule();
        return;
      case Push::closed:
        break;
    }
  }
  // To what is no actor of the usual kind any more, or never was.
  for (Envelope* message = oldest_; message != nullptr;) {
    Envelope* const next =
        message == newest_ ? nullptr : message->next.load(std::memory_order_relaxed);
    deliver_apart(EnvelopePtr(message));
    message = next;
  }
}

}  // namespace spinoff::engine
