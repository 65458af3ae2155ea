// How sessions begin and end.
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <spinoff/remoting/protocol.hpp>

namespace spinoff::remoting {

using serialization::Frame;
using serialization::SessionId;

Peer& Protocol::create(const NodeId& id, Time now, Actions& actions) {
  Peer& peer = peers_.try_emplace(id, id).first->second;
  peer.since = now;
  peer.is_relay = std::ranges::find(options_.relays, id) != options_.relays.end();
  peer.has_ways = !options_.relays.empty();
  begin_session(peer, now);
  actions.emplace_back(Connect{id});
  count_stranger(peer);
  return peer;
}

// The queue and what is known of the other end stay.
void Protocol::begin_session(Peer& peer, Time now) {
  peer.state = Peer::State::connecting;
  peer.session = ++last_session_;
  peer.sent_items = 0;
  peer.received_items = 0;
  peer.aliases = std::make_shared<Aliases>();
  peer.assembly = {};
  peer.next_beat = now + options_.heartbeat;
  peer.ways.begin_session(peer.next_beat);
  peer.say_hello = true;
  peer.say_heartbeat = false;
  schedule(std::min(peer.next_beat, now + options_.unreachable));
}

void Protocol::end_session(Peer& peer, const std::string& reason, After after, Time now,
                           Actions& actions) {
  const NodeId id = peer.id;
  withdraw(peer);
  if (std::vector<Parcel> waiting = peer.take_all(); !waiting.empty()) {
    actions.emplace_back(
        Return{std::move(waiting), fmt::format("{} is down: {}", id.to_string(), reason)});
  }
  if (peer.is_up() || peer.wanted) {
    actions.emplace_back(NodeDown{id, reason});
  }
  if (after == After::forget) {
    erase(peer, false, now, actions);
    return;
  }
  peer.wanted = false;
  peer.since = now;
  begin_anew(peer, now, actions);
  count_stranger(peer);
  drop_carried(peer, now, actions);
}

// With a new channel: nothing that is still in the old one is of use.
void Protocol::begin_anew(Peer& peer, Time now, Actions& actions) {
  actions.emplace_back(Disconnect{peer.id, false});
  actions.emplace_back(Connect{peer.id});
  peer.channel = Peer::Channel::free;
  begin_session(peer, now);
}

void Protocol::erase(Peer& peer, bool flush, Time now, Actions& actions) {
  peer.state = Peer::State::connecting;
  drop_carried(peer, now, actions);
  actions.emplace_back(Disconnect{peer.id, flush});
  if (peer.dirty) {
    std::erase(dirty_, &peer);
  }
  if (peer.counted_stranger) {
    --strangers_;
  }
  const auto found = peers_.find(peer.id);
  const std::optional<NodeId> again =
      peer.is_relay && !stopping_ ? std::optional(peer.id) : std::nullopt;
  peers_.erase(found);
  if (again) {
    pump(create(*again, now, actions), now, actions);
  }
}

Protocol::News Protocol::note_their_session(Peer& peer, SessionId theirs, Time now,
                                            Actions& actions) {
  const SessionId known = std::exchange(peer.theirs, theirs);
  if (known == theirs) {
    return News::no;
  }
  if (known == SessionId{}) {
    return News::yes;
  }
  if (known.incarnation != theirs.incarnation) {
    retired_.add(peer.id, known.incarnation, Retired::How::replaced, now);
    peer.max_frame_bytes = 0;
    peer.max_aliases = 0;
    peer.max_message_bytes = 0;
    peer.has_relays = false;
    if (peer.is_up()) {
      end_session(peer, "it was started anew", After::begin_anew, now, actions);
    } else {
      // A number that its earlier start cannot have heard.
      begin_anew(peer, now, actions);
    }
    return News::yes;
  }
  if (theirs.number < known.number) {
    peer.theirs = known;
    return News::stale;
  }
  if (peer.is_up()) {
    end_session(peer, "the connection to it was lost for a while", After::begin_anew, now, actions);
  }
  return News::yes;
}

void Protocol::come_up(Peer& peer, Time now, Actions& actions) {
  peer.state = Peer::State::up;
  count_stranger(peer);
  begin_way(peer);
  peer.foreign = false;
  peer.trouble.clear();
  peer.say_hello = false;
  // So that it hears its own session's number even if there is nothing else to say.
  peer.say_heartbeat = true;
  schedule(now + std::min(options_.heartbeat, options_.silence));
  const std::size_t part = part_bytes(peer);
  actions.emplace_back(NodeUp{.peer = peer.id,
                              .incarnation = peer.theirs.incarnation,
                              .session = peer.session,
                              .max_aliases = peer.max_aliases,
                              .max_item_bytes = max_item_bytes(&peer),
                              .max_straight_bytes = part > 0
                                                        ? std::min(part, max_message_bytes(&peer))
                                                        : std::numeric_limits<std::size_t>::max()});
  return_too_large(peer, actions);
  peer.lanes.set_part_bytes(part);
  if (peer.is_relay) {
    // For those that had none.
    for (Peer* other : all_peers()) {
      pump(*other, now, actions);
    }
  }
}

void Protocol::bye(const NodeId& from, Peer* peer, Frame& frame, const Arrival& arrival, Time now,
                   Actions& actions) {
  const SessionId theirs = frame.header.from_session;
  retired_.add(from, theirs.incarnation, Retired::How::said_bye, now);
  if (peer == nullptr || peer->theirs.incarnation != theirs.incarnation) {
    return;
  }
  if (peer->is_up() && peer->theirs == theirs && names_us(*peer, frame)) {
    take_items(*peer, frame, arrival, now, actions);
  }
  end_session(*peer, "it was stopped", After::forget, now, actions);
}

}  // namespace spinoff::remoting
