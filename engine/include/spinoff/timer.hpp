/// Messages that come later, once or again and again.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/ref.hpp>

namespace spinoff {

class Timer;

namespace detail {

class DelayedMessage;

enum class Repeat : std::uint8_t { never, at_fixed_rate, with_fixed_delay };

/// `delay` is the period of what is repeated, which must be copyable.
Timer start_timer(const Ref& to, std::chrono::nanoseconds delay, Repeat repeat,
                  EnvelopePtr message);

}  // namespace detail

/// What an actor gets that has set a receive timeout and has heard nothing for so long.
struct ReceiveTimeout {};

/// A handle to a message that was sent with `send_later` or `send_every`. Dropping the handle
/// changes nothing. Any thread. Delays and periods are rounded up to whole milliseconds.
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
  friend Timer detail::start_timer(const Ref&, std::chrono::nanoseconds, detail::Repeat,
                                   detail::EnvelopePtr);
  explicit Timer(detail::DelayedMessage* task) noexcept : task_(task) {}
  detail::DelayedMessage* task_ = nullptr;
};

template <class M>
Timer Ref::send_later(std::chrono::nanoseconds delay, M&& message) const {
  return detail::start_timer(
      *this, delay, detail::Repeat::never,
      detail::Envelope::make<detail::Payload<M>>(detail::this_sender(), std::forward<M>(message)));
}

namespace detail {

template <class M>
Timer start_repeated(Repeat repeat, std::chrono::nanoseconds period, const Ref& to, M&& message) {
  static_assert(std::is_copy_constructible_v<Payload<M>>,
                "a message that is sent again and again must be copyable");
  return start_timer(to, period, repeat,
                     Envelope::make<Payload<M>>(this_sender(), std::forward<M>(message)));
}

}  // namespace detail

/// Sends a copy of `message` to `to` after each `period` (more than zero, else
/// std::invalid_argument), until cancelled or until that actor has stopped. By the clock: an actor
/// here that is late gets all that it missed, but one at a time, each when it has handled the one
/// before; an actor at another node is sent one each period, and none for what was missed.
template <class M>
Timer send_every(std::chrono::nanoseconds period, const Ref& to, M&& message) {
  return detail::start_repeated(detail::Repeat::at_fixed_rate, period, to,
                                std::forward<M>(message));
}

}  // namespace spinoff
