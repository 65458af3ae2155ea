/// What goes to one receiver while a large message to it is under way.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace spinoff::remoting {

/// Parcels of one lane go in order, while those of others may go in between. It is there as long as
/// one of its parcels is, whoever has that; so those who send see that it is over. Any thread.
class Lane {
 public:
  using Count = std::atomic<std::size_t>;

  /// Counts itself among those of its outbox that are there.
  explicit Lane(std::shared_ptr<Count> open) : open_(std::move(open)) {
    open_->fetch_add(1, std::memory_order_relaxed);
  }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane() { open_->fetch_sub(1, std::memory_order_release); }

 private:
  const std::shared_ptr<Count> open_;
};

}  // namespace spinoff::remoting
