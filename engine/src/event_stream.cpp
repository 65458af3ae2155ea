#include <utility>

#include <spinoff/engine/event_stream.hpp>

namespace spinoff::engine {

std::uint64_t EventStream::subscribe(const detail::MessageType& type, Callback callback) {
  const std::scoped_lock lock(mutex_);
  auto& current = by_type_[&type];
  auto changed = current == nullptr ? std::make_shared<Subscribers>()
                                    : std::make_shared<Subscribers>(*current);
  changed->emplace_back(++last_id_, std::move(callback));
  current = std::move(changed);
  subscribed_.fetch_or(bit_of(type), std::memory_order_release);
  return last_id_;
}

void EventStream::unsubscribe(std::uint64_t subscription) {
  const std::scoped_lock lock(mutex_);
  for (auto& [type, current] : by_type_) {
    auto changed = std::make_shared<Subscribers>(*current);
    if (std::erase_if(*changed, [&](const auto& one) { return one.first == subscription; }) != 0) {
      current = std::move(changed);
      return;
    }
  }
}

void EventStream::clear() {
  const std::scoped_lock lock(mutex_);
  by_type_.clear();
  subscribed_.store(0, std::memory_order_release);
}

void EventStream::call_subscribers(const detail::MessageType& type, const void* event) const {
  if (const auto subscribers = snapshot(type)) {
    const Publishing scope;
    for (const auto& [id, callback] : *subscribers) {
      try {
        callback(event);
      } catch (...) {  // a listener's error is not the actor's
      }
    }
  }
}

std::shared_ptr<const EventStream::Subscribers> EventStream::snapshot(
    const detail::MessageType& type) const {
  const std::scoped_lock lock(mutex_);
  const auto found = by_type_.find(&type);
  return found == by_type_.end() ? nullptr : found->second;
}

}  // namespace spinoff::engine
