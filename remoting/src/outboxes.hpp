/// The outboxes of a node, by the nodes that they are for.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include <spinoff/uri.hpp>

#include "outbox.hpp"

namespace spinoff::remoting {

/// An outbox is there as long as somebody has it: a name to which something was sent, the I/O
/// thread while it deals with that node. Of one node there is never more than one, or what is sent
/// by two of them could overtake. Any thread.
class Outboxes {
 public:
  Outboxes(std::shared_ptr<Intake> intake, std::shared_ptr<BufferPool> buffers,
           const Outbox::Limits& limits)
      : intake_(std::move(intake)), buffers_(std::move(buffers)), limits_(limits) {}

  /// After `close` one that is closed.
  std::shared_ptr<Outbox> get(const NodeId& node) {
    const std::lock_guard lock(mutex_);
    std::weak_ptr<Outbox>& known = by_node_[node];
    std::shared_ptr<Outbox> outbox = known.lock();
    if (outbox == nullptr) {
      outbox = std::make_shared<Outbox>(node, intake_, buffers_, limits_);
      known = outbox;
      if (is_closed_) {
        outbox->close();
      }
      forget_those_that_went();
    }
    return outbox;
  }

  /// Closes all, and gives them: what is in them is all that ever comes.
  std::vector<std::shared_ptr<Outbox>> close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    std::vector<std::shared_ptr<Outbox>> all;
    for (const auto& [node, known] : by_node_) {
      if (std::shared_ptr<Outbox> outbox = known.lock()) {
        outbox->close();
        all.push_back(std::move(outbox));
      }
    }
    return all;
  }

 private:
  // Now and then, so that a name costs nothing for ever.
  void forget_those_that_went() {
    if (by_node_.size() >= 2 * kept_ + kFew) {
      std::erase_if(by_node_, [](const auto& entry) { return entry.second.expired(); });
      kept_ = by_node_.size();
    }
  }

  static constexpr std::size_t kFew = 64;

  const std::shared_ptr<Intake> intake_;
  const std::shared_ptr<BufferPool> buffers_;
  const Outbox::Limits limits_;
  std::mutex mutex_;
  std::unordered_map<NodeId, std::weak_ptr<Outbox>> by_node_;
  std::size_t kept_ = 0;
  bool is_closed_ = false;
};

}  // namespace spinoff::remoting
