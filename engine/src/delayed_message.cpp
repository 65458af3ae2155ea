#include <algorithm>
#include <limits>
#include <memory>
#include <stdexcept>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/delayed_message.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/timer.hpp>

namespace spinoff {

namespace detail {

namespace {

// The wheel's unit, so that a period is not shorter than what it can keep.
std::chrono::nanoseconds whole_milliseconds(std::chrono::nanoseconds period) {
  using std::chrono::milliseconds;
  constexpr auto kLongest = std::chrono::floor<milliseconds>(std::chrono::nanoseconds::max());
  return period < kLongest ? std::chrono::ceil<milliseconds>(period) : kLongest;
}

}  // namespace

DelayedMessage::DelayedMessage(const Ref& to, Sender sender, const MessageType& type,
                               std::size_t own_size) noexcept
    : from_(from(to, sender)),
      own_size_(static_cast<std::uint8_t>(own_size)),
      to_(to),
      type_(&type) {
  if (from_ == From::other) {
    ::new (behind(own_size_)) Sender(sender);
  }
}

DelayedMessage::~DelayedMessage() {
  if (state_.load(std::memory_order_relaxed) != State::claimed && type_->destroy != nullptr) {
    type_->destroy(payload());
  }
}

template <class Task, class... Args>
DelayedMessage* DelayedMessage::build(const Ref& to, Envelope& message, Args... args) {
  const MessageType& type = message.type();
  const Sender sender = message.sender();
  const std::size_t more = (from(to, sender) == From::other ? sizeof(Sender) : 0) + type.size +
                           (type.alignment > alignof(Task) ? type.alignment : 0);
  DelayedMessage* const task = new (More{more}) Task(to, sender, type, args...);
  try {
    type.move(message.payload(), task->payload());
  } catch (...) {
    task->release();
    throw;
  }
  task->state_.store(State::armed, std::memory_order_relaxed);
  return task;
}

DelayedMessage* DelayedMessage::make(const Ref& to, Repeat repeat, std::chrono::nanoseconds period,
                                     engine::Clock::time_point due, Envelope& message) {
  return repeat == Repeat::never
             ? build<DelayedMessage>(to, message, sizeof(DelayedMessage))
             : build<RepeatedMessage>(to, message, repeat, whole_milliseconds(period), due);
}

DelayedMessage::From DelayedMessage::from(const Ref& to, Sender sender) noexcept {
  if (sender.target == nullptr) {
    return From::nobody;
  }
  return sender.target == RefAccess::target(to) && sender.generation == RefAccess::generation(to)
             ? From::receiver
             : From::other;
}

// Never counted: who starts a timer is an actor, or nobody.
Sender DelayedMessage::sender() noexcept {
  switch (from_) {
    case From::nobody:
      return {};
    case From::receiver:
      return RefAccess::sender(to_);
    case From::other:
      break;
  }
  return *std::launder(static_cast<Sender*>(behind(own_size_)));
}

void* DelayedMessage::payload() noexcept {
  void* place = behind(own_size_ + (from_ == From::other ? sizeof(Sender) : 0));
  std::size_t room = std::numeric_limits<std::size_t>::max();
  return std::align(type_->alignment, type_->size, place, room);
}

bool DelayedMessage::is_to_actor() const noexcept {
  return RefAccess::target(to_)->is_actor();
}

void DelayedMessage::post() {
  deliver_or_drop(RefAccess::target(to_), RefAccess::generation(to_),
                  Envelope::make<Scheduled>(Sender{}, *this));
}

// Nobody will look whether the message was cancelled: the time to claim is now.
void DelayedMessage::send_now() {
  EnvelopePtr message;
  try {
    message = claim();
  } catch (...) {  // it cannot be copied
    const engine::NodeAnchor::Entry entry(*RefAccess::target(to_)->anchor());
    if (entry.node() != nullptr) {
      entry.node()->publish_error(to_, std::current_exception(), {});
    }
  }
  if (message != nullptr) {
    deliver_or_drop(RefAccess::target(to_), RefAccess::generation(to_), std::move(message));
  }
}

engine::Clock::time_point DelayedMessage::fire(engine::Clock::time_point /*now*/) {
  if (is_to_actor()) {
    post();
  } else {
    send_now();
  }
  return engine::Clock::time_point::max();
}

EnvelopePtr DelayedMessage::claim() {
  State expected = State::armed;
  if (!state_.compare_exchange_strong(expected, State::claimed)) {
    return nullptr;
  }
  const auto destroy = [this](void* message) noexcept {
    if (type_->destroy != nullptr) {
      type_->destroy(message);
    }
  };
  const std::unique_ptr<void, decltype(destroy)> moved(payload(), destroy);
  return Envelope::make_dynamic(*type_, sender(),
                                [&](void* place) { type_->move(moved.get(), place); });
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

RepeatedMessage::RepeatedMessage(const Ref& to, Sender sender, const MessageType& type,
                                 Repeat repeat, std::chrono::nanoseconds period,
                                 engine::Clock::time_point due) noexcept
    : DelayedMessage(to, sender, type, sizeof(RepeatedMessage)),
      period_(period),
      due_(due),
      repeat_(repeat) {}

engine::Clock::time_point RepeatedMessage::fire(engine::Clock::time_point now) {
  if (has_ended() || (is_to_actor() &&
                      static_cast<engine::Cell*>(RefAccess::target(to()))->mailbox().is_closed())) {
    return engine::Clock::time_point::max();  // it would only make dead letters, for ever
  }
  const auto late = std::max(now - due_, engine::Clock::duration::zero()) / period_;
  const auto periods = repeat_ == Repeat::at_fixed_rate ? late + 1 : 1;
  if (!is_to_actor()) {
    send_now();
  } else if (owed_.fetch_add(static_cast<std::uint64_t>(periods)) == 0) {
    post();
  }
  if (repeat_ == Repeat::with_fixed_delay) {
    return engine::Clock::time_point::max();
  }
  due_ = engine::due_after(due_ + late * period_, period_);
  return due_;
}

EnvelopePtr RepeatedMessage::claim() {
  if (has_ended()) {
    return nullptr;
  }
  return Envelope::make_dynamic(type(), sender(),
                                [&](void* place) { type().copy(payload(), place); });
}

void RepeatedMessage::handled(engine::TimerService& timers) {
  const bool owes_more = owed_.fetch_sub(1) > 1;
  if (has_ended()) {
    return;
  }
  if (repeat_ == Repeat::with_fixed_delay) {
    timers.start(*this, engine::due_after(timers.now(), period_));
    if (has_ended()) {  // a cancel just now may have come before the start
      timers.cancel(*this);
    }
  } else if (owes_more) {
    post();
  }
}

Timer start_timer(const Ref& wanted, std::chrono::nanoseconds delay, Repeat repeat,
                  EnvelopePtr message) {
  if (delay < std::chrono::nanoseconds::zero()) {
    throw std::invalid_argument("a timer's delay or period is negative: give zero or more");
  }
  if (repeat != Repeat::never && delay == std::chrono::nanoseconds::zero()) {
    throw std::invalid_argument("the period of a timer must be more than zero");
  }
  const Ref to = RefAccess::hold(wanted);  // nobody, if it has stopped and its place is taken
  Target* const target = RefAccess::target(to);
  if (target == nullptr) {
    deliver(nullptr, 0, std::move(message));
    return {};
  }
  const engine::NodeAnchor::Entry entry(*target->anchor());
  if (entry.node() == nullptr) {
    return {};
  }
  engine::TimerService& timers = entry.node()->timers();
  const auto due = engine::due_after(timers.now(), delay);
  Timer timer(DelayedMessage::make(to, repeat, delay, due, *message));
  timers.start(*timer.task_, due);
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
