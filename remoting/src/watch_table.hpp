/// Who watches whom across nodes, as one node knows it.
#pragma once

#include <cstddef>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <spinoff/ref.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::remoting {

/// Pairs of an actor and its watcher, grouped by the node at the other end, so that all of a node's
/// can be found when it goes down. Within a node a pair is known by the paths of both, which is how
/// it goes over the wire; no operation on one pair looks at others. Any thread.
class WatchTable {
 public:
  struct Pair {
    Ref actor;
    Ref watcher;
  };

  explicit WatchTable(std::size_t max_per_node = std::numeric_limits<std::size_t>::max())
      : max_per_node_(max_per_node) {}

  /// Takes the place of an earlier pair with the same paths: of actors that had these names before.
  /// False if that node has as many as it may.
  [[nodiscard]] bool add(const NodeId& node, Pair pair);
  /// False if there was no such pair: each watch is answered once.
  bool remove(const NodeId& node, const Pair& pair);
  /// Removes the pair of that actor and the watcher of that path; its watcher names nobody if there
  /// was none.
  Pair take(const NodeId& node, const Uri& actor, std::string_view watcher_path);
  std::vector<Pair> take_all(const NodeId& node);
  /// Whether there is such a pair.
  [[nodiscard]] bool has(const NodeId& node, const Uri& actor, std::string_view watcher_path);

 private:
  struct Key {
    std::string actor;
    std::string watcher;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  using Pairs = std::unordered_map<Key, Pair, Hash>;

  // An actor whose node was given by name is another one than that of the node's id: the watcher
  // has to hear of the one that it watches.
  static std::string key_of(const Uri& actor) {
    return actor.node() && actor.node()->is_named() ? actor.to_string() : actor.path();
  }
  static Key key_of(const Pair& pair) {
    return {key_of(pair.actor.uri()), pair.watcher.uri().path()};
  }
  // Removes the pair of that key if `is_meant` says so; it names nobody if there was none.
  template <class Condition>
  Pair extract(const NodeId& node, const Key& key, Condition is_meant);

  const std::size_t max_per_node_;
  std::mutex mutex_;
  std::unordered_map<NodeId, Pairs> by_node_;
};

}  // namespace spinoff::remoting
