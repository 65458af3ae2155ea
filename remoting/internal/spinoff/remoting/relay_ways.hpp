/// By which way a node's frames go to a peer: directly, or by a third node, a *relay*, if the two
/// cannot reach each other.
///
/// The story. A node keeps a session with each of its relays. What it says to a peer by one is the
/// same frame as ever, as bytes in an item `relay` of a frame to the relay. That passes it on in an
/// item `relayed`, if it has a session with the peer and may. So a session is between the two ends,
/// whatever ways its frames go, and each end decides about its own direction:
///
///   direct   As without relays; so it begins.
///   relayed  By one relay.
///   open     By none that is known to work: what is to be sent waits.
///
/// *Connecting*: hellos go directly; also by relays, one after the other, if there was no answer
/// for `relay_after`, if it is known what stands in the way, or if the peer was heard of by a
/// relay. A session that comes up after such hellos is open at first. (Not with a peer whose hello
/// says of no relays: that one is reached directly only, and never asked.)
///
/// *Probes* find a way. A probe goes by the way in question, and its answer says how many items of
/// the session have come so far, at once, and once more when all have that were sent before the
/// probe. The answer to one that came by a relay goes back by that relay; to one that came
/// directly, by both ways. Probes and answers are *aside*: frames that belong to a session but not
/// to its order. So they may overtake the others, and they do not keep a session alive: a direction
/// whose own way carries nothing for `silence` ends the session, as ever.
///
/// *A way changes* only when an answer has come to a probe by the new way, which proves that one,
/// and says that all that was sent by the old way has come. Nothing is sent in between, so nothing
/// is lost or overtaken. Of heartbeats that were still on the old way the receiver takes no notice:
/// a frame without items that comes too late says nothing.
///
///   open -> any                The first way whose answer says that all has come. If something was
///                              lost none ever does, and the session ends by silence.
///   relayed -> direct          Probed each heartbeat, and as soon as the channel opens. Under
///                              traffic the first answer comes while items are underway: then the
///                              way is *held*, nothing more is sent, and another probe is answered
///                              when the last has come. It is held for a heartbeat at most.
///   any -> relayed             If the peer has not been heard of for `relay_after`, or probes by a
///                              relay, which may mean that it does not hear this node.
///   relayed -> open            The session with the relay ends, or it says that it does not pass
///                              frames on to the peer.
///
/// A relay tells nobody how fast it is, so what is underway by it is bounded: after
/// `relay_window_bytes` the sender waits for the answer to a probe.
///
/// *No loops*: a frame that came by a relay is never passed on, and relays themselves are reached
/// directly only. *No amplification*: a relay sends one frame for one, only to nodes with which it
/// has a session; each probe has at most four answers.
///
/// *At the relay*, frames wait for a node up to `max_relay_bytes`; more are dropped, and where they
/// came from is told. The gap ends the session between the ends, and nothing else. They take turns
/// with the relay's own messages for that node.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <spinoff/uri.hpp>

namespace spinoff::remoting {

struct RelayWays {
  using Time = std::chrono::steady_clock::time_point;
  enum class Kind : std::uint8_t { direct, relayed, open };

  /// A new session. What helps to reach the peer is kept.
  void begin_session(Time first_beat) {
    RelayWays fresh;
    fresh.next_beat = first_beat;
    fresh.tries_relays = tries_relays || kind != Kind::direct;
    fresh.say_hello = fresh.tries_relays;
    fresh.heard_by = heard_by;
    fresh.trouble = std::move(trouble);
    fresh.turn = turn;
    *this = std::move(fresh);
  }
  [[nodiscard]] bool goes_by(const NodeId& node) const {
    return kind == Kind::relayed && relay == node;
  }
  [[nodiscard]] bool is_held() const noexcept { return held_until != Time::max(); }

  Kind kind = Kind::direct;
  // What to say directly as soon as the channel is free.
  bool say_probe = false;
  bool say_answer = false;
  /// A frame of ours waits for a relay to take it; no other one is given to any.
  bool in_hand = false;
  /// Hellos go by relays, too.
  bool tries_relays = false;
  /// And one is due.
  bool say_hello = false;
  /// It may not hear what goes directly.
  bool is_doubtful = false;
  /// Of our relays, the one that is asked next.
  std::size_t turn = 0;
  /// By which they go, if they are relayed.
  NodeId relay;
  /// By which its last frame came that did not come directly; none: each did.
  NodeId heard_by;
  /// By which to say a hello, a probe, or an answer; none: the next one, or it is not due.
  NodeId hello_by;
  NodeId probe_by;
  NodeId answer_by;
  Time held_until = Time::max();
  /// When to look whether another way is needed, or a better one is there.
  Time next_beat = Time::max();

  // Our probes; 0: there is none that an answer can be for.
  std::uint64_t last_probe = 0;
  std::uint64_t direct_probe = 0;
  std::uint64_t relay_probe = 0;
  /// By which the latter went.
  NodeId probed_relay;
  /// Given to the relay since all was known to have come, and before the probe that asks.
  std::size_t underway_bytes = 0;
  std::size_t asked_bytes = 0;

  // Its last probe.
  std::uint64_t probe_number = 0;
  /// When so many items have come, it is answered again; 0: it was.
  std::uint64_t probe_items = 0;
  /// By which it came; none: directly.
  NodeId probe_came_by;

  /// Why it is not reached by relays, for the log.
  std::string trouble;
};

}  // namespace spinoff::remoting
