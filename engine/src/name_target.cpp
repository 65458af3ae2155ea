#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_anchor.hpp>
#include <spinoff/engine/object_store.hpp>

namespace spinoff::engine {

Ref NameTarget::make(NodeAnchor& anchor, Uri uri) {
  NameTarget& target = *ObjectStore<NameTarget>::take();
  target.uri_ = std::move(uri);
  const std::uint32_t generation = target.begin_life(&anchor);
  return detail::RefAccess::adopt(&target, generation);
}

bool NameTarget::is_remote() const noexcept {
  return uri_.node().has_value() && uri_.node() != anchor()->node_id();
}

void NameTarget::retire() noexcept {
  uri_ = Uri();
  ObjectStore<NameTarget>::put(this);
}

}  // namespace spinoff::engine
