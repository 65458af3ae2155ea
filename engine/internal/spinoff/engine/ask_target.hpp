/// Where the reply to an ask goes: a target without a mailbox that takes one message.
///
/// Whoever completes first wins: a reply, a failure or the time limit; the rest is dropped. One
/// that asks several actors fails when the last of them has. The asking side is a coroutine, which
/// gets a WakeUp, a thread that blocks in `wait`, or an AskListener.
///
/// A join asks for no reply, but for the end of an actor, which it watches. It is over when that
/// has stopped, when its time is, or when nobody waits any more, and then it watches no longer.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/detail/target.hpp>
#include <spinoff/ref.hpp>

namespace spinoff::detail {
struct Question;
}

namespace spinoff::engine {

class NodeAnchor;
class NodeCore;
class TimerTask;

/// Is told when an ask is complete, on the thread that completed it, with no lock held.
class AskListener {
 public:
  AskListener() = default;
  AskListener(const AskListener&) = delete;
  AskListener& operator=(const AskListener&) = delete;
  virtual void completed() = 0;

 protected:
  ~AskListener() = default;
};

class AskTarget final : public detail::Target {
 public:
  enum class Outcome : std::uint8_t { pending, replied, failed, timed_out };

  /// For ObjectStore only.
  AskTarget() noexcept : Target(detail::TargetKind::ask) {}

  /// Sends the questions, at least one, with the new ask as their sender. The returned count is the
  /// caller's.
  static AskTarget& begin(NodeAnchor* anchor, detail::Question* questions, std::size_t count,
                          std::chrono::nanoseconds timeout);

  /// The same for a join.
  static AskTarget& begin_join(NodeAnchor* anchor, const Ref& actor,
                               std::chrono::nanoseconds timeout);

  // Any thread:

  void reply(detail::EnvelopePtr message);
  /// One of the questions will get no reply.
  void fail(std::string_view reason);
  /// No reply is wanted any more.
  void give_up(std::string reason);
  void time_out();

  /// Posts `token` to `actor` upon completion; false if there is nothing to wait for any more.
  bool notify(const Ref& actor, std::uint64_t token);
  /// The same for a listener, which has to live until it is told.
  bool notify(AskListener& listener);
  void wait();
  /// After completion, by the asking side only.
  [[nodiscard]] Outcome outcome() const;
  detail::EnvelopePtr take_reply() noexcept { return std::move(reply_); }
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

  /// Whose end a join waits for.
  [[nodiscard]] const Ref& joined() const noexcept { return joined_; }

  /// The path under which another node can reply: `/$ask-17`.
  std::string publish_path();
  void retire() noexcept;

 private:
  void start_limit(NodeCore& node, std::chrono::nanoseconds timeout);
  void stop_watching();
  void complete(Outcome outcome, detail::EnvelopePtr reply, std::string reason);

  mutable std::mutex mutex_;
  std::condition_variable completed_;
  Outcome outcome_ = Outcome::pending;
  std::size_t open_questions_ = 0;
  std::uint64_t number_ = 0;
  detail::EnvelopePtr reply_;
  std::string reason_;
  Ref waiter_;
  Ref joined_;
  bool is_join_ = false;
  std::uint64_t token_ = 0;
  AskListener* listener_ = nullptr;
  TimerTask* timer_ = nullptr;
};

}  // namespace spinoff::engine
