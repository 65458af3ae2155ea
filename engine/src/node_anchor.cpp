#include <deque>
#include <memory>
#include <mutex>

#include <spinoff/engine/node_anchor.hpp>

namespace spinoff::engine {

NodeAnchor& NodeAnchor::make(NodeCore& node) {
  struct All {
    std::mutex mutex;
    std::deque<std::unique_ptr<NodeAnchor>> anchors;
  };
  static auto* const all = new All;  // NOLINT(cppcoreguidelines-owning-memory): never destroyed
  const std::scoped_lock lock(all->mutex);
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the constructor is private
  return *all->anchors.emplace_back(new NodeAnchor(node));
}

void NodeAnchor::close() noexcept {
  // Sequentially consistent, like the entry: either it counts before this looks, or it finds null.
  node_.store(nullptr);
  for (std::uint32_t inside = inside_.load(); inside != 0; inside = inside_.load()) {
    inside_.wait(inside);
  }
}

void NodeAnchor::leave() noexcept {
  if (inside_.fetch_sub(1) == 1 && node_.load() == nullptr) {
    inside_.notify_all();
  }
}

}  // namespace spinoff::engine
