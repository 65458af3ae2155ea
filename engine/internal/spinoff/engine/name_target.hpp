/// A target that is only a name: an actor at another node, or one that does not exist here.
#pragma once

#include <spinoff/detail/target.hpp>
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
  /// No Ref is left.
  void retire() noexcept;

 private:
  Uri uri_;
};

}  // namespace spinoff::engine
