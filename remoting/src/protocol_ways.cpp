// By which way frames go to a peer; relay_ways.hpp has the story.
#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <spinoff/remoting/protocol.hpp>

namespace spinoff::remoting {

using serialization::Frame;
using serialization::Probe;

void Protocol::start(Time now, Actions& actions) {
  for (const NodeId& relay : options_.relays) {
    if (find(relay) == nullptr) {
      pump(create(relay, now, actions), now, actions);
    }
  }
}

void Protocol::pump_ways(Peer& peer, Time now, Actions& actions) {
  if (peer.ways.probe_items != 0 && peer.received_items >= peer.ways.probe_items) {
    answer_probe(peer);
  }
  if (peer.channel == Peer::Channel::free) {
    pump_directly(peer, now, actions);
  }
  if (may_use_relays(peer)) {
    pump_by_relay(peer, now, actions);
  }
}

void Protocol::pump_directly(Peer& peer, Time now, Actions& actions) {
  const RelayWays& ways = peer.ways;
  const bool waits = peer.has_waiting();
  if (!peer.is_up()) {
    if (peer.say_bye && !waits) {
      emit(peer, SendFrame::Kind::bye, now, actions);
    } else if (peer.say_hello) {
      emit(peer, SendFrame::Kind::hello, now, actions);
    }
  } else if (ways.say_answer) {
    say_aside(peer, SendFrame::Kind::answer, actions);
  } else if (ways.say_probe) {
    say_aside(peer, SendFrame::Kind::probe, actions);
  } else if (ways.kind != RelayWays::Kind::direct) {
    if (ways.kind == RelayWays::Kind::open && peer.say_bye && !waits) {
      emit(peer, SendFrame::Kind::bye, now, actions);
    }
  } else if (!peer.carry.empty() && (!waits || !peer.has_carried)) {
    peer.has_carried = true;
    emit(peer, SendFrame::Kind::carry, now, actions);
  } else if (waits) {
    peer.has_carried = false;
    emit(peer, SendFrame::Kind::parcels, now, actions);
  } else if (peer.say_bye && !is_needed(peer)) {
    emit(peer, SendFrame::Kind::bye, now, actions);
  } else if (peer.say_heartbeat) {
    emit(peer, SendFrame::Kind::heartbeat, now, actions);
  }
}

void Protocol::say_aside(Peer& peer, SendFrame::Kind kind, Actions& actions) {
  RelayWays& ways = peer.ways;
  if (kind == SendFrame::Kind::probe) {
    ways.direct_probe = ++ways.last_probe;
    ways.say_probe = false;
  } else {
    ways.say_answer = false;
  }
  peer.channel = Peer::Channel::in_hand;
  actions.emplace_back(make_frame(peer, kind));
}

void Protocol::say_hello(Peer& peer) {
  peer.say_hello = true;
  peer.ways.say_hello = peer.ways.tries_relays && may_use_relays(peer);
}

// Once a session is up, only if the other end knows of relays, too.
bool Protocol::may_use_relays(const Peer& peer) const noexcept {
  return !options_.relays.empty() && !peer.is_relay && (!peer.is_up() || peer.has_relays);
}

// Null if there is no session with it, or it reads smaller frames than go to that peer.
Peer* Protocol::relay_for(const Peer& peer, const NodeId& relay) {
  Peer* const found = find(relay);
  const bool is_of_use = found != nullptr && found->is_relay && found->is_up() &&
                         max_item_bytes(found) >= max_item_bytes(&peer);
  return is_of_use ? found : nullptr;
}

// One after the other; null if none is of use.
Peer* Protocol::next_relay(Peer& peer) {
  const std::size_t count = options_.relays.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (Peer* const relay = relay_for(peer, options_.relays[peer.ways.turn++ % count])) {
      return relay;
    }
  }
  return nullptr;
}

Peer* Protocol::relay_for_hello(Peer& peer) {
  Peer* const relay = relay_for(peer, std::exchange(peer.ways.hello_by, NodeId()));
  return relay != nullptr ? relay : next_relay(peer);
}

bool Protocol::is_quiet(const Peer& peer, Time now) const noexcept {
  return now >= peer.last_heard + options_.relay_after;
}

// The session has come up.
void Protocol::begin_way(Peer& peer) {
  RelayWays& ways = peer.ways;
  ways.say_hello = false;
  ways.trouble.clear();
  if (ways.tries_relays && may_use_relays(peer)) {
    ways.kind = RelayWays::Kind::open;
    probe_ways(peer);
  }
}

void Protocol::probe_ways(Peer& peer) {
  peer.ways.say_probe = true;
  Peer* relay = relay_for(peer, peer.ways.heard_by);
  if (relay == nullptr || peer.ways.goes_by(relay->id)) {
    relay = next_relay(peer);
  }
  if (relay != nullptr) {
    peer.ways.probe_by = relay->id;
  }
}

// Once a heartbeat, also while there is much to say.
void Protocol::beat_ways(Peer& peer, Time now) {
  RelayWays& ways = peer.ways;
  if (now >= ways.held_until) {
    ways.held_until = Time::max();
    ways.direct_probe = 0;
  }
  if (now + options_.heartbeat / 8 < ways.next_beat) {
    return;
  }
  ways.next_beat = now + options_.heartbeat;
  ways.is_doubtful = false;
  if (!peer.is_up()) {
    ways.tries_relays =
        ways.tries_relays || !peer.trouble.empty() || now >= peer.since + options_.relay_after;
    return;
  }
  if (ways.kind != RelayWays::Kind::direct && !ways.is_held()) {
    ways.say_probe = true;
  }
  if (ways.kind == RelayWays::Kind::open || is_quiet(peer, now)) {
    if (const Peer* const relay = next_relay(peer)) {
      ways.probe_by = relay->id;
    }
  } else if (ways.kind == RelayWays::Kind::relayed && ways.asked_bytes != 0) {
    // The answer may have got lost.
    ways.probe_by = ways.relay;
  }
}

void Protocol::change_way(Peer& peer, RelayWays::Kind kind, const NodeId& relay, Time now,
                          Actions& actions) {
  RelayWays& ways = peer.ways;
  ways.kind = kind;
  ways.relay = relay;
  ways.tries_relays = kind == RelayWays::Kind::relayed;
  ways.is_doubtful = false;
  ways.held_until = Time::max();
  ways.direct_probe = 0;
  ways.relay_probe = 0;
  ways.underway_bytes = 0;
  ways.asked_bytes = 0;
  // So that it hears at once that this way works.
  peer.say_heartbeat = true;
  if (kind == RelayWays::Kind::relayed) {
    // What this node itself passes on goes directly only.
    drop_carried(peer, now, actions);
  }
}

// Its relay is gone, or does not reach the peer any more.
void Protocol::lose_way(Peer& peer, Time now, Actions& actions) {
  peer.ways.kind = RelayWays::Kind::open;
  peer.ways.held_until = Time::max();
  probe_ways(peer);
  pump(peer, now, actions);
}

void Protocol::heard_by_relay(Peer& peer, const NodeId& relay) {
  peer.ways.heard_by = relay;
  peer.ways.hello_by = relay;
  if (!peer.is_up() && may_use_relays(peer)) {
    peer.ways.tries_relays = true;
  }
}

void Protocol::take_aside(Peer& peer, const Frame& frame, const Arrival& arrival, Time now,
                          Actions& actions) {
  if (options_.relays.empty()) {
    return;  // it was not told that it may ask
  }
  for (const Probe& probe : frame.probes) {
    if (probe.is_answer) {
      take_answer(peer, probe.number, probe.received, now, actions);
    } else {
      take_probe(peer, frame, probe.number, arrival);
    }
  }
}

void Protocol::take_probe(Peer& peer, const Frame& frame, std::uint64_t number,
                          const Arrival& arrival) {
  RelayWays& ways = peer.ways;
  ways.probe_number = number;
  ways.probe_came_by = arrival.relay == nullptr ? NodeId() : *arrival.relay;
  answer_probe(peer);
  ways.probe_items = frame.header.sequence > peer.received_items ? frame.header.sequence : 0;
  // Once a beat: it probes back for the same reason.
  if (arrival.relay != nullptr && ways.kind == RelayWays::Kind::direct && !ways.is_doubtful &&
      may_use_relays(peer)) {
    ways.is_doubtful = true;
    ways.probe_by = *arrival.relay;
  }
}

void Protocol::answer_probe(Peer& peer) {
  RelayWays& ways = peer.ways;
  ways.probe_items = 0;
  ways.answer_by = ways.probe_came_by;
  if (ways.probe_came_by.host().empty()) {
    ways.say_answer = true;
    const Peer* const relay = relay_for(peer, ways.heard_by);
    if (ways.kind == RelayWays::Kind::relayed) {
      ways.answer_by = ways.relay;
    } else if (relay != nullptr) {
      ways.answer_by = relay->id;
    }
  }
}

void Protocol::take_answer(Peer& peer, std::uint64_t number, std::uint64_t received, Time now,
                           Actions& actions) {
  RelayWays& ways = peer.ways;
  const bool directly = number == ways.direct_probe;
  if (number == 0 || (!directly && number != ways.relay_probe)) {
    return;  // to an earlier one
  }
  const bool has_all = received == peer.sent_items;
  if (has_all) {
    ways.underway_bytes = 0;
    ways.asked_bytes = 0;
  }
  if (directly) {
    if (ways.kind == RelayWays::Kind::direct) {
      return;
    }
    if (has_all) {
      change_way(peer, RelayWays::Kind::direct, NodeId(), now, actions);
    } else if (ways.kind == RelayWays::Kind::relayed && !ways.is_held()) {
      ways.held_until = now + options_.heartbeat;
      schedule(ways.held_until);
      ways.say_probe = true;
    }
    return;
  }
  if (ways.goes_by(ways.probed_relay)) {
    ways.underway_bytes -= std::exchange(ways.asked_bytes, 0);
    ways.relay_probe = 0;
    return;
  }
  const bool is_wanted =
      ways.kind == RelayWays::Kind::open || ways.is_doubtful || is_quiet(peer, now);
  if (has_all && is_wanted && relay_for(peer, ways.probed_relay) != nullptr) {
    change_way(peer, RelayWays::Kind::relayed, NodeId(ways.probed_relay), now, actions);
  }
}

std::string Protocol::trouble_with(const Peer& peer) {
  std::string trouble = peer.trouble.empty() ? std::string() : ": " + peer.trouble;
  if (!may_use_relays(peer)) {
    return trouble;
  }
  const bool has_relay = std::ranges::any_of(
      options_.relays, [&](const NodeId& relay) { return relay_for(peer, relay) != nullptr; });
  if (!has_relay) {
    return trouble + "; nor is there a relay that can be reached";
  }
  return trouble +
         (peer.ways.trouble.empty() ? "; nor was it by a relay" : "; " + peer.ways.trouble);
}

}  // namespace spinoff::remoting
