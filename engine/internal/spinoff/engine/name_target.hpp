/// A target that is only a name: an actor at another node, or one that does not exist here.
#pragma once

#include <atomic>
#include <memory>

#include <spinoff/detail/target.hpp>
#include <spinoff/engine/transport.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::engine {

class NodeAnchor;

class NameTarget final : public detail::Target {
 public:
  /// For ObjectStore only.
  NameTarget() noexcept : Target(detail::TargetKind::name) {}

  /// A Ref to what `uri` names, as seen from the node behind `anchor`. `uri` names a node unless
  /// that node has no name itself.
  static Ref make(NodeAnchor& anchor, Uri uri);

  [[nodiscard]] const Uri& uri() const noexcept { return uri_; }
  /// Whether the name belongs to another node.
  [[nodiscard]] bool is_remote() const noexcept;

  /// What the transport has left here, so as not to look it up for each message; null at first.
  [[nodiscard]] Route* route() const noexcept {
    const std::shared_ptr<Route>* const kept = route_.load(std::memory_order_acquire);
    return kept == nullptr ? nullptr : kept->get();
  }
  /// Leaves it here until no Ref is left. Of several the first stays.
  void keep(std::shared_ptr<Route> route);

  /// No Ref is left.
  void retire() noexcept;

 private:
  Uri uri_;
  std::atomic<std::shared_ptr<Route>*> route_{nullptr};
};

}  // namespace spinoff::engine
