/// Messages that come later, once or again and again.
#pragma once

#include <chrono>
#include <stdexcept>
#include <utility>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/ref.hpp>

namespace spinoff {

class Timer;

namespace detail {

class DelayedMessage;

/// `period` zero: once. A periodic message must be copyable.
Timer start_timer(const Ref& to, std::chrono::nanoseconds delay, std::chrono::nanoseconds period,
                  EnvelopePtr message);

}  // namespace detail

/// A handle to a message that was sent with `send_later` or `send_every`. Dropping the handle
/// changes nothing. Any thread. Delays and periods are rounded up to whole milliseconds.
/// What an actor gets that has set a receive timeout and has heard nothing for so long.
struct ReceiveTimeout {};

class Timer {
 public:
  Timer() noexcept = default;
  Timer(Timer&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
  Timer& operator=(Timer&& other) noexcept {
    std::swap(task_, other.task_);
    return *this;
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

  /// The message will not be handled any more, even if it was already due and lies in the mailbox.
  /// Harmless when it was handled, or when there is none.
  void cancel() noexcept;
  /// Whether it will send nothing any more: its message was handled or cancelled, or there is none.
  [[nodiscard]] bool has_ended() const noexcept;

 private:
  friend Timer detail::start_timer(const Ref&, std::chrono::nanoseconds, std::chrono::nanoseconds,
                                   detail::EnvelopePtr);
  explicit Timer(detail::DelayedMessage* task) noexcept : task_(task) {}
  detail::DelayedMessage* task_ = nullptr;
};

template <class M>
Timer Ref::send_later(std::chrono::nanoseconds delay, M&& message) const {
  return detail::start_timer(
      *this, delay, std::chrono::nanoseconds::zero(),
      detail::Envelope::make<detail::Payload<M>>(detail::this_sender(), std::forward<M>(message)));
}

/// Sends a copy of `message` to `to` after each `period` (more than zero, else
/// std::invalid_argument), until cancelled or until that actor has stopped.
template <class M>
Timer send_every(std::chrono::nanoseconds period, const Ref& to, M&& message) {
  if (period <= std::chrono::nanoseconds::zero()) {
    throw std::invalid_argument("the period of a timer must be more than zero");
  }
  static_assert(std::is_copy_constructible_v<detail::Payload<M>>,
                "a message that is sent again and again must be copyable");
  return detail::start_timer(
      to, period, period,
      detail::Envelope::make<detail::Payload<M>>(detail::this_sender(), std::forward<M>(message)));
}

}  // namespace spinoff
