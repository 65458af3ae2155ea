#include "watch_table.hpp"

#include <algorithm>
#include <utility>

namespace spinoff::remoting {

void WatchTable::add(const NodeId& node, Pair pair) {
  const std::scoped_lock lock(mutex_);
  by_node_[node].push_back(std::move(pair));
}

bool WatchTable::remove(const NodeId& node, const Pair& pair) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_node_.find(node);
  if (found == by_node_.end()) {
    return false;
  }
  const bool removed = std::erase_if(found->second, [&](const Pair& one) {
                         return one.actor == pair.actor && one.watcher == pair.watcher;
                       }) != 0;
  if (found->second.empty()) {
    by_node_.erase(found);
  }
  return removed;
}

WatchTable::Pair WatchTable::take(const NodeId& node, const Uri& actor,
                                  std::string_view watcher_path) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_node_.find(node);
  if (found == by_node_.end()) {
    return {};
  }
  auto& pairs = found->second;
  const auto pair = std::find_if(pairs.begin(), pairs.end(), [&](const Pair& one) {
    return one.actor.uri() == actor && one.watcher.uri().path() == watcher_path;
  });
  if (pair == pairs.end()) {
    return {};
  }
  Pair taken = std::move(*pair);
  pairs.erase(pair);
  if (pairs.empty()) {
    by_node_.erase(found);
  }
  return taken;
}

std::vector<WatchTable::Pair> WatchTable::take_all(const NodeId& node) {
  const std::scoped_lock lock(mutex_);
  auto taken = by_node_.extract(node);
  return taken.empty() ? std::vector<Pair>() : std::move(taken.mapped());
}

}  // namespace spinoff::remoting
