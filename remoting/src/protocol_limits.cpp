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
// Another frame around it, with two nodes' ids of any length.
constexpr std::size_t kRelayOverhead = 1024;

}  // namespace

std::string Protocol::why_not(const NodeId& to, const Peer* peer, const Parcel& parcel) const {
  if (stopping_) {
    return "this node is stopping";
  }
  if (parcel.session != 0 &&
      (peer == nullptr || !peer->is_up() || parcel.session != peer->session)) {
    return "the session in which it was sent is over";
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
  return too_large(peer, parcel);
}

std::size_t Protocol::frame_overhead(const std::string& self, const ProtocolOptions& options) {
  // Where there are relays, sooner or later a frame may go by one.
  return kFrameOverhead + self.size() + (options.relays.empty() ? 0 : kRelayOverhead);
}

std::size_t Protocol::max_item_bytes(const Peer* peer) const noexcept {
  std::size_t frame = options_.max_frame_bytes;
  if (peer != nullptr && peer->max_frame_bytes != 0) {
    frame = std::min(frame, peer->max_frame_bytes);
  }
  return frame > frame_overhead_ ? frame - frame_overhead_ : 0;
}

// In parts. As long as the peer has not told, what this node itself takes.
std::size_t Protocol::max_message_bytes(const Peer* peer) const noexcept {
  const bool has_told = peer != nullptr && peer->max_message_bytes != 0;
  return has_told ? std::min(options_.max_message_bytes, peer->max_message_bytes)
                  : options_.max_message_bytes;
}

std::string Protocol::too_large(const Peer* peer, const Parcel& parcel) const {
  const std::size_t size = parcel.items.size();
  const bool in_parts =
      parcel.lane != nullptr && (peer == nullptr || !peer->is_up() || part_bytes(*peer) > 0);
  if (!in_parts || options_.max_message_bytes == 0) {
    const std::size_t limit = max_item_bytes(peer);
    return size <= limit ? std::string()
                         : fmt::format(
                               "the message has {} bytes encoded; at most {} fit into a "
                               "frame",
                               size, limit);
  }
  const std::size_t limit = max_message_bytes(peer);
  return size <= limit ? std::string()
                       : fmt::format(
                             "the message has {} bytes encoded; at most {} may be sent to "
                             "it (max_message_bytes of both nodes)",
                             size, limit);
}

// What waits may have been too large for this peer all along, but it has only told its limits now.
void Protocol::return_too_large(Peer& peer, Actions& actions) {
  for (Parcel& parcel : peer.take_all()) {
    if (std::string why = too_large(&peer, parcel); why.empty()) {
      peer.push_back(std::move(parcel));
    } else {
      std::vector<Parcel> back;
      back.push_back(std::move(parcel));
      actions.emplace_back(
          Return{std::move(back), fmt::format("not sent to {}: {}", peer.id.to_string(), why)});
    }
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
void Protocol::push_out_a_stranger(Time now, Actions& actions) {
  Peer* oldest = nullptr;
  for (auto& [id, peer] : peers_) {
    if (peer.is_stranger() && (oldest == nullptr || peer.since < oldest->since)) {
      oldest = &peer;
    }
  }
  erase(*oldest, false, now, actions);
}

}  // namespace spinoff::remoting
