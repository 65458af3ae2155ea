/// How an actor's mailbox keeps its messages, if not all of them in the order in which they came.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include <spinoff/message_type.hpp>

namespace spinoff {

/// What becomes of a message to a mailbox that is full.
enum class Overflow : std::uint8_t {
  drop_newest,  ///< it is a dead letter
  drop_oldest,  ///< the one that has waited longest is a dead letter, and it is taken
  fail_sender,  ///< the send throws MailboxFull
  /// `co_await ref.send_when_room(message)` and questions wait for room; the send of anything else
  /// throws MailboxFull.
  suspend_sender,
};

namespace detail {

/// The priority of messages of one type, from the payload.
using PriorityOf = std::function<std::int64_t(const void* message)>;

template <class M>
struct Priority {
  PriorityOf of;
};

}  // namespace detail

/// Messages of type M have that priority: `priority<Cancel>(10)`.
template <class M>
detail::Priority<M> priority(std::int64_t level) {
  return {[level](const void* /*message*/) { return level; }};
}
/// The same by a member or a function of the message: `priority<Job>(&Job::urgency)`. It must
/// not block: it runs on the thread that sends, maybe several at once, and for what comes by a
/// timer or from another node on the thread that all timers share, or all nodes. If it throws, so
/// does the send.
template <class M, class Of>
  requires std::invocable<const Of&, const M&> && (!std::is_integral_v<Of>)
detail::Priority<M> priority(Of of) {
  return {[of = std::move(of)](const void* message) {
    return static_cast<std::int64_t>(std::invoke(of, *static_cast<const M*>(message)));
  }};
}

/// What SpawnOptions::mailbox takes: made by `bounded` and `prioritized`; as it is made by default,
/// a mailbox takes any number of messages, first in, first out. A value.
class MailboxOptions {
 public:
  MailboxOptions() = default;

  /// The same mailbox with at most `capacity` messages, at least 1, else std::invalid_argument. The
  /// one in its handler is out of the mailbox; one that a process has not got yet is in it.
  [[nodiscard]] MailboxOptions bounded(std::size_t capacity, Overflow overflow) const;

  /// 0: any number.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  /// Good if there is a capacity.
  [[nodiscard]] Overflow overflow() const noexcept { return overflow_; }
  [[nodiscard]] bool has_priorities() const noexcept { return priorities_ != nullptr; }
  [[nodiscard]] bool is_plain() const noexcept { return capacity_ == 0 && !has_priorities(); }
  /// 0 for types without one.
  [[nodiscard]] std::int64_t priority_of(const detail::MessageType& type,
                                         const void* message) const;

 private:
  using Priorities = std::unordered_map<const detail::MessageType*, detail::PriorityOf>;
  template <class... Ms>
  friend MailboxOptions prioritized(detail::Priority<Ms>... priorities);

  std::size_t capacity_ = 0;
  Overflow overflow_ = Overflow::drop_newest;
  std::shared_ptr<const Priorities> priorities_;
};

/// A mailbox that takes at most `capacity` messages: `{.mailbox = bounded(1000,
/// Overflow::drop_oldest)}`. See MailboxOptions::bounded.
[[nodiscard]] inline MailboxOptions bounded(std::size_t capacity, Overflow overflow) {
  return MailboxOptions().bounded(capacity, overflow);
}

/// A mailbox that gives the message of the highest priority first, equal ones in the order sent;
/// other types have 0: `{.mailbox = prioritized(priority<Cancel>(10),
/// priority<Job>(&Job::urgency))}`. `Terminated` and a poison come after all that waits. Not for
/// processes, which choose by `get`.
template <class... Ms>
[[nodiscard]] MailboxOptions prioritized(detail::Priority<Ms>... priorities) {
  auto all = std::make_shared<MailboxOptions::Priorities>();
  (all->emplace(&detail::message_type<Ms>(), std::move(priorities.of)), ...);
  MailboxOptions options;
  options.priorities_ = std::move(all);
  return options;
}

}  // namespace spinoff
