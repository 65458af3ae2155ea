/// What outlives a node: refs, and threads that use them, reach the node only through here.
///
/// A thread that is not running one of the node's actors enters before it touches the node, and
/// leaves after. A node that ends first closes its anchor, then waits until all have left. A turn
/// of an actor needs none of this: the node waits for its actors. Anchors are never freed (they are
/// small, and one is made for each node that a process starts).
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include <spinoff/uri.hpp>

namespace spinoff::engine {

class NodeCore;

class NodeAnchor {
 public:
  /// Kept reachable for as long as the process runs.
  static NodeAnchor& make(NodeCore& node);

  class Entry {
   public:
    explicit Entry(NodeAnchor& anchor) noexcept : anchor_(&anchor) {
      anchor.inside_.fetch_add(1);
      node_ = anchor.node_.load();
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { anchor_->leave(); }
    /// Null when the node has ended.
    [[nodiscard]] NodeCore* node() const noexcept { return node_; }

   private:
    NodeAnchor* anchor_;
    NodeCore* node_;
  };

  /// In a turn of one of the node's actors, or in the node's own threads.
  [[nodiscard]] NodeCore& node() const noexcept { return *node_.load(std::memory_order_relaxed); }
  /// No new entries find the node; returns when the last one has left. Once.
  void close() noexcept;

  /// The node's public name, if it has one. Set before the node has any actor.
  void set_node_id(NodeId id) { node_id_ = std::move(id); }
  [[nodiscard]] const std::optional<NodeId>& node_id() const noexcept { return node_id_; }

 private:
  explicit NodeAnchor(NodeCore& node) noexcept : node_(&node) {}
  void leave() noexcept;

  std::atomic<NodeCore*> node_;
  std::optional<NodeId> node_id_;
  // Apart from what each turn reads.
  alignas(64) std::atomic<std::uint32_t> inside_{0};
};

}  // namespace spinoff::engine
