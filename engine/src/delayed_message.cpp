#include <stdexcept>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/delayed_message.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/timer.hpp>

namespace spinoff {

namespace detail {

DelayedMessage::DelayedMessage(Ref to, std::chrono::nanoseconds period, EnvelopePtr message)
    : to_(std::move(to)), period_(period), message_(std::move(message)) {}

engine::Clock::time_point DelayedMessage::fire(engine::Clock::time_point due) {
  Target* const target = RefAccess::target(to_);
  EnvelopePtr message;
  if (target->is_actor()) {
    message = Envelope::make<Scheduled>(Sender{}, *this);
  } else {
    // Nobody would look whether the message was cancelled: the time to claim is now.
    try {
      message = claim();
    } catch (...) {  // it cannot be copied
      const engine::NodeAnchor::Entry entry(*target->anchor());
      if (entry.node() != nullptr) {
        entry.node()->publish_error(to_, std::current_exception(), {});
      }
    }
  }
  if (message != nullptr) {
    deliver_or_drop(target, RefAccess::generation(to_), std::move(message));
  }
  if (period_ == std::chrono::nanoseconds::zero() ||
      state_.load(std::memory_order_acquire) == State::cancelled) {
    return engine::Clock::time_point::max();
  }
  if (target->is_actor() && static_cast<engine::Cell*>(target)->mailbox().is_closed()) {
    return engine::Clock::time_point::max();  // it would only make dead letters, for ever
  }
  return engine::due_after(due, period_);
}

EnvelopePtr DelayedMessage::claim() {
  if (period_ == std::chrono::nanoseconds::zero()) {
    State expected = State::armed;
    return state_.compare_exchange_strong(expected, State::claimed) ? std::move(message_) : nullptr;
  }
  if (state_.load(std::memory_order_acquire) == State::cancelled) {
    return nullptr;
  }
  Sender sender = message_->sender();
  sender.counted = false;
  return Envelope::make_dynamic(message_->type(), sender, [&](void* place) {
    message_->type().copy(message_->payload(), place);
  });
}

void DelayedMessage::cancel() noexcept {
  State expected = State::armed;
  if (!state_.compare_exchange_strong(expected, State::cancelled)) {
    return;
  }
  const engine::NodeAnchor::Entry entry(*RefAccess::target(to_)->anchor());
  if (entry.node() != nullptr) {
    entry.node()->timers().cancel(*this);
  }
}

Timer start_timer(const Ref& wanted, std::chrono::nanoseconds delay,
                  std::chrono::nanoseconds period, EnvelopePtr message) {
  const Ref to = RefAccess::hold(wanted);  // nobody, if it has stopped and its place is taken
  Target* const target = RefAccess::target(to);
  if (target == nullptr) {
    deliver(nullptr, 0, std::move(message));
    return {};
  }
  if (period < std::chrono::nanoseconds::zero() ||
      (period == std::chrono::nanoseconds::zero() && delay < period)) {
    throw std::invalid_argument("a timer's delay or period is negative: give zero or more");
  }
  const engine::NodeAnchor::Entry entry(*target->anchor());
  if (entry.node() == nullptr) {
    return {};
  }
  engine::TimerService& timers = entry.node()->timers();
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): counts its own references
  Timer timer(new DelayedMessage(to, period, std::move(message)));
  timers.start(*timer.task_, engine::due_after(timers.now(), delay));
  return timer;
}

}  // namespace detail

Timer::~Timer() {
  if (task_ != nullptr) {
    task_->release();
  }
}

bool Timer::has_ended() const noexcept {
  return task_ == nullptr || task_->has_ended();
}

void Timer::cancel() noexcept {
  if (task_ != nullptr) {
    task_->cancel();
  }
}

}  // namespace spinoff
