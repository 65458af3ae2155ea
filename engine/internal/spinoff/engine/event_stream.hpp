/// A node's event stream: who wants to hear of which type of event.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <spinoff/message_type.hpp>

namespace spinoff::engine {

/// Any thread may publish, subscribe and unsubscribe. Subscribers run on the publisher's thread,
/// with no lock held; one that was removed meanwhile may be called once more.
class EventStream {
 public:
  using Callback = std::function<void(const void* event)>;

  std::uint64_t subscribe(const detail::MessageType& type, Callback callback);
  void unsubscribe(std::uint64_t subscription);
  /// Nobody hears of anything any more, but for those who subscribe later.
  void clear();

  template <class E>
  [[nodiscard]] bool has_subscribers() const {
    return may_be_read(detail::kMessageType<E>) && snapshot(detail::kMessageType<E>) != nullptr;
  }

  template <class E>
  void publish(const E& event) const {
    publish(detail::kMessageType<E>, &event);
  }
  void publish(const detail::MessageType& type, const void* event) const {
    if (may_be_read(type)) [[unlikely]] {
      call_subscribers(type, event);
    }
  }

  /// Whether this thread runs a callback now: it may be one of the node's own threads, and must not
  /// wait for the node's end.
  [[nodiscard]] static bool publishing() noexcept { return t_depth != 0; }

 private:
  using Subscribers = std::vector<std::pair<std::uint64_t, Callback>>;

  struct Publishing {
    Publishing() noexcept { ++t_depth; }
    Publishing(const Publishing&) = delete;
    Publishing& operator=(const Publishing&) = delete;
    ~Publishing() { --t_depth; }
  };

  static std::uint64_t bit_of(const detail::MessageType& type) noexcept {
    return std::uint64_t{1} << (type.hash % 64);
  }
  [[nodiscard]] bool may_be_read(const detail::MessageType& type) const noexcept {
    return (subscribed_.load(std::memory_order_acquire) & bit_of(type)) != 0;
  }
  void call_subscribers(const detail::MessageType& type, const void* event) const;
  std::shared_ptr<const Subscribers> snapshot(const detail::MessageType& type) const;

  static inline constinit thread_local unsigned t_depth = 0;

  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> subscribed_{0};  // a bit a type: what nobody reads costs no lock
  std::uint64_t last_id_ = 0;
  // Lists are replaced, never changed, so that a publisher can walk one without the lock.
  std::unordered_map<const detail::MessageType*, std::shared_ptr<const Subscribers>> by_type_;
};

}  // namespace spinoff::engine
