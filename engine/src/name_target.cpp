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

void NameTarget::keep(std::shared_ptr<Route> route) {
  auto kept = std::make_unique<std::shared_ptr<Route>>(std::move(route));
  std::shared_ptr<Route>* none = nullptr;
  if (route_.compare_exchange_strong(none, kept.get(), std::memory_order_acq_rel)) {
    static_cast<void>(kept.release());  // NOLINT(bugprone-unused-return-value): it is route_'s
  }
}

void NameTarget::retire() noexcept {
  const std::unique_ptr<std::shared_ptr<Route>> kept(
      route_.exchange(nullptr, std::memory_order_acq_rel));
  uri_ = Uri();
  ObjectStore<NameTarget>::put(this);
}

}  // namespace spinoff::engine
