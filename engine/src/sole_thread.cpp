#include <spinoff/engine/executor.hpp>
#include <spinoff/engine/node_anchor.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/sole_thread.hpp>

namespace spinoff::engine {

bool SoleThread::wait_for(NodeAnchor* anchor, const std::function<bool()>& done) {
  SoleThread* sole = nullptr;
  if (anchor != nullptr) {
    // Not for the whole of the wait: the node may end meanwhile.
    const NodeAnchor::Entry entry(*anchor);
    sole = entry.node() == nullptr ? nullptr : entry.node()->executor().sole_thread();
  }
  return sole != nullptr && sole->run_until(done, Clock::time_point::max());
}

}  // namespace spinoff::engine
