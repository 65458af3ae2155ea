// Sending. Sessions are in protocol_sessions.cpp, what comes in is in protocol_input.cpp, what time
// brings in protocol_time.cpp, and what is not taken in protocol_limits.cpp.
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

std::string hello_item(const std::string& to, std::size_t max_frame_bytes) {
  Item item;
  item.kind = ItemKind::hello;
  item.to = to;
  item.max_frame_bytes = max_frame_bytes;
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
      options_(options),
      retired_(options.remember, kMaxRetiredNodes) {
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
      peer->controls.bytes + Peer::cost(parcel) > options_.max_control_bytes) {
    end_session(*peer, "it does not take what it has to be told", After::begin_anew, now, actions);
  }
  if (const std::string why = why_not(to, peer, parcel); !why.empty()) {
    actions.emplace_back(
        Return{just(std::move(parcel)), fmt::format("not sent to {}: {}", to.to_string(), why)});
    return;
  }
  if (peer == nullptr) {
    if (peers_.size() >= options_.max_peers) {
      push_out_a_stranger(actions);
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
  if (peer.channel != Peer::Channel::free) {
    return;
  }
  if (peer.is_up()) {
    if (!peer.queue.empty()) {
      emit(peer, SendFrame::Kind::parcels, now, actions);
    } else if (peer.say_bye) {
      emit(peer, SendFrame::Kind::bye, now, actions);
    } else if (peer.say_heartbeat) {
      emit(peer, SendFrame::Kind::heartbeat, now, actions);
    }
  } else if (peer.say_bye && peer.queue.empty()) {
    emit(peer, SendFrame::Kind::bye, now, actions);
  } else if (peer.say_hello) {
    emit(peer, SendFrame::Kind::hello, now, actions);
  }
}

void Protocol::emit(Peer& peer, SendFrame::Kind kind, Time now, Actions& actions) {
  FrameBuilder frame(self_text_, {{incarnation_, peer.session}, peer.theirs, peer.sent_items});
  SendFrame action{peer.id, peer.session, kind, {}, {}};
  switch (kind) {
    case SendFrame::Kind::hello:
      frame.add(hello_item(peer.id.to_string(), options_.max_frame_bytes));
      break;
    case SendFrame::Kind::parcels: {
      frame.reserve(
          std::min(frame.size() + peer.messages.bytes + peer.controls.bytes, options_.batch_bytes));
      const std::size_t limit = std::min(options_.batch_bytes, max_item_bytes(&peer));
      do {
        frame.add(peer.queue.front().item);
        action.parcels.push_back(peer.pop_front());
      } while (!peer.queue.empty() && frame.items() < options_.max_items_per_frame &&
               frame.size() + peer.queue.front().item.size() <= limit);
      peer.sent_items += action.parcels.size();
      break;
    }
    case SendFrame::Kind::bye:
      frame.add(bye_item());
      break;
    case SendFrame::Kind::heartbeat:
      break;
  }
  action.bytes = std::move(frame).finish();
  peer.say_hello = false;
  peer.say_heartbeat = false;
  peer.channel = Peer::Channel::in_hand;
  peer.next_beat = now + options_.heartbeat;
  actions.emplace_back(std::move(action));
}

void Protocol::sent(const SendFrame& frame, Time now, Actions& actions) {
  Peer* peer = find(frame.peer);
  if (peer == nullptr || peer->session != frame.session) {
    return;
  }
  peer->channel = Peer::Channel::free;
  if (frame.kind == SendFrame::Kind::bye) {
    erase(*peer, true, actions);
    return;
  }
  pump(*peer, now, actions);
}

void Protocol::refused(SendFrame frame, Time /*now*/, Actions& actions) {
  Peer* peer = find(frame.peer);
  if (peer == nullptr || peer->session != frame.session) {
    if (!frame.parcels.empty()) {
      actions.emplace_back(
          Return{std::move(frame.parcels), fmt::format("{} is down", frame.peer.to_string())});
    }
    return;
  }
  peer->channel = Peer::Channel::blocked;
  switch (frame.kind) {
    case SendFrame::Kind::hello:
      peer->say_hello = true;
      break;
    case SendFrame::Kind::heartbeat:
      peer->say_heartbeat = true;
      break;
    case SendFrame::Kind::bye:
      break;
    case SendFrame::Kind::parcels:
      peer->sent_items -= frame.parcels.size();
      for (auto parcel = frame.parcels.rbegin(); parcel != frame.parcels.rend(); ++parcel) {
        peer->push_front(std::move(*parcel));
      }
      break;
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
