/// A message on its way: one pooled block with the payload in place.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <spinoff/detail/pool.hpp>
#include <spinoff/detail/target.hpp>
#include <spinoff/message_type.hpp>

namespace spinoff {
class AnyMessage;
}

namespace spinoff::detail {

class Envelope;

struct EnvelopeDeleter {
  void operator()(Envelope* envelope) const noexcept;
};
using EnvelopePtr = std::unique_ptr<Envelope, EnvelopeDeleter>;

/// Who sent a message. Not counted when the sender is an actor of this process (see Target);
/// counted when nobody else would hold it: asks and senders at other nodes.
struct Sender {
  Target* target = nullptr;
  std::uint32_t generation = 0;
  bool counted = false;
};

class Envelope {
 public:
  template <class T, class... Args>
  static EnvelopePtr make(Sender sender, Args&&... args) {
    static_assert(alignof(T) <= kBlockUnit, "a message may be aligned to 64 bytes at most");
    static_assert(!std::is_same_v<T, AnyMessage>,
                  "an AnyMessage holds a message and is none: a process can forward it");
    constexpr bool kMovable = std::is_move_constructible_v<T>;
    constexpr bool kFits = std::is_constructible_v<T, Args...>;
    static_assert(kMovable, "a message must be copyable or movable");
    static_assert(!kMovable || kFits,
                  "this message can be moved, but not copied: send it with std::move");
    if constexpr (!kMovable || !kFits) {
      return nullptr;  // so that the compiler says no more
    } else {
      void* const block = allocate(block_size(sizeof(T), alignof(T)));
      auto* const envelope = ::new (block) Envelope(message_type<T>(), sender);
      if constexpr (std::is_nothrow_constructible_v<T, Args...>) {
        ::new (envelope->payload()) T(std::forward<Args>(args)...);
      } else {
        try {
          ::new (envelope->payload()) T(std::forward<Args>(args)...);
        } catch (...) {
          free(envelope);
          throw;
        }
      }
      return EnvelopePtr(envelope);
    }
  }

  /// A payload of a type known only at run time; `fill` makes it in place.
  template <class Fill>
  static EnvelopePtr make_dynamic(const MessageType& type, Sender sender, Fill&& fill) {
    void* const block = allocate(block_size(type.size, type.alignment));
    auto* const envelope = ::new (block) Envelope(type, sender);
    try {
      std::forward<Fill>(fill)(envelope->payload());
    } catch (...) {
      free(envelope);
      throw;
    }
    return EnvelopePtr(envelope);
  }

  /// The same as to reset a pointer to one that holds a T, or nothing: without a look at the type.
  template <class T>
  static void dispose(Envelope* envelope) noexcept {
    if (envelope == nullptr) [[unlikely]] {
      return;
    }
    std::destroy_at(&envelope->as<T>());
    free(envelope, block_size(sizeof(T), alignof(T)));
  }

  /// The same message, from someone else.
  static EnvelopePtr with_sender(EnvelopePtr message, Sender sender) noexcept {
    message->set_sender(sender);
    return message;
  }

  [[nodiscard]] const MessageType& type() const noexcept { return *type_; }
  [[nodiscard]] void* payload() noexcept {
    return reinterpret_cast<std::byte*>(this) + payload_offset(type_->alignment);
  }
  template <class T>
  [[nodiscard]] T& as() noexcept {
    // The offset is a constant here: the usual way needs no look at the type's record.
    return *std::launder(
        reinterpret_cast<T*>(reinterpret_cast<std::byte*>(this) + payload_offset(alignof(T))));
  }

  [[nodiscard]] Sender sender() const noexcept {
    return {.target = reinterpret_cast<Target*>(sender_ & ~kCounted),
            .generation = sender_generation_,
            .counted = (sender_ & kCounted) != 0};
  }

  /// Names the other's sender from now on, and counts it if that one did, which does no more.
  void take_sender_of(Envelope& other) noexcept {
    sender_generation_ = other.sender_generation_;
    sender_ = other.sender_;
    other.sender_ &= ~kCounted;
  }

  /// Whoever has the envelope uses it to chain it to others; see Mailbox.
  std::atomic<Envelope*> next;
  /// The generation that the place of the receiver must have.
  std::uint32_t target_generation;

 private:
  friend struct EnvelopeDeleter;
  static constexpr std::uintptr_t kCounted = 1;

  Envelope(const MessageType& type, Sender sender) noexcept : type_(&type) { set_sender(sender); }
  ~Envelope() = default;

  static constexpr std::size_t payload_offset(std::size_t alignment) noexcept {
    return alignment <= alignof(std::max_align_t) ? 32 : kBlockUnit;
  }
  static constexpr std::size_t block_size(std::size_t size, std::size_t alignment) noexcept {
    return payload_offset(alignment) + size;
  }
  static void free(Envelope* envelope) noexcept {
    free(envelope, block_size(envelope->type_->size, envelope->type_->alignment));
  }
  static void free(Envelope* envelope, std::size_t size) noexcept {
    if (const Sender sender = envelope->sender(); sender.counted) [[unlikely]] {
      sender.target->release();
    }
    envelope->~Envelope();
    deallocate(envelope, size);
  }

  void set_sender(Sender sender) noexcept {
    sender_generation_ = sender.generation;
    sender_ = reinterpret_cast<std::uintptr_t>(sender.target) | (sender.counted ? kCounted : 0U);
  }

  std::uint32_t sender_generation_ = 0;
  const MessageType* type_;
  std::uintptr_t sender_ = 0;
};

static_assert(sizeof(Envelope) == 32, "the payload begins right behind the header");

inline void EnvelopeDeleter::operator()(Envelope* envelope) const noexcept {
  if (envelope->type_->destroy != nullptr) {
    envelope->type_->destroy(envelope->payload());
  }
  Envelope::free(envelope);
}

}  // namespace spinoff::detail
