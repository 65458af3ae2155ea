/// Who watches whom across nodes, as one node knows it.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <spinoff/ref.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::remoting {

/// Pairs of an actor and its watcher, grouped by the node at the other end, so that all of a node's
/// can be found when it goes down. Any thread.
class WatchTable {
 public:
  struct Pair {
    Ref actor;
    Ref watcher;
  };

  void add(const NodeId& node, Pair pair);
  /// False if there was no such pair: each watch is answered once.
  bool remove(const NodeId& node, const Pair& pair);
  /// Removes the pair of that actor and the watcher of that path; its watcher names nobody if there
  /// was none.
  Pair take(const NodeId& node, const Uri& actor, std::string_view watcher_path);
  std::vector<Pair> take_all(const NodeId& node);

 private:
  std::mutex mutex_;
  std::unordered_map<NodeId, std::vector<Pair>> by_node_;
};

}  // namespace spinoff::remoting
