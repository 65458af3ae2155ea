// An actor that wants to know when it hears nothing. A message does not touch the timer, it only
// notes the time. The timer sends a SilenceCheck, in order with the messages; when the actor comes
// to it, either there was silence for long enough, or the timer is started for the rest.
#include <stdexcept>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>

#include "belongings.hpp"

namespace spinoff {

namespace {

struct SilenceCheck {
  static constexpr auto kKind = detail::MessageKind::silence_check;
};

}  // namespace

void Actor::set_receive_timeout(std::chrono::nanoseconds limit) {
  if (limit <= std::chrono::nanoseconds::zero()) {
    throw std::invalid_argument("a receive timeout must be more than zero");
  }
  cancel_receive_timeout();
  belongings().silence.emplace(limit, cell().node().timers().now(),
                               send_later(limit, SilenceCheck{}));
  choose_receive();
}

void Actor::cancel_receive_timeout() {
  if (belongings_ != nullptr && belongings_->silence.has_value()) {
    belongings_->silence->check.cancel();
    belongings_->silence.reset();
    choose_receive();
  }
}

detail::Handled Actor::receive_and_note_silence(detail::EnvelopePtr& message) {
  const engine::TimerService& timers = cell().node().timers();
  Belongings::Silence& silence = *belongings_->silence;
  if (&message->type() == &detail::kMessageType<SilenceCheck>) {
    const auto now = timers.now();
    const auto due = engine::due_after(silence.since, silence.limit);
    silence.check = send_later(now < due ? due - now : silence.limit, SilenceCheck{});
    if (now < due) {
      message.reset();
      return detail::Handled::yes;
    }
    message = detail::Envelope::make<ReceiveTimeout>(detail::Sender{});
  }
  // However the handler ends. It may have done away with the timeout.
  const auto note = [&timers](Belongings* own) noexcept {
    if (own->silence.has_value()) {
      own->silence->since = timers.now();
    }
  };
  const std::unique_ptr<Belongings, decltype(note)> at_end(belongings_.get(), note);
  return receive_as_behavior(message);
}

}  // namespace spinoff
