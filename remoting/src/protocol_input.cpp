// What comes in: who it is from, which session it belongs to, and what is taken of it.
#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include <spinoff/remoting/protocol.hpp>
#include <spinoff/serialization/quoted.hpp>

namespace spinoff::remoting {
namespace {

using serialization::Frame;
using serialization::FrameError;
using serialization::FrameFault;
using serialization::FrameLimits;
using serialization::Item;
using serialization::ItemKind;
using serialization::quoted;
using serialization::SessionId;

RejectReason reason_of(FrameFault fault) noexcept {
  switch (fault) {
    case FrameFault::truncated:
      return RejectReason::truncated;
    case FrameFault::too_large:
      return RejectReason::too_large;
    case FrameFault::other_version:
      return RejectReason::other_version;
    case FrameFault::malformed:
      break;
  }
  return RejectReason::malformed;
}

const Item* find_item(const Frame& frame, ItemKind kind) noexcept {
  if (!frame.has_control) {
    return nullptr;
  }
  for (const Item& item : frame.items) {
    if (item.kind == kind) {
      return &item;
    }
  }
  return nullptr;
}

bool is_for_relaying(const Item& item) noexcept {
  return item.kind == ItemKind::relay || item.kind == ItemKind::relayed ||
         item.kind == ItemKind::not_relayed;
}

std::vector<Item> for_relaying(const Frame& frame) {
  std::vector<Item> items;
  if (frame.has_control) {
    std::ranges::copy_if(frame.items, std::back_inserter(items), is_for_relaying);
  }
  return items;
}

// Leaves what is for actors, up to a bye: after that there is nothing to be said.
std::vector<Item> for_actors(Frame&& frame) {
  std::vector<Item> items = std::move(frame.items);
  if (!frame.has_control) {
    return items;
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].kind == ItemKind::bye) {
      items.resize(i);
    }
  }
  std::erase_if(items, [](const Item& item) {
    return static_cast<std::uint64_t>(item.kind) >= serialization::kFirstControlKind;
  });
  return items;
}

Reject not_its_name(const NodeId& from) {
  return {RejectReason::foreign_name, 1,
          fmt::format("a frame that says it is from {} was dropped: whoever sent it has another "
                      "key than the list of peers has for that node",
                      from.to_string())};
}

}  // namespace

void Protocol::frame(std::string_view bytes, Time now, Actions& actions, const Speaker& speaker) {
  frame(bytes, Arrival{speaker}, now, actions);
}

void Protocol::frame(std::string_view bytes, const Arrival& arrival, Time now, Actions& actions) {
  const FrameLimits limits{.max_frame_bytes = options_.max_frame_bytes,
                           .max_items = options_.max_items_per_frame};
  std::variant<Frame, FrameError> decoded =
      decode_frame(bytes, limits, serialization::Runs::together);
  if (const FrameError* error = std::get_if<FrameError>(&decoded)) {
    if (error->fault == FrameFault::other_version && arrival.relay == nullptr) {
      foreign(*error, arrival.speaker, now, actions);
    } else {
      actions.emplace_back(
          Reject{reason_of(error->fault), 1, "a frame was dropped: " + error->what});
    }
    return;
  }
  Frame& frame = std::get<Frame>(decoded);
  NodeId from;
  if (!accept_sender(frame, from, arrival, actions)) {
    return;
  }
  if (frame.unknown_items > 0) {
    actions.emplace_back(
        Reject{RejectReason::unknown_item, frame.unknown_items,
               from.to_string() + " sent an item of a kind that this node does not know"});
  }
  if (frame.bad_items > 0) {
    actions.emplace_back(
        Reject{RejectReason::bad_item, frame.bad_items, from.to_string() + " sent a bad item"});
  }
  frame_from(from, frame, arrival, now, actions);
}

bool Protocol::accept_sender(const Frame& frame, NodeId& from, const Arrival& arrival,
                             Actions& actions) const {
  try {
    from = NodeId::parse(frame.from);
  } catch (const InvalidUri& error) {
    actions.emplace_back(
        Reject{RejectReason::bad_sender, 1,
               fmt::format("a frame was dropped: its sender is an {}", error.what())});
    return false;
  }
  const bool is_its_name =
      arrival.relay == nullptr ? arrival.speaker.may_be(from) : from == *arrival.origin;
  if (!is_its_name) {
    actions.emplace_back(not_its_name(from));
    return false;
  }
  const SessionId& theirs = frame.header.from_session;
  if (from.port() == 0 || theirs.incarnation == 0 || theirs.number == 0) {
    actions.emplace_back(Reject{RejectReason::bad_sender, 1,
                                fmt::format("a frame of {} was dropped: its port, incarnation or "
                                            "session is 0",
                                            from.to_string())});
    return false;
  }
  if (from == self_) {
    actions.emplace_back(Reject{
        RejectReason::bad_sender, 1,
        fmt::format("a frame was dropped: its sender says that it is this node, {}; is there "
                    "another one with that id?",
                    self_text_)});
    return false;
  }
  const Item* hello = find_item(frame, ItemKind::hello);
  if (hello != nullptr && hello->to != self_text_) {
    actions.emplace_back(Reject{RejectReason::wrong_receiver, 1,
                                fmt::format("{} says hello to {}, but this node is {}; use that id "
                                            "to reach it",
                                            from.to_string(), quoted(hello->to), self_text_)});
    return false;
  }
  return true;
}

void Protocol::frame_from(const NodeId& from, Frame& frame, const Arrival& arrival, Time now,
                          Actions& actions) {
  const SessionId theirs = frame.header.from_session;
  Peer* peer = find(from);
  const Retired::How retired = retired_.find(from, theirs.incarnation, now);
  if (retired == Retired::How::said_bye ||
      (retired == Retired::How::replaced && (peer == nullptr || !names_us(*peer, frame)))) {
    actions.emplace_back(
        Reject{RejectReason::stale, 1,
               fmt::format("a frame of an earlier start of {} was dropped", from.to_string())});
    return;
  }
  if (find_item(frame, ItemKind::bye) != nullptr) {
    bye(from, peer, frame, arrival, now, actions);
    return;
  }
  const bool contact = peer == nullptr;
  if (contact) {
    if (stopping_ || !has_room_for(from, actions)) {
      return;
    }
    peer = &create(from, now, actions);
  }
  retired_.remove(from, theirs.incarnation);
  const News news = note_their_session(*peer, theirs, now, actions);
  if (news == News::stale) {
    actions.emplace_back(
        Reject{RejectReason::stale, 1,
               fmt::format("a frame of an earlier session of {} was dropped", from.to_string())});
    return;
  }
  // Of the session, but not of its order.
  const bool aside = !frame.probes.empty();
  if (!aside || !peer->is_up()) {
    peer->last_heard = now;
  }
  if (arrival.relay != nullptr) {
    heard_by_relay(*peer, *arrival.relay);
  }
  const Item* hello = find_item(frame, ItemKind::hello);
  if (hello != nullptr && !peer->is_up()) {  // what a session began with holds until its end
    peer->max_frame_bytes = static_cast<std::size_t>(hello->max_frame_bytes);
    peer->max_aliases = static_cast<std::size_t>(hello->max_aliases);
    peer->max_message_bytes = hello->max_message_bytes;
    peer->has_relays = hello->has_relays;
  }
  if (!names_us(*peer, frame)) {
    if (frame.carried > 0) {
      actions.emplace_back(
          Reject{RejectReason::stale, frame.carried,
                 fmt::format("items of {} were dropped: they are of an earlier session",
                             from.to_string())});
    }
    // It does not know our end. Not every frame is answered: there may be thousands underway.
    if (hello != nullptr || news == News::yes) {
      if (peer->is_up()) {
        peer->say_heartbeat = true;
      } else {
        say_hello(*peer);
      }
      pump(*peer, now, actions);
    }
    return;
  }
  if (!peer->is_up()) {
    come_up(*peer, now, actions);
  } else if (hello != nullptr) {
    peer->say_heartbeat = true;
  }
  if (aside) {
    take_aside(*peer, frame, arrival, now, actions);
  } else {
    take_items(*peer, frame, arrival, now, actions);
  }
  pump(*peer, now, actions);
}

bool Protocol::names_us(const Peer& peer, const Frame& frame) const noexcept {
  return frame.header.to_session == SessionId{incarnation_, peer.session};
}

void Protocol::take_items(Peer& peer, Frame& frame, const Arrival& arrival, Time now,
                          Actions& actions) {
  if (frame.header.sequence < peer.received_items) {
    if (frame.carried == 0 && !peer.ways.heard_by.host().empty()) {
      return;  // it was overtaken by what went by another way
    }
    actions.emplace_back(
        Reject{RejectReason::repeated, 1,
               fmt::format("a frame of {} was dropped: it came before", peer.id.to_string())});
    return;
  }
  if (frame.header.sequence > peer.received_items) {
    end_session(peer,
                fmt::format("{} messages from it were lost on the way",
                            frame.header.sequence - peer.received_items),
                After::begin_anew, now, actions);
    return;
  }
  peer.received_items += frame.carried;
  const std::vector<serialization::Part> parts = std::move(frame.parts);
  const std::vector<Item> for_relays = for_relaying(frame);
  std::vector<Item> items = for_actors(std::move(frame));
  apply_aliases(peer, items, actions);
  if (!parts.empty()) {
    take_parts(peer, items, parts, actions);
  } else if (!items.empty() && !stopping_) {
    actions.emplace_back(Deliver{peer.id, std::move(items), peer.aliases});
  }
  if (!for_relays.empty()) {
    take_relay_items(peer, for_relays, arrival, now, actions);
  }
}

// From here on all items have their texts.
void Protocol::apply_aliases(Peer& peer, std::vector<Item>& items, Actions& actions) {
  Aliases& aliases = *peer.aliases;
  for (AliasTexts* const texts : {&aliases.receivers, &aliases.senders, &aliases.types}) {
    texts->begin_frame();
  }
  const std::size_t max = options_.max_aliases;
  std::uint64_t bad = 0;
  std::erase_if(items, [&](Item& item) {
    // All of them, since each may be the first with a new one.
    const bool to = aliases.receivers.apply(item.to_alias, item.to, max);
    const bool from = aliases.senders.apply(item.from_alias, item.from, max);
    const bool type = aliases.types.apply(item.type_alias, item.type, max);
    const bool is_bad = !to || !from || !type;
    bad += is_bad ? item.count() : 0;
    return is_bad;
  });
  if (bad > 0) {
    actions.emplace_back(
        Reject{RejectReason::bad_item, bad,
               peer.id.to_string() + " used an alias that it had not said the meaning of"});
  }
}

// Another version of the protocol. All versions begin with the version and the sender's id, so it
// can at least be told ours, once: then both sides' logs say what is wrong.
void Protocol::foreign(const FrameError& error, const Speaker& speaker, Time now,
                       Actions& actions) {
  NodeId from;
  try {
    from = NodeId::parse(error.from);
  } catch (const InvalidUri&) {
    actions.emplace_back(
        Reject{RejectReason::other_version, 1, "a frame was dropped: " + error.what});
    return;
  }
  if (!speaker.may_be(from)) {
    actions.emplace_back(not_its_name(from));
    return;
  }
  actions.emplace_back(Reject{
      RejectReason::other_version, 1,
      fmt::format("a frame of {} was dropped: {}; run one version of this library on all nodes",
                  from.to_string(), error.what)});
  if (from == self_ || from.port() == 0) {
    return;
  }
  Peer* peer = find(from);
  if (peer == nullptr) {
    if (stopping_ || !has_room_for(from, actions)) {
      return;
    }
    peer = &create(from, now, actions);
    peer->foreign = true;
    pump(*peer, now, actions);
  }
  if (peer->foreign) {
    // While it goes on, it is remembered that it was told.
    peer->since = now;
  }
  if (!peer->is_up()) {
    peer->trouble = "a frame came from it, but " + error.what;
  }
}

}  // namespace spinoff::remoting
