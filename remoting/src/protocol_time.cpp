// What time brings, and the stop.
#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <spinoff/remoting/protocol.hpp>

namespace spinoff::remoting {
namespace {

double seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

void Protocol::schedule(Time when) noexcept {
  next_wakeup_ = std::min(next_wakeup_, when);
}

// To go over them while some end.
std::vector<Peer*> Protocol::all_peers() {
  std::vector<Peer*> peers;
  peers.reserve(peers_.size());
  for (auto& [id, peer] : peers_) {
    peers.push_back(&peer);
  }
  return peers;
}

void Protocol::tick(Time now, Actions& actions) {
  if (now < next_wakeup_) {
    return;
  }
  // If this node itself was held up (stopped, starved), its peers were not silent for as long as it
  // seems: what they sent is still to be read.
  const auto late = now - next_wakeup_;
  const auto not_heard = late > options_.heartbeat / 2 ? late : Time::duration::zero();
  next_wakeup_ = Time::max();
  retired_.expire(now);
  if (stopping_ && now >= stop_deadline_) {
    give_up(now, actions);
    return;
  }
  for (Peer* peer : all_peers()) {
    peer->last_heard = std::min(now, peer->last_heard + not_heard);
    tick(*peer, now, actions);
  }
  for (const auto& [id, peer] : peers_) {
    schedule(std::min(peer.next_beat, peer.is_up() ? peer.last_heard + options_.silence
                                                   : peer.since + options_.unreachable));
    if (may_use_relays(peer)) {
      schedule(std::min(peer.ways.next_beat, peer.ways.held_until));
    }
  }
  schedule(stop_deadline_);
}

void Protocol::tick(Peer& peer, Time now, Actions& actions) {
  if (peer.is_up() && now >= peer.last_heard + options_.silence) {
    end_session(peer,
                fmt::format("nothing was heard of it for {:.1f} s", seconds(options_.silence)),
                After::forget, now, actions);
    return;
  }
  if (!peer.is_up() && now >= peer.since + options_.unreachable) {
    end_session(peer,
                fmt::format("it was not reached in {:.1f} s{}", seconds(options_.unreachable),
                            trouble_with(peer)),
                After::forget, now, actions);
    return;
  }
  if (may_use_relays(peer)) {
    beat_ways(peer, now);
    pump(peer, now, actions);
  }
  // Beats that are nearly due go along, so that many peers do not mean many wake-ups.
  if (now + options_.heartbeat / 8 < peer.next_beat) {
    return;
  }
  peer.next_beat = now + options_.heartbeat;
  if (peer.is_up()) {
    peer.say_heartbeat = true;
  } else if (!peer.foreign) {
    say_hello(peer);
    if (peer.channel == Peer::Channel::blocked && !peer.trouble.empty()) {
      actions.emplace_back(Connect{peer.id});
    }
  }
  pump(peer, now, actions);
}

void Protocol::stop(Time now, Actions& actions) {
  if (stopping_) {
    return;
  }
  stopping_ = true;
  stop_deadline_ = now + options_.linger;
  schedule(stop_deadline_);
  for (Peer* peer : all_peers()) {
    const bool unknown = peer->theirs == serialization::SessionId{};
    if (unknown && !peer->has_waiting()) {
      erase(*peer, false, now, actions);
      continue;
    }
    peer->say_bye = true;
    pump(*peer, now, actions);
  }
}

void Protocol::give_up(Time now, Actions& actions) {
  while (!peers_.empty()) {
    Peer& peer = peers_.begin()->second;
    if (std::vector<Parcel> waiting = peer.take_all(); !waiting.empty()) {
      actions.emplace_back(Return{
          std::move(waiting), fmt::format("not sent to {}: this node stopped before it could be",
                                          peer.id.to_string())});
    }
    erase(peer, true, now, actions);
  }
}

}  // namespace spinoff::remoting
