/// What a process has got and not asked for yet.
///
/// The messages lie in a queue for each type, so that a `get` looks only at its own, and can be
/// taken out of it anywhere at the same cost. A queue whose messages were asked for by a member's
/// value also knows them by the hash of that member, from then on; and one that was asked by a
/// predicate without captures knows how far that has looked.
#pragma once

#include <cstddef>
#include <memory>

#include <spinoff/detail/content.hpp>
#include <spinoff/detail/envelope.hpp>
#include <spinoff/ref.hpp>

namespace spinoff::detail {

/// What a `get` asks for.
struct Wanted {
  const MessageType* const* types = nullptr;  // none: any message
  std::size_t count = 0;
  /// Null: all of these types. It may throw.
  bool (*accepts)(const void* filter, const Content& message) = nullptr;
  const void* filter = nullptr;
  /// Names `accepts` if it goes by the message alone, and so refuses what it has refused before.
  const void* pure = nullptr;
  /// Of the only type, if nothing is accepted whose hash is not `hashed`.
  std::size_t (*hash)(const Content& message) = nullptr;
  std::size_t hashed = 0;

  [[nodiscard]] bool fits(const Content& message) const;
};

class KeptMessages {
 public:
  KeptMessages() noexcept;
  KeptMessages(const KeptMessages&) = delete;
  KeptMessages& operator=(const KeptMessages&) = delete;
  ~KeptMessages();

  void add(EnvelopePtr message);
  /// The oldest that is wanted; null if there is none. One of a timer is claimed.
  EnvelopePtr take(const Wanted& wanted);
  /// The oldest message as it came: one of a timer is still to be claimed.
  EnvelopePtr take_oldest();
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] bool has_end_of(const Ref& actor) const;
  /// Gives up what tells of that actor's end.
  void drop_end_of(const Ref& actor);

 private:
  class Queue;
  struct Queues;

  std::size_t count_ = 0;
  std::unique_ptr<Queues> queues_;  // when there was something to keep
};

/// Takes the message out of what it lies in, which is when the process takes it: until then the
/// cancel of a timer still holds. Null if it was cancelled, or cannot be copied, which an Error
/// event tells.
EnvelopePtr claimed(EnvelopePtr message);

}  // namespace spinoff::detail
