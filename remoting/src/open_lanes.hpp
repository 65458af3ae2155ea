/// The lanes of an outbox that are not over yet.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <spinoff/remoting/lane.hpp>

namespace spinoff::remoting {

/// By the path that is the receiver's at the other node. One thread at a time.
class OpenLanes {
 public:
  [[nodiscard]] bool any() const noexcept { return count_->load(std::memory_order_acquire) > 0; }
  /// Null if that receiver has none.
  [[nodiscard]] std::shared_ptr<const Lane> find(std::string_view path) const;
  /// A new one if it has none.
  [[nodiscard]] std::shared_ptr<const Lane> open(std::string_view path);

 private:
  std::shared_ptr<Lane::Count> count_ = std::make_shared<Lane::Count>(0);
  std::unordered_map<std::string, std::weak_ptr<const Lane>> by_path_;
  std::size_t kept_ = 0;
};

}  // namespace spinoff::remoting
