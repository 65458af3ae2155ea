// What goes by relays: this node's own frames, and as a relay, those of others.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <spinoff/remoting/protocol.hpp>
#include <spinoff/serialization/quoted.hpp>

namespace spinoff::remoting {

using serialization::Item;
using serialization::ItemKind;
using serialization::kMostHeads;
using serialization::quoted;

namespace {

std::string encoded(ItemKind kind, const std::string& node, std::string_view payload) {
  Item item;
  item.kind = kind;
  (kind == ItemKind::relayed ? item.from : item.to) = node;
  item.payload = payload;
  return encode(item);
}

}  // namespace

// Of a frame at a time, as directly.
void Protocol::pump_by_relay(Peer& peer, Time now, Actions& actions) {
  RelayWays& ways = peer.ways;
  if (ways.in_hand) {
    return;
  }
  if (!peer.is_up()) {
    Peer* const relay = ways.say_hello ? relay_for_hello(peer) : nullptr;
    if (relay != nullptr) {
      hand_over(peer, *relay, SendFrame::Kind::hello, now, actions);
    }
    return;
  }
  if (Peer* const relay = relay_for(peer, std::exchange(ways.answer_by, NodeId()))) {
    hand_over(peer, *relay, SendFrame::Kind::answer, now, actions);
    return;
  }
  if (Peer* const relay = relay_for(peer, std::exchange(ways.probe_by, NodeId()))) {
    hand_over(peer, *relay, SendFrame::Kind::probe, now, actions);
    return;
  }
  if (ways.kind == RelayWays::Kind::direct) {
    return;
  }
  const bool is_open = ways.kind == RelayWays::Kind::open;
  Peer* const relay = relay_for(peer, is_open ? ways.heard_by : ways.relay);
  if (relay == nullptr) {
    return;
  }
  const bool waits = peer.has_waiting();
  if (waits && !is_open && !ways.is_held() && ways.underway_bytes < options_.relay_window_bytes) {
    hand_over(peer, *relay, SendFrame::Kind::parcels, now, actions);
  } else if (!waits && peer.say_bye) {
    hand_over(peer, *relay, SendFrame::Kind::bye, now, actions);
  } else if (!is_open && peer.say_heartbeat) {
    hand_over(peer, *relay, SendFrame::Kind::heartbeat, now, actions);
  }
}

void Protocol::hand_over(Peer& peer, Peer& relay, SendFrame::Kind kind, Time now,
                         Actions& actions) {
  RelayWays& ways = peer.ways;
  if (kind == SendFrame::Kind::probe) {
    ways.relay_probe = ++ways.last_probe;
    ways.probed_relay = relay.id;
  } else if (kind == SendFrame::Kind::hello) {
    ways.say_hello = false;
  } else if (kind != SendFrame::Kind::answer) {
    peer.say_heartbeat = false;
    peer.next_beat = now + options_.heartbeat;
  }
  SendFrame frame = make_frame(peer, kind);
  if (kind == SendFrame::Kind::parcels) {
    ways.underway_bytes += frame.bytes.size();
    if (ways.asked_bytes == 0 && ways.underway_bytes >= options_.relay_window_bytes / 2) {
      ways.asked_bytes = ways.underway_bytes;
      ways.probe_by = relay.id;
    }
  }
  ways.in_hand = true;
  std::string item = encoded(ItemKind::relay, peer.id.to_string(), frame.bytes);
  if (frame.head_bytes > 0) {
    take_apart(frame);
  } else {
    lend(std::move(frame.bytes).release());
  }
  carry(relay, {std::move(item), std::move(frame)}, now, actions);
}

void Protocol::load_carried(Peer& peer, serialization::FrameBuilder& frame, SendFrame& action) {
  action.carried = std::make_shared<Carried>(peer.take_carried(peer.carry.begin()));
  frame.add(action.carried->item);
}

// A relay's channel has taken a frame with this one in it.
void Protocol::sent_by_relay(const SendFrame& frame, Time now, Actions& actions) {
  if (!frame.carried->own) {
    return;
  }
  const SendFrame& own = *frame.carried->own;
  Peer* const peer = find(own.peer);
  if (peer != nullptr && peer->session == own.session) {
    peer->ways.in_hand = false;
    went(*peer, own, now, actions);
  }
}

// The session with the node to which they were to go first has ended.
void Protocol::come_back(const NodeId& to, std::deque<Carried> all, Actions& actions) {
  std::uint64_t others = 0;
  for (Carried& carried : all) {
    if (carried.own) {
      came_back(std::move(*carried.own), actions);
    } else {
      ++others;
    }
  }
  if (others > 0) {
    actions.emplace_back(Reject{RejectReason::not_relayed, others,
                                fmt::format("frames that were to be relayed to {} were dropped: "
                                            "the session with it has ended",
                                            to.to_string())});
  }
}

void Protocol::came_back(SendFrame own, Actions& actions) {
  Peer* const peer = find(own.peer);
  if (peer == nullptr || peer->session != own.session) {
    return_late(std::move(own), actions);
    return;
  }
  peer->ways.in_hand = false;
  if (own.kind == SendFrame::Kind::hello) {
    peer->ways.say_hello = true;
  }
  take_back(*peer, own);
}

// The peer's session ends: what no relay has taken yet is not to go.
void Protocol::withdraw(Peer& peer) {
  if (!peer.ways.in_hand) {
    return;
  }
  for (const NodeId& id : options_.relays) {
    Peer* const relay = find(id);
    if (relay == nullptr) {
      continue;
    }
    const auto found = std::ranges::find_if(relay->carry, [&](const Carried& carried) {
      return carried.own && carried.own->peer == peer.id && carried.own->session == peer.session;
    });
    if (found != relay->carry.end()) {
      Carried carried = relay->take_carried(found);
      take_back(peer, *carried.own);
      peer.ways.in_hand = false;
      return;
    }
  }
}

// Of a peer whose session has ended; and whoever is reached by it needs another way.
void Protocol::drop_carried(Peer& peer, Time now, Actions& actions) {
  peer.carry_bytes = 0;
  come_back(peer.id, std::exchange(peer.carry, {}), actions);
  if (!peer.is_relay) {
    return;
  }
  for (Peer* const other : all_peers()) {
    if (other->is_up() && other->ways.goes_by(peer.id)) {
      lose_way(*other, now, actions);
    } else if (other != &peer) {
      pump(*other, now, actions);
    }
  }
}

// What it is to pass on may still come.
bool Protocol::is_needed(const Peer& relay) const {
  return relay.is_relay && std::ranges::any_of(peers_, [&](const auto& entry) {
           return entry.second.is_up() && entry.second.ways.goes_by(relay.id);
         });
}

void Protocol::take_relay_items(Peer& peer, const std::vector<Item>& items, const Arrival& arrival,
                                Time now, Actions& actions) {
  if (arrival.relay != nullptr) {
    actions.emplace_back(Reject{RejectReason::not_relayed, items.size(),
                                fmt::format("a frame of {} that was relayed itself asks to be "
                                            "relayed on, and was dropped",
                                            peer.id.to_string())});
    return;
  }
  // They may be about peers of any kind, but not end this one's session.
  for (const Item& item : items) {
    switch (item.kind) {
      case ItemKind::relay:
        pass_on(peer, item, now, actions);
        break;
      case ItemKind::relayed:
        take_relayed(peer.id, item, arrival, now, actions);
        break;
      default:
        not_relayed(peer.id, item, now, actions);
        break;
    }
  }
}

// This node is the relay.
void Protocol::pass_on(Peer& origin, const Item& item, Time now, Actions& actions) {
  Peer* to = nullptr;
  std::string why;
  try {
    to = find(NodeId::parse(item.to));
  } catch (const InvalidUri&) {
    to = nullptr;
  }
  if (!options_.may_relay) {
    why = "it does not relay for other nodes (RemoteRights::relay)";
  } else if (stopping_) {
    why = "it is stopping";
  } else if (to == nullptr || !to->is_up() || to == &origin ||
             to->ways.kind != RelayWays::Kind::direct) {
    why = "it has no session with that node, which has to list it as a relay";
  } else if (kMostHeads + item.payload.size() + origin.id.to_string().size() > max_item_bytes(to)) {
    why = "the frame is too large for that node";
  } else if (to->carry_bytes + item.payload.size() + sizeof(Carried) > options_.max_relay_bytes) {
    why = "too much waits at it for that node";
  }
  if (why.empty()) {
    carry(*to, {encoded(ItemKind::relayed, origin.id.to_string(), item.payload)}, now, actions);
    return;
  }
  actions.emplace_back(Reject{RejectReason::not_relayed, 1,
                              fmt::format("a frame of {} to {} was not relayed: {}",
                                          origin.id.to_string(), quoted(item.to), why)});
  Carried answer{encoded(ItemKind::not_relayed, std::string(item.to), why)};
  if (origin.carry_bytes + answer.cost() <= options_.max_relay_bytes) {
    carry(origin, std::move(answer), now, actions);
  }
}

void Protocol::carry(Peer& to, Carried carried, Time now, Actions& actions) {
  to.carry_last(std::move(carried));
  pump(to, now, actions);
}

// This node is the receiver.
void Protocol::take_relayed(const NodeId& relay, const Item& item, const Arrival& arrival, Time now,
                            Actions& actions) {
  NodeId origin;
  try {
    origin = NodeId::parse(item.from);
  } catch (const InvalidUri& error) {
    actions.emplace_back(
        Reject{RejectReason::bad_sender, 1,
               fmt::format("a relayed frame was dropped: its sender is an {}", error.what())});
    return;
  }
  const bool is_relay = std::ranges::find(options_.relays, relay) != options_.relays.end();
  const bool is_known =
      arrival.speaker.peers == nullptr || arrival.speaker.peers->key_of(origin) != nullptr;
  if (!is_relay || !is_known || origin == relay) {
    actions.emplace_back(
        Reject{RejectReason::foreign_name, 1,
               fmt::format("a frame of {} that came by {} was dropped: {}", origin.to_string(),
                           relay.to_string(),
                           is_known ? "that is no relay of this node (NodeOptions::relays)"
                                    : "it is not in the list of peers")});
    return;
  }
  frame(item.payload, Arrival{arrival.speaker, &relay, &origin}, now, actions);
}

// A relay of this node did not pass a frame on.
void Protocol::not_relayed(const NodeId& relay, const Item& item, Time now, Actions& actions) {
  Peer* peer = nullptr;
  try {
    peer = find(NodeId::parse(item.to));
  } catch (const InvalidUri&) {
    return;
  }
  if (peer == nullptr || relay_for(*peer, relay) == nullptr) {
    return;
  }
  peer->ways.trouble =
      fmt::format("the relay {} does not reach it: {}", relay.to_string(), quoted(item.payload));
  if (peer->is_up() && peer->ways.goes_by(relay)) {
    lose_way(*peer, now, actions);
  }
}

}  // namespace spinoff::remoting
