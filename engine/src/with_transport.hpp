/// From a name to whatever carries messages to its node.
#pragma once

#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_anchor.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/transport.hpp>

namespace spinoff::engine {

/// Calls `use` with the transport of the node here that has the name, which is held. False, without
/// having called it, if that node has ended or talks to nobody, or the name is of no other node.
template <class Use>
bool with_transport(NameTarget& name, Use&& use) {
  if (Cell* const running = Cell::running(); running != nullptr &&
                                             running->anchor() == name.anchor() &&
                                             (name.route() != nullptr || name.is_remote())) {
    // Its node is there as long as its turn.
    if (Transport* const transport = running->node().transport(); transport != nullptr) {
      std::forward<Use>(use)(*transport);
      return true;
    }
  }
  const NodeAnchor::Entry entry(*name.anchor());
  if (!name.is_remote() || entry.node() == nullptr || entry.node()->transport() == nullptr) {
    return false;
  }
  std::forward<Use>(use)(*entry.node()->transport());
  return true;
}

}  // namespace spinoff::engine
