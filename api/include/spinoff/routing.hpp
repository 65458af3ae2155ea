/// How a router chooses among its routees. Given to Router and `spawn_pool`.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

namespace spinoff {

/// Each in turn, over all senders.
struct RoundRobin {};

/// Any of them, with equal chances. With a seed the choices can be repeated; without one it comes
/// from the node's own random numbers when the router is made in an actor, else from the system.
struct Random {
  std::optional<std::uint64_t> seed = std::nullopt;
};

/// The one with the fewest messages that this router, all its copies taken together, has sent to it
/// and that are not handled: the one in its handler counts, for a process those that it has not
/// got. What others send there does not count, and senders that choose at the same moment may
/// choose the same. Of equal ones each in turn. Actors at other nodes are chosen only if there is
/// none at this one, since nobody counts there.
struct SmallestMailbox {};

/// All of them. For messages that can be copied; nobody can ask all.
struct Broadcast {};

/// All of them are asked, and the first reply is the answer. Only for `ask`, which fails when all
/// have failed.
struct ScatterGatherFirst {};

/// A message's own `routing_key()`.
struct RoutingKey {
  template <class M>
    requires requires(const M& message) { message.routing_key(); }
  decltype(auto) operator()(const M& message) const {
    return message.routing_key();
  }
};

/// The owner of the message's key: messages with equal keys go to the same routee, as long as the
/// routees stay the same, and a routee that comes or goes moves only its share of the keys. The
/// key is anything that std::hash takes: what `key(message)` gives, a member (`&Put::key`), or by
/// default what the message's `routing_key()` gives. Depends on the routees' names only, so senders
/// at several nodes agree, as far as std::hash does there.
template <class Key = RoutingKey>
struct ConsistentHash {
  Key key = {};
  /// Points that each routee has on the ring: more spread the keys more evenly. At least 1.
  unsigned virtual_nodes = 128;
};
template <class Key>
ConsistentHash(Key) -> ConsistentHash<Key>;
ConsistentHash() -> ConsistentHash<>;

}  // namespace spinoff
