#include "watch_table.hpp"

#include <functional>
#include <utility>

namespace spinoff::remoting {

std::size_t WatchTable::Hash::operator()(const Key& key) const noexcept {
  constexpr std::size_t kOdd = 0x9E3779B97F4A7C15U;  // so that a/b and b/a differ
  const std::hash<std::string> hash;
  return hash(key.actor) * kOdd + hash(key.watcher);
}

bool WatchTable::add(const NodeId& node, Pair pair) {
  Key key = key_of(pair);
  const std::scoped_lock lock(mutex_);
  Pairs& pairs = by_node_[node];
  if (const auto found = pairs.find(key); found != pairs.end()) {
    found->second = std::move(pair);
    return true;
  }
  if (pairs.size() >= max_per_node_) {
    return false;
  }
  pairs.emplace(std::move(key), std::move(pair));
  return true;
}

template <class Condition>
WatchTable::Pair WatchTable::extract(const NodeId& node, const Key& key, Condition is_meant) {
  const std::scoped_lock lock(mutex_);
  const auto of_node = by_node_.find(node);
  if (of_node == by_node_.end()) {
    return {};
  }
  Pairs& pairs = of_node->second;
  const auto found = pairs.find(key);
  if (found == pairs.end() || !is_meant(found->second)) {
    return {};
  }
  Pair taken = std::move(found->second);
  pairs.erase(found);
  if (pairs.empty()) {
    by_node_.erase(of_node);
  }
  return taken;
}

bool WatchTable::remove(const NodeId& node, const Pair& pair) {
  const Pair removed = extract(node, key_of(pair), [&](const Pair& one) {
    return one.actor == pair.actor && one.watcher == pair.watcher;
  });
  return static_cast<bool>(removed.watcher);
}

WatchTable::Pair WatchTable::take(const NodeId& node, const Uri& actor,
                                  std::string_view watcher_path) {
  return extract(node, Key{key_of(actor), std::string(watcher_path)},
                 [&](const Pair& one) { return one.actor.uri() == actor; });
}

bool WatchTable::has(const NodeId& node, const Uri& actor, std::string_view watcher_path) {
  const std::scoped_lock lock(mutex_);
  const auto of_node = by_node_.find(node);
  return of_node != by_node_.end() &&
         of_node->second.contains(Key{key_of(actor), std::string(watcher_path)});
}

std::vector<WatchTable::Pair> WatchTable::take_all(const NodeId& node) {
  Pairs taken;
  {
    const std::scoped_lock lock(mutex_);
    if (auto of_node = by_node_.extract(node)) {
      taken = std::move(of_node.mapped());
    }
  }
  std::vector<Pair> pairs;
  pairs.reserve(taken.size());
  for (auto& [key, pair] : taken) {
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

}  // namespace spinoff::remoting
