#include <algorithm>

#include <spinoff/remoting/retired.hpp>

namespace spinoff::remoting {

void Retired::add(const NodeId& node, std::uint64_t incarnation, How how, Time now) {
  if (!nodes_.contains(node) && nodes_.size() >= max_nodes_) {
    expire(now);
    if (nodes_.size() >= max_nodes_) {
      nodes_.erase(std::ranges::min_element(nodes_, {},
                                            [](const auto& entry) { return entry.second.until; }));
    }
  }
  Entry& entry = nodes_[node];
  entry.until = now + keep_;
  for (Start& start : entry.starts) {
    if (start.incarnation == incarnation) {
      start.how = std::max(start.how, how);
      return;
    }
  }
  entry.starts[entry.next] = {incarnation, how};
  entry.next = (entry.next + 1) % entry.starts.size();
}

Retired::How Retired::find(const NodeId& node, std::uint64_t incarnation, Time now) const {
  const auto entry = nodes_.find(node);
  if (entry == nodes_.end() || entry->second.until <= now) {
    return How::no;
  }
  for (const Start& start : entry->second.starts) {
    if (start.incarnation == incarnation) {
      return start.how;
    }
  }
  return How::no;
}

void Retired::remove(const NodeId& node, std::uint64_t incarnation) {
  const auto entry = nodes_.find(node);
  if (entry == nodes_.end()) {
    return;
  }
  for (Start& start : entry->second.starts) {
    if (start.incarnation == incarnation) {
      start = {};
    }
  }
}

void Retired::expire(Time now) {
  std::erase_if(nodes_, [now](const auto& entry) { return entry.second.until <= now; });
}

}  // namespace spinoff::remoting
