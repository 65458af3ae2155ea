/// Sending no faster than an actor with a bounded mailbox, or another node, keeps up: backpressure.
#pragma once

#include <coroutine>
#include <cstdint>
#include <utility>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/task.hpp>

namespace spinoff {

namespace engine {
struct RoomWaiter;
}

namespace detail {

/// A message on its way into an engine::WaitingRoom or to another node, or straight to an actor of
/// this one that has no room.
class RoomEntry {
 public:
  RoomEntry(const Ref& to, EnvelopePtr message);
  RoomEntry(RoomEntry&& other) noexcept
      : to_(std::move(other.to_)),
        message_(std::move(other.message_)),
        number_(std::exchange(other.number_, 0)) {}
  RoomEntry(const RoomEntry&) = delete;
  RoomEntry& operator=(const RoomEntry&) = delete;
  RoomEntry& operator=(RoomEntry&&) = delete;
  ~RoomEntry() { leave_line(); }

  /// Once. True if it is sent; else the token is posted to the actor that runs now when it is.
  bool enter(std::uint64_t token);
  void enter_and_wait();
  void has_come_in() noexcept { number_ = 0; }
  /// True if it was not sent yet, and now will not be.
  bool leave_line() noexcept;

 private:
  bool enter(const engine::RoomWaiter& waiter);

  Ref to_;
  EnvelopePtr message_;
  std::uint64_t number_ = 0;  // in the line
};

}  // namespace detail

/// A message that waits until there is room for it in a bounded mailbox with
/// Overflow::suspend_sender, or, to an actor at another node, among what waits for that node
/// (NodeOptions::max_queued_messages and max_queued_bytes); those who wait come in one after the
/// other, in the order in which they began to. Either `co_await` it, once, inside an actor's
/// coroutine; or call `get()`, once, on a thread that is no actor's. What is dropped while it
/// waits, by `with_timeout` say, was not sent. When the actor has stopped, the other node is down
/// or this one stops, the message is a dead letter, and the wait ends. An actor that waits for room
/// in its own mailbox does so for ever. Other mailboxes make nobody wait: with
/// Overflow::fail_sender it throws MailboxFull, as any send does.
///
/// With GCC 12, make the message in a line of its own, as for Future.
class [[nodiscard]] SendWhenRoom {
 public:
  SendWhenRoom(const Ref& to, detail::EnvelopePtr message) : entry_(to, std::move(message)) {}

  void get() { entry_.enter_and_wait(); }

  class Awaiter final : public detail::Wait {
   public:
    explicit Awaiter(detail::RoomEntry& entry) : entry_(entry) {}
    [[nodiscard]] Kind kind() const noexcept override { return Kind::pause; }
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle) {
      suspend(handle);
      if (!entry_.enter(token())) {
        return true;
      }
      unsuspend();
      return false;
    }
    void await_resume() {
      if (!is_interrupted()) {
        entry_.has_come_in();
      } else if (entry_.leave_line()) {  // else it has come in all the same
        rethrow_if_interrupted();
      }
    }

   private:
    detail::RoomEntry& entry_;
  };
  Awaiter operator co_await() { return Awaiter(entry_); }

 private:
  detail::RoomEntry entry_;
};

template <class M>
SendWhenRoom Ref::send_when_room(M&& message) const {
  return {*this, detail::Envelope::make<detail::Payload<M>>(detail::this_sender(),
                                                            std::forward<M>(message))};
}

}  // namespace spinoff
