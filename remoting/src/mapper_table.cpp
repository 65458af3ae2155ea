#include "mapper_table.hpp"

namespace spinoff::remoting {

void MapperTable::expire(Time now) {
  std::erase_if(names_, [now](const auto& entry) { return entry.second.until <= now; });
}

const NodeId* MapperTable::claim(const std::string& name, const NodeId& node, Time now) {
  auto found = names_.find(name);
  if (found == names_.end()) {
    if (names_.size() >= max_names_) {
      expire(now);
    }
    if (names_.size() >= max_names_) {
      return nullptr;
    }
    found = names_.emplace(name, Claim{node, now}).first;
  }
  Claim& claim = found->second;
  if (claim.node == node || claim.until <= now) {
    claim = {node, now + kClaimLasts};
  }
  return &claim.node;
}

void MapperTable::release(const std::string& name, const NodeId& node) {
  const auto found = names_.find(name);
  if (found != names_.end() && found->second.node == node) {
    names_.erase(found);
  }
}

const NodeId* MapperTable::find(const std::string& name, Time now) {
  const auto found = names_.find(name);
  if (found == names_.end()) {
    return nullptr;
  }
  if (found->second.until <= now) {
    names_.erase(found);
    return nullptr;
  }
  return &found->second.node;
}

}  // namespace spinoff::remoting
