// How much is kept, and of how many peers.
#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <spinoff/remoting/protocol.hpp>

namespace spinoff::remoting {
namespace {

// The header's numbers in their longest form, and the heads of its arrays.
constexpr std::size_t kFrameOverhead = 64;

}  // namespace

std::string Protocol::why_not(const NodeId& to, const Peer* peer, const Parcel& parcel) const {
  if (stopping_) {
    return "this node is stopping";
  }
  if (parcel.only_in_session && (peer == nullptr || !peer->is_up())) {
    return "there is no session with it";
  }
  if (peer == nullptr) {
    if (to == self_) {
      return "it is this node itself";
    }
    if (to.host().empty() || to.port() == 0) {
      return "that is no node id; it needs a host and a port";
    }
    if (peers_.size() >= options_.max_peers && strangers_ == 0) {
      return fmt::format("this node already deals with {} others, which is its limit",
                         peers_.size());
    }
  }
  const std::size_t limit = max_item_bytes(peer);
  if (parcel.item.size() > limit) {
    return fmt::format("the message has {} bytes encoded; at most {} fit into a frame",
                       parcel.item.size(), limit);
  }
  if (peer == nullptr || parcel.must_go) {
    return {};
  }
  const std::size_t bytes = peer->messages.bytes + Peer::cost(parcel);
  if (peer->is_up()) {
    return bytes <= options_.max_backlog_bytes
               ? std::string()
               : fmt::format("it takes messages too slowly; {} already wait", peer->messages.items);
  }
  return peer->messages.items < options_.max_waiting_items && bytes <= options_.max_waiting_bytes
             ? std::string()
             : fmt::format("it is not up yet, and {} messages already wait", peer->messages.items);
}

std::size_t Protocol::max_item_bytes(const Peer* peer) const noexcept {
  std::size_t frame = options_.max_frame_bytes;
  if (peer != nullptr && peer->max_frame_bytes != 0) {
    frame = std::min(frame, peer->max_frame_bytes);
  }
  const std::size_t overhead = kFrameOverhead + self_text_.size();
  return frame > overhead ? frame - overhead : 0;
}

// What waits may have been too large for this peer all along, but it has only told its limit now.
void Protocol::return_too_large(Peer& peer, Actions& actions) {
  const std::size_t limit = max_item_bytes(&peer);
  if (limit == max_item_bytes(nullptr)) {
    return;
  }
  std::vector<Parcel> too_large;
  for (Parcel& parcel : peer.take_all()) {
    if (parcel.item.size() > limit) {
      too_large.push_back(std::move(parcel));
    } else {
      peer.push_back(std::move(parcel));
    }
  }
  if (!too_large.empty()) {
    actions.emplace_back(
        Return{std::move(too_large),
               fmt::format("not sent to {}: at most {} bytes fit into a frame that it reads",
                           peer.id.to_string(), limit)});
  }
}

bool Protocol::has_room_for(const NodeId& from, Actions& actions) const {
  if (peers_.size() < options_.max_peers && strangers_ < options_.max_strangers) {
    return true;
  }
  actions.emplace_back(Reject{RejectReason::too_many_peers, 1,
                              fmt::format("a frame of {} was dropped: this node already deals with "
                                          "{} others, {} of them strangers, which is its limit",
                                          from.to_string(), peers_.size(), strangers_)});
  return false;
}

void Protocol::count_stranger(Peer& peer) noexcept {
  if (peer.is_stranger() && !peer.counted_stranger) {
    ++strangers_;
  } else if (!peer.is_stranger() && peer.counted_stranger) {
    --strangers_;
  }
  peer.counted_stranger = peer.is_stranger();
}

// There is one. Nothing waits for a stranger, and nobody here has to be told.
void Protocol::push_out_a_stranger(Actions& actions) {
  Peer* oldest = nullptr;
  for (auto& [id, peer] : peers_) {
    if (peer.is_stranger() && (oldest == nullptr || peer.since < oldest->since)) {
      oldest = &peer;
    }
  }
  erase(*oldest, false, actions);
}

}  // namespace spinoff::remoting
