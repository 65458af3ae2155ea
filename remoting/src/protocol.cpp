// Sending. Sessions are in protocol_sessions.cpp, what comes in is in protocol_input.cpp, what time
// brings in protocol_time.cpp, what is not taken in protocol_limits.cpp, large messages in
// protocol_parts.cpp, and what goes by relays in protocol_ways.cpp and protocol_relay.cpp.
#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <spinoff/remoting/protocol.hpp>

namespace spinoff::remoting {
namespace {

using serialization::FrameBuilder;
using serialization::Item;
using serialization::ItemKind;

constexpr std::size_t kMaxRetiredNodes = 1024;
constexpr auto kShortestHeartbeat = std::chrono::milliseconds(1);

std::vector<Parcel> just(Parcel parcel) {
  std::vector<Parcel> parcels;
  parcels.push_back(std::move(parcel));
  return parcels;
}

std::string hello_item(const std::string& to, const ProtocolOptions& options) {
  Item item;
  item.kind = ItemKind::hello;
  item.to = to;
  item.max_frame_bytes = options.max_frame_bytes;
  item.max_aliases = options.max_aliases;
  item.max_message_bytes = static_cast<std::uint32_t>(options.max_message_bytes);
  item.has_relays = !options.relays.empty();
  return encode(item);
}

std::string bye_item() {
  Item item;
  item.kind = ItemKind::bye;
  return encode(item);
}

}  // namespace

Protocol::Protocol(NodeId self, std::uint64_t incarnation, ProtocolOptions options)
    : self_(std::move(self)),
      self_text_(self_.to_string()),
      incarnation_(incarnation),
      options_(std::move(options)),
      retired_(options_.remember, kMaxRetiredNodes) {
  std::erase(options_.relays, self_);
  frame_overhead_ = frame_overhead(self_text_, options_);
  options_.heartbeat = std::max<ProtocolOptions::Duration>(options_.heartbeat, kShortestHeartbeat);
}

bool Protocol::is_up(const NodeId& peer) const {
  const auto found = peers_.find(peer);
  return found != peers_.end() && found->second.is_up();
}

Peer* Protocol::find(const NodeId& id) {
  const auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : &found->second;
}

void Protocol::send(const NodeId& to, Parcel parcel, Time now, Actions& actions) {
  Peer* peer = find(to);
  if (peer != nullptr && parcel.must_go && !stopping_ &&
      peer->control_bytes + Peer::cost(parcel) > options_.max_control_bytes) {
    end_session(*peer, "it does not take what it has to be told", After::begin_anew, now, actions);
  }
  if (const std::string why = why_not(to, peer, parcel); !why.empty()) {
    actions.emplace_back(
        Return{just(std::move(parcel)), fmt::format("not sent to {}: {}", to.to_string(), why)});
    return;
  }
  if (peer == nullptr) {
    if (peers_.size() >= options_.max_peers) {
      push_out_a_stranger(now, actions);
    }
    peer = &create(to, now, actions);
    pump(*peer, now, actions);
  }
  if (!peer->wanted) {
    // The peer made itself known; now it is also tried for our own sake.
    peer->wanted = true;
    peer->foreign = false;
    peer->since = now;
    count_stranger(*peer);
  }
  peer->push_back(std::move(parcel));
  if (!peer->dirty) {
    peer->dirty = true;
    dirty_.push_back(peer);
  }
}

void Protocol::flush(Time now, Actions& actions) {
  for (Peer* peer : dirty_) {
    peer->dirty = false;
    pump(*peer, now, actions);
  }
  dirty_.clear();
}

void Protocol::pump(Peer& peer, Time now, Actions& actions) {
  if (peer.has_ways) {
    pump_ways(peer, now, actions);
    return;
  }
  if (peer.channel != Peer::Channel::free) {
    return;
  }
  if (peer.is_up()) {
    if (peer.has_waiting()) {
      emit(peer, SendFrame::Kind::parcels, now, actions);
    } else if (peer.say_bye) {
      emit(peer, SendFrame::Kind::bye, now, actions);
    } else if (peer.say_heartbeat) {
      emit(peer, SendFrame::Kind::heartbeat, now, actions);
    }
  } else if (peer.say_bye && !peer.has_waiting()) {
    emit(peer, SendFrame::Kind::bye, now, actions);
  } else if (peer.say_hello) {
    emit(peer, SendFrame::Kind::hello, now, actions);
  }
}

void Protocol::emit(Peer& peer, SendFrame::Kind kind, Time now, Actions& actions) {
  peer.say_hello = false;
  peer.say_heartbeat = false;
  peer.channel = Peer::Channel::in_hand;
  peer.next_beat = now + options_.heartbeat;
  actions.emplace_back(make_frame(peer, kind));
}

SendFrame Protocol::make_frame(Peer& peer, SendFrame::Kind kind) {
  FrameBuilder frame(std::exchange(spare_, {}), self_text_,
                     {{incarnation_, peer.session}, peer.theirs, peer.sent_items});
  SendFrame action{.peer = peer.id, .session = peer.session, .kind = kind};
  switch (kind) {
    case SendFrame::Kind::hello:
      frame.add(hello_item(peer.id.to_string(), options_));
      break;
    case SendFrame::Kind::parcels:
      load(peer, frame, action);
      action.items = frame.items();
      peer.sent_items += action.items;
      break;
    case SendFrame::Kind::bye:
      frame.add(bye_item());
      break;
    case SendFrame::Kind::probe:
      frame.add(encode(serialization::Probe{.number = peer.ways.last_probe}));
      break;
    case SendFrame::Kind::answer:
      frame.add(encode(serialization::Probe{
          .is_answer = true, .number = peer.ways.probe_number, .received = peer.received_items}));
      break;
    case SendFrame::Kind::carry:
      load_carried(peer, frame, action);
      break;
    case SendFrame::Kind::heartbeat:
      break;
  }
  if (action.head_bytes == 0) {
    action.bytes = std::move(frame).finish();
  } else {
    lend(std::move(frame).release());
  }
  return action;
}

void Protocol::load(Peer& peer, FrameBuilder& frame, SendFrame& action) {
  peer.sort_lanes();
  const bool is_turn_of_lanes = peer.lanes_next && peer.refused_first == 0;
  if (!peer.lanes.empty() && (is_turn_of_lanes || peer.queue.empty())) {
    load_from_lanes(peer, frame, action);
    return;
  }
  peer.lanes_next = true;
  const std::size_t limit = std::min(options_.batch_bytes, max_item_bytes(&peer));
  std::size_t size = frame.size();
  std::size_t items = 0;
  do {
    Parcel& taken = action.parcels.emplace_back(peer.pop_front());
    size += taken.items.size();
    items += taken.count;
    peer.sort_lanes();
  } while (!peer.queue.empty() &&
           items + peer.queue.front().count <= options_.max_items_per_frame &&
           size + peer.queue.front().items.size() <= limit);
  put_together(frame, size, items, action);
}

// A message that goes alone becomes the frame where it is. A batch does not: its memory is then
// free for the next one at once, which costs less than a copy of what has just been written.
void Protocol::put_together(FrameBuilder& frame, std::size_t size, std::size_t items,
                            SendFrame& action) {
  if (items == 1) {
    Parcel& only = action.parcels.front();
    action.head_bytes = frame.enclose(only.items, only.count);
    if (action.head_bytes > 0) {
      action.bytes = std::move(only.items);
      return;
    }
  }
  frame.reserve(size);
  for (const Parcel& parcel : action.parcels) {
    frame.add(parcel.items, parcel.count);
  }
}

// The parcel has its items again.
void Protocol::take_apart(SendFrame& frame) {
  if (frame.head_bytes > 0) {
    Parcel& only = frame.parcels.front();
    only.items = std::move(frame.bytes);
    only.items.drop_front(std::exchange(frame.head_bytes, 0));
  }
}

void Protocol::sent(const SendFrame& frame, Time now, Actions& actions) {
  if (frame.kind == SendFrame::Kind::carry) {
    sent_by_relay(frame, now, actions);
  }
  Peer* peer = find(frame.peer);
  if (peer != nullptr && peer->session == frame.session) {
    peer->channel = Peer::Channel::free;
    went(*peer, frame, now, actions);
  }
}

// Its channel, or a relay's, has taken it.
void Protocol::went(Peer& peer, const SendFrame& frame, Time now, Actions& actions) {
  if (frame.is_of_lanes) {
    peer.lanes.sent();
  }
  if (frame.kind == SendFrame::Kind::bye) {
    erase(peer, true, now, actions);
    return;
  }
  pump(peer, now, actions);
}

void Protocol::refused(SendFrame frame, Time /*now*/, Actions& actions) {
  Peer* peer = find(frame.peer);
  if (peer == nullptr || peer->session != frame.session) {
    if (frame.carried != nullptr) {
      std::deque<Carried> one;
      one.push_back(std::move(*frame.carried));
      come_back(frame.peer, std::move(one), actions);
    }
    return_late(std::move(frame), actions);
    return;
  }
  peer->channel = Peer::Channel::blocked;
  switch (frame.kind) {
    case SendFrame::Kind::hello:
      peer->say_hello = true;
      break;
    case SendFrame::Kind::probe:
      peer->ways.say_probe = true;
      break;
    case SendFrame::Kind::answer:
      peer->ways.say_answer = true;
      break;
    case SendFrame::Kind::carry:
      peer->carry_first(std::move(*frame.carried));
      break;
    case SendFrame::Kind::heartbeat:
    case SendFrame::Kind::parcels:
    case SendFrame::Kind::bye:
      take_back(*peer, frame);
      break;
  }
}

// The session that it was for is over.
void Protocol::return_late(SendFrame frame, Actions& actions) {
  if (!frame.parcels.empty()) {
    take_apart(frame);
    actions.emplace_back(
        Return{std::move(frame.parcels), fmt::format("{} is down", frame.peer.to_string())});
  }
}

// No channel has taken it.
void Protocol::take_back(Peer& peer, SendFrame& frame) {
  if (frame.kind == SendFrame::Kind::heartbeat) {
    peer.say_heartbeat = true;
  } else if (frame.kind == SendFrame::Kind::parcels) {
    peer.sent_items -= frame.items;
    take_apart(frame);
    put_back(peer, frame);
  }
}

void Protocol::writable(const NodeId& id, Time now, Actions& actions) {
  Peer* peer = find(id);
  if (peer != nullptr && peer->channel == Peer::Channel::blocked) {
    peer->channel = Peer::Channel::free;
    pump(*peer, now, actions);
  }
}

void Protocol::trouble(const NodeId& id, std::string what) {
  if (Peer* peer = find(id)) {
    peer->trouble = std::move(what);
  }
}

}  // namespace spinoff::remoting
