/// Questions that want one reply.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <string>
#include <utility>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/task.hpp>

namespace spinoff {

namespace detail {

struct Question {
  const Ref& to;
  EnvelopePtr message;
};

/// Owns one side of an engine::AskTarget.
class AskHandle {
 public:
  /// Asks in the name of the actor that runs now, or of the node of the first to be asked; there is
  /// one at least.
  AskHandle(Question* questions, std::size_t count, std::chrono::nanoseconds timeout);
  AskHandle(Question question, std::chrono::nanoseconds timeout)
      : AskHandle(&question, 1, timeout) {}
  /// Waits for the end of an actor instead of a reply.
  static AskHandle for_end_of(const Ref& actor, std::chrono::nanoseconds timeout);
  AskHandle(AskHandle&& other) noexcept : target_(std::exchange(other.target_, nullptr)) {}
  AskHandle(const AskHandle&) = delete;
  AskHandle& operator=(const AskHandle&) = delete;
  AskHandle& operator=(AskHandle&&) = delete;
  ~AskHandle();

  [[nodiscard]] bool ready() const;
  /// Posts the token to the running actor; false if the reply is there.
  bool notify(std::uint64_t token);
  void wait();
  /// The reply's envelope. Throws Timeout, or AskFailed, also for a reply of another type.
  EnvelopePtr take(const MessageType& wanted);
  /// Throws Timeout if the actor has not stopped.
  void check_ended() const;

 private:
  explicit AskHandle(Target& target) noexcept : target_(&target) {}
  Target* target_;
};

/// Where a coroutine waits for one.
class AskWait : public Wait {
 public:
  [[nodiscard]] bool await_ready() const { return handle_.ready(); }
  bool await_suspend(std::coroutine_handle<> handle) {
    suspend(handle);
    if (handle_.notify(token())) {
      return true;
    }
    unsuspend();
    return false;
  }

 protected:
  explicit AskWait(AskHandle& handle) noexcept : handle_(handle) {}
  [[nodiscard]] AskHandle& handle() const noexcept { return handle_; }

 private:
  AskHandle& handle_;
};

}  // namespace detail

/// The reply that an ask will get. Either `co_await` it, once, inside an actor's coroutine; or call
/// `get()`, once, on a thread that is no actor's (it blocks; in an actor it throws
/// std::logic_error). Both give the reply or throw: Timeout when it did not come in time, AskFailed
/// when the target is dead, failed, or sent another type.
///
/// With GCC 12, make the message in a line of its own: an aggregate that is made inside of a
/// `co_await` expression, `co_await ref.ask<Sum>(Add{text})`, is destroyed twice there (Clang, and
/// messages with a constructor, are not concerned).
template <class Reply>
class [[nodiscard]] Future {
 public:
  explicit Future(detail::AskHandle handle) : handle_(std::move(handle)) {}

  Reply get() {
    handle_.wait();
    return result(handle_);
  }
  [[nodiscard]] bool ready() const { return handle_.ready(); }

  class Awaiter final : public detail::AskWait {
   public:
    explicit Awaiter(detail::AskHandle& handle) : AskWait(handle) {}
    Reply await_resume() {
      this->rethrow_if_interrupted();
      return result(this->handle());
    }
  };
  Awaiter operator co_await() { return Awaiter(handle_); }

 private:
  static Reply result(detail::AskHandle& handle) {
    const detail::EnvelopePtr reply = handle.take(detail::message_type<Reply>());
    return std::move(reply->template as<Reply>());
  }

  detail::AskHandle handle_;
};

template <class Reply, class M>
Future<Reply> Ref::ask(M&& message, std::chrono::nanoseconds timeout) const {
  return Future<Reply>(detail::AskHandle({*this, detail::Envelope::make<detail::Payload<M>>(
                                                     detail::Sender{}, std::forward<M>(message))},
                                         timeout));
}

}  // namespace spinoff
