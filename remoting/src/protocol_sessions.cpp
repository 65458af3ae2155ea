// How sessions begin and end.
#include <algorithm>
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
  peer.next_beat = now + options_.heartbeat;
  peer.say_hello = true;
  peer.say_heartbeat = false;
  schedule(std::min(peer.next_beat, now + options_.unreachable));
}

void Protocol::end_session(Peer& peer, const std::string& reason, After after, Time now,
                           Actions& actions) {
  const NodeId id = peer.id;
  if (!peer.queue.empty()) {
    actions.emplace_back(
        Return{peer.take_all(), fmt::format("{} is down: {}", id.to_string(), reason)});
  }
  if (peer.is_up() || peer.wanted) {
    actions.emplace_back(NodeDown{id, reason});
  }
  if (after == After::forget) {
    erase(peer, false, actions);
    return;
  }
  peer.wanted = false;
  peer.since = now;
  begin_anew(peer, now, actions);
  count_stranger(peer);
}

// With a new channel: nothing that is still in the old one is of use.
void Protocol::begin_anew(Peer& peer, Time now, Actions& actions) {
  actions.emplace_back(Disconnect{peer.id, false});
  actions.emplace_back(Connect{peer.id});
  peer.channel = Peer::Channel::free;
  begin_session(peer, now);
}

void Protocol::erase(Peer& peer, bool flush, Actions& actions) {
  actions.emplace_back(Disconnect{peer.id, flush});
  if (peer.dirty) {
    std::erase(dirty_, &peer);
  }
  if (peer.counted_stranger) {
    --strangers_;
  }
  peers_.erase(peers_.find(peer.id));
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
  peer.foreign = false;
  peer.trouble.clear();
  peer.say_hello = false;
  // So that it hears its own session's number even if there is nothing else to say.
  peer.say_heartbeat = true;
  schedule(now + std::min(options_.heartbeat, options_.silence));
  actions.emplace_back(NodeUp{peer.id, peer.theirs.incarnation});
  return_too_large(peer, actions);
}

void Protocol::bye(const NodeId& from, Peer* peer, Frame& frame, Time now, Actions& actions) {
  const SessionId theirs = frame.header.from_session;
  retired_.add(from, theirs.incarnation, Retired::How::said_bye, now);
  if (peer == nullptr || peer->theirs.incarnation != theirs.incarnation) {
    return;
  }
  if (peer->is_up() && peer->theirs == theirs && names_us(*peer, frame)) {
    take_items(*peer, frame, now, actions);
  }
  end_session(*peer, "it was stopped", After::forget, now, actions);
}

}  // namespace spinoff::remoting
