/// A message on a timer. It is claimed when it is handled, not when it is due: so a cancel between
/// the two still holds.
#pragma once

#include <atomic>
#include <chrono>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/engine/timer_service.hpp>
#include <spinoff/ref.hpp>

namespace spinoff::detail {

class DelayedMessage final : public engine::TimerTask {
 public:
  DelayedMessage(Ref to, std::chrono::nanoseconds period, EnvelopePtr message);

  engine::Clock::time_point fire(engine::Clock::time_point due) override;
  /// What `claim` would give, to look at. By the one actor that handles it.
  [[nodiscard]] Envelope& message() const noexcept { return *message_; }
  /// The message, or null if it was cancelled. By the one actor that handles it.
  EnvelopePtr claim();
  /// No claim succeeds any more. By anyone who holds it.
  void cancel() noexcept;
  /// No claim will succeed any more.
  [[nodiscard]] bool has_ended() const noexcept {
    return state_.load(std::memory_order_acquire) != State::armed;
  }

 private:
  enum class State : std::uint8_t { armed, claimed, cancelled };
  Ref to_;
  std::chrono::nanoseconds period_;
  EnvelopePtr message_;
  std::atomic<State> state_{State::armed};
};

/// What lies in the mailbox for a DelayedMessage that is due.
struct Scheduled {
  static constexpr auto kKind = MessageKind::scheduled;
  explicit Scheduled(DelayedMessage& due) noexcept : task(&due) { task->retain(); }
  Scheduled(Scheduled&& other) noexcept : task(std::exchange(other.task, nullptr)) {}
  Scheduled(const Scheduled&) = delete;
  Scheduled& operator=(const Scheduled&) = delete;
  Scheduled& operator=(Scheduled&&) = delete;
  ~Scheduled() {
    if (task != nullptr) {
      task->release();
    }
  }
  DelayedMessage* task;
};

}  // namespace spinoff::detail
