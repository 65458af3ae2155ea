/// A message on a timer. It is claimed when it is handled, not when it is due: so a cancel between
/// the two still holds.
///
/// Timers may be many, so one that waits is a single piece of memory: the object, then a Sender if
/// it needs one, then the message itself (see docs/decisions/timers-carry-their-message.md). When
/// it is due, a Scheduled goes into the receiver's mailbox; when that is handled, the message gets
/// an envelope of its own. Only an actor's handling is noticed: what goes elsewhere, to an actor at
/// another node, is claimed and sent when it is due.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/engine/timer_service.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/timer.hpp>

namespace spinoff::detail {

class DelayedMessage : public engine::TimerTask {
 public:
  /// Takes the message out of its envelope. `period` matters only if it is sent again.
  static DelayedMessage* make(const Ref& to, Repeat repeat, std::chrono::nanoseconds period,
                              engine::Clock::time_point due, Envelope& message);

  // The message, to look at, by the one actor that handles it and before it has claimed it.
  [[nodiscard]] const MessageType& type() const noexcept { return *type_; }
  [[nodiscard]] void* payload() noexcept;

  engine::Clock::time_point fire(engine::Clock::time_point now) override;
  /// The message, or null if it was cancelled. By the one actor that handles it.
  virtual EnvelopePtr claim();
  /// That actor has handled what it has claimed, whatever came of it: now the next may follow.
  virtual void handled(engine::TimerService& /*timers*/) {}
  /// Whether others follow; then there is one at most on its way to the actor.
  [[nodiscard]] virtual bool repeats() const noexcept { return false; }
  /// No claim succeeds any more. By anyone who holds it.
  void cancel() noexcept;
  /// No claim will succeed any more.
  [[nodiscard]] bool has_ended() const noexcept {
    return state_.load(std::memory_order_acquire) != State::armed;
  }

 protected:
  struct More {
    std::size_t bytes;
  };
  static void* operator new(std::size_t size, More more) {
    return ::operator new(size + more.bytes);
  }
  static void operator delete(void* task, More /*more*/) noexcept { ::operator delete(task); }
  static void operator delete(void* task) noexcept { ::operator delete(task); }

  /// `own_size` is that of the class.
  DelayedMessage(const Ref& to, Sender sender, const MessageType& type,
                 std::size_t own_size) noexcept;
  ~DelayedMessage() override;

  [[nodiscard]] const Ref& to() const noexcept { return to_; }
  [[nodiscard]] bool is_to_actor() const noexcept;
  [[nodiscard]] Sender sender() noexcept;
  void post();
  void send_now();

 private:
  enum class State : std::uint8_t { armed, claimed, cancelled };
  enum class From : std::uint8_t { nobody, receiver, other };

  template <class Task, class... Args>
  static DelayedMessage* build(const Ref& to, Envelope& message, Args... args);
  [[nodiscard]] static From from(const Ref& to, Sender sender) noexcept;
  [[nodiscard]] void* behind(std::size_t bytes) noexcept {
    return reinterpret_cast<std::byte*>(this) + bytes;
  }

  std::atomic<State> state_{State::claimed};  // until the message is in its place
  From from_;
  std::uint8_t own_size_;
  [[no_unique_address]] Ref to_;
  const MessageType* type_;
};

static_assert(sizeof(DelayedMessage) == 64, "each byte counts a million times");

/// The same again and again. By rule M08 one of it at most is in the mailbox at a time:
/// `owed_` counts those that are due and not handled. Whoever makes it more than zero, the service,
/// or leaves it so, the actor that has handled one, posts the next. With a fixed delay that count
/// is one at most, since the service has it again only when it was handled.
class RepeatedMessage final : public DelayedMessage {
 public:
  RepeatedMessage(const Ref& to, Sender sender, const MessageType& type, Repeat repeat,
                  std::chrono::nanoseconds period, engine::Clock::time_point due) noexcept;

  engine::Clock::time_point fire(engine::Clock::time_point now) override;
  EnvelopePtr claim() override;
  void handled(engine::TimerService& timers) override;
  [[nodiscard]] bool repeats() const noexcept override { return true; }

 private:
  const std::chrono::nanoseconds period_;
  engine::Clock::time_point due_;  // by the clock, for a fixed rate; for the service only
  std::atomic<std::uint64_t> owed_{0};
  const Repeat repeat_;
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
