/// A reference to an actor, wherever it lives.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/detail/target.hpp>
#include <spinoff/uri.hpp>

namespace spinoff {

template <class Reply>
class Future;
class Join;
class SendWhenRoom;
class Timer;

namespace detail {

/// The actor that runs on this thread now; none outside of actors. Whole words, since a processor
/// has to wait before it reads a word that was just written in parts.
[[gnu::tls_model("initial-exec")]] inline constinit thread_local Target* t_self = nullptr;
[[gnu::tls_model("initial-exec")]] inline constinit thread_local std::uint64_t t_self_generation =
    0;

/// What this thread sends comes from there.
inline Sender this_sender() noexcept {
  return {.target = t_self, .generation = static_cast<std::uint32_t>(t_self_generation)};
}

/// What a message of type M travels as: string literals and views become strings.
template <class M>
using Payload = std::conditional_t<std::is_convertible_v<std::decay_t<M>, const char*> ||
                                       std::is_same_v<std::decay_t<M>, std::string_view>,
                                   std::string, std::decay_t<M>>;

/// Hands a message over, for good, to whatever `target` is. With no target it is a dead letter.
/// Throws MailboxFull if that actor's mailbox is full and says so to the sender.
void deliver(Target* target, std::uint32_t generation, Envelope* message);
/// The same for who sends in nobody's turn: where `deliver` throws, the message is a dead letter.
void deliver_or_drop(Target* target, std::uint32_t generation, EnvelopePtr message);
inline void deliver(Target* target, std::uint32_t generation, EnvelopePtr message) {
  deliver(target, generation, message.release());
}

struct RefAccess;

}  // namespace detail

/// Names one actor, here or at another node. A value: copy, compare, hash, print and store it, and
/// put it into messages. It never keeps an actor alive: what is sent to an actor that has stopped
/// becomes a dead letter. One Ref object must not be written by two threads at once; distinct
/// copies may be used by any threads.
class Ref {
 public:
  /// Names no actor; what is sent to it becomes a dead letter.
  Ref() noexcept = default;
  Ref(const Ref& other) noexcept : bits_(other.bits_), generation_(other.generation_) {
    if (is_borrowed()) {
      hold();
    } else if (bits_ != 0) {
      target()->retain();
    }
  }
  Ref(Ref&& other) noexcept : bits_(other.bits_), generation_(other.generation_) {
    if (is_borrowed()) {
      hold();
    } else {
      other.bits_ = 0;
    }
  }
  Ref& operator=(const Ref& other) noexcept {
    Ref copy(other);
    swap(copy);
    return *this;
  }
  Ref& operator=(Ref&& other) noexcept {
    Ref moved(std::move(other));
    swap(moved);
    return *this;
  }
  ~Ref() {
    if (bits_ != 0 && !is_borrowed()) {
      target()->release();
    }
  }

  /// Sends a message. Never blocks. Any thread, also one that is no actor's. Throws MailboxFull if
  /// the actor was spawned with a mailbox that is bounded and says so, Overflow::fail_sender.
  template <class M>
  const Ref& operator<<(M&& message) const {
    send(std::forward<M>(message));
    return *this;
  }

  /// The same as `<<`.
  template <class M>
  void send(M&& message) const {
    detail::deliver(
        target(), generation_,
        detail::Envelope::make<detail::Payload<M>>(detail::this_sender(), std::forward<M>(message))
            .release());
  }

  /// Sends `message` and waits for a `Reply` to it, at most `timeout`. Inside a process
  /// `co_await` the result; outside of actors call its `get()`. See Future. (In <spinoff/ask.hpp>.)
  template <class Reply, class M>
  [[nodiscard]] Future<Reply> ask(M&& message,
                                  std::chrono::nanoseconds timeout = std::chrono::seconds(5)) const;

  /// Sends `message`; where the actor's mailbox is bounded with Overflow::suspend_sender, and full,
  /// or too much waits for the actor's node, waits for room: `co_await ref.send_when_room(message)`
  /// inside of actors, `.get()` outside. (In <spinoff/send_when_room.hpp>.)
  template <class M>
  [[nodiscard]] SendWhenRoom send_when_room(M&& message) const;

  /// Waits until the actor has stopped, `co_await child.join()`: at once if it has, or never was.
  /// Whoever watches it hears of its end as well. An actor that would wait for its own end gets
  /// std::logic_error. See Join. (In <spinoff/join.hpp>.)
  [[nodiscard]] Join join(std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max()) const;

  /// Sends `message` after `delay`, unless the timer is cancelled. (In <spinoff/timer.hpp>.)
  template <class M>
  Timer send_later(std::chrono::nanoseconds delay, M&& message) const;

  /// Stops the actor after the handler that runs now. For local actors, and those that this node
  /// has spawned elsewhere by `spawn_on`, which cannot be poisoned; at another node this is refused
  /// with an `Error` event: send that actor a message that it understands.
  void stop() const;
  /// The same, and a process is also dropped where it waits.
  void kill() const;
  /// Stops the actor when it has handled all that was sent before.
  void poison() const;

  /// The child (or descendant, `b/c`) of that name. Throws LookupFailed if a local actor has no
  /// such child now; for an actor at another node nobody is asked.
  [[nodiscard]] Ref operator/(std::string_view name) const;

  /// The actor's full name, also after it has stopped. Empty for a Ref that names no actor.
  [[nodiscard]] Uri uri() const;
  /// `<127.0.0.1:9700/app/worker>`, or `<nobody>`.
  [[nodiscard]] std::string to_string() const;
  /// False for a Ref that names no actor.
  explicit operator bool() const noexcept { return bits_ != 0; }
  /// Whether the actor lives (or lived) in this process.
  [[nodiscard]] bool is_local() const noexcept;

  friend bool operator==(const Ref& a, const Ref& b) noexcept { return a.equals(b); }
  [[nodiscard]] std::size_t hash() const noexcept;

 private:
  friend struct detail::RefAccess;
  struct Borrowed {};
  static constexpr std::uintptr_t kBorrowed = 1;

  // Uncounted: good while something else holds the target, or at the price that the name of an
  // actor that stops meanwhile may be lost. Every copy and move of a Ref makes a counted one.
  Ref(detail::Target* target, std::uint32_t generation, Borrowed /*tag*/) noexcept
      : bits_(target == nullptr ? 0 : reinterpret_cast<std::uintptr_t>(target) | kBorrowed),
        generation_(generation) {}

  [[nodiscard]] detail::Target* target() const noexcept {
    return reinterpret_cast<detail::Target*>(bits_ & ~kBorrowed);
  }
  [[nodiscard]] bool is_borrowed() const noexcept { return (bits_ & kBorrowed) != 0; }
  void hold() noexcept {
    if (bits_ != 0) {
      // An actor that stopped, and whose place was used again, cannot be held any more; such a Ref
      // still differs from any other.
      if (target()->try_retain(generation_)) {
        bits_ &= ~kBorrowed;
      }
    }
  }
  void swap(Ref& other) noexcept {
    std::swap(bits_, other.bits_);
    std::swap(generation_, other.generation_);
  }
  [[nodiscard]] bool equals(const Ref& other) const noexcept;

  std::uintptr_t bits_ = 0;
  std::uint32_t generation_ = 0;
};

namespace detail {

/// For the framework's own code: refs from targets and back.
struct RefAccess {
  static Ref borrow(Target* target, std::uint32_t generation) noexcept {
    return {target, generation, Ref::Borrowed{}};
  }
  /// Names nobody if the target is not of that generation any more.
  static Ref hold(Target* target, std::uint32_t generation) noexcept {
    Ref ref = borrow(target, generation);
    ref.hold();
    return ref.is_borrowed() ? Ref() : std::move(ref);
  }
  static Ref hold(const Ref& ref) noexcept { return hold(ref.target(), ref.generation_); }
  /// Takes over a count that the caller has.
  static Ref adopt(Target* target, std::uint32_t generation) noexcept {
    Ref ref = borrow(target, generation);
    ref.bits_ &= ~Ref::kBorrowed;
    return ref;
  }
  static Target* target(const Ref& ref) noexcept { return ref.target(); }
  static std::uint32_t generation(const Ref& ref) noexcept { return ref.generation_; }
  static Sender sender(const Ref& ref) noexcept {
    return {.target = ref.target(), .generation = ref.generation_, .counted = false};
  }
};

}  // namespace detail
}  // namespace spinoff

template <>
struct std::hash<spinoff::Ref> {
  std::size_t operator()(const spinoff::Ref& ref) const noexcept { return ref.hash(); }
};
