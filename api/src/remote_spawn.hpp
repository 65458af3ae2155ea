// How `spawn_on` works: two actors talk by ordinary messages, so it needs nothing of the protocol.
//
//     spawner ── its child, the FarChild         its child, the new actor ── RemoteSpawner
//                at the spawner's node                   at the other node, `/$remote`
//
// The FarChild asks the RemoteSpawner for the actor, and watches both from then on; the
// RemoteSpawner watches the FarChild and the actor. So whatever ends (an actor, its node, the
// session between them) the other side hears of it, and ends its part: no state outlives a session.
//
// An error of the actor suspends it, like any, and the RemoteSpawner decides later: it tells the
// FarChild, which fails with that error in its own name (see Cell::stand_for). All that supervision
// can do then happens to the FarChild, by the means that there are for any child: limits, backoff,
// escalation, decisions for all children. What became of it is the answer:
//   - it was resumed: it handles the GoOn that it had sent to itself before it failed;
//   - it was restarted: the new instance knows by `post_restart`. Without a failure to answer its
//     siblings have failed, and the actor is restarted as well;
//   - it stops: so does the actor, and the FarChild waits for that.
// Answers name the failure that they are about, so late ones mean nothing.
#pragma once

#include <cstdint>
#include <string>

#include <spinoff/ref_msgpack.hpp>
#include <spinoff/serializable.hpp>

namespace spinoff::remote_spawn {

// To the RemoteSpawner, always from a FarChild; `from_here`: one of the same node. That does not
// cross nodes, and so cannot be made up by others, as the sender can.

struct SpawnHere {
  std::string actor_class;
  std::string parameters;
  bool from_here = false;
  MSGPACK_DEFINE(actor_class, parameters)
};
/// What to do with the actor. Without a failure (0) it was running, and is restarted.
struct Answer {
  std::uint32_t failure = 0;
  bool restart = false;
  bool keep_children = false;
  bool from_here = false;
  MSGPACK_DEFINE(failure, restart, keep_children)
};
struct StopThere {
  bool kill = false;
  bool from_here = false;
  MSGPACK_DEFINE(kill)
};

// To the FarChild, always from a RemoteSpawner.

struct Spawned {
  Ref child;
  MSGPACK_DEFINE(child)
};

enum class Refusal : std::uint8_t { other, unknown_class, bad_parameter };
struct NotSpawned {
  std::uint8_t refusal = 0;
  std::string reason;
  MSGPACK_DEFINE(refusal, reason)
};

/// As far as default_decision tells errors apart.
enum class ErrorKind : std::uint8_t { exception, logic_error, create_failed, other };
struct Failed {
  std::uint32_t failure = 0;
  std::uint8_t kind = 0;
  std::string what;
  MSGPACK_DEFINE(failure, kind, what)
};

}  // namespace spinoff::remote_spawn
