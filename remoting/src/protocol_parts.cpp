// Large messages: how they leave, and what becomes of the parts that come.
#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <spinoff/remoting/protocol.hpp>

namespace spinoff::remoting {

using serialization::FrameBuilder;
using serialization::Item;
using serialization::ItemKind;
using serialization::Part;

// None if the peer takes no parts, or only frames so small that a message would be a flood of them.
std::size_t Protocol::part_bytes(const Peer& peer) const noexcept {
  constexpr std::size_t kLeast = 1024;
  const std::size_t room = max_item_bytes(&peer);
  if (peer.max_message_bytes == 0 || options_.max_message_bytes == 0 ||
      room < serialization::kMostPartHead + std::min(kLeast, options_.part_bytes)) {
    return 0;
  }
  return std::min(options_.part_bytes, room - serialization::kMostPartHead);
}

void Protocol::load_from_lanes(Peer& peer, FrameBuilder& frame, SendFrame& action) {
  peer.lanes_next = false;
  Lanes::Load load =
      peer.lanes.load(frame, {.bytes = std::min(options_.batch_bytes, max_item_bytes(&peer)),
                              .items = options_.max_items_per_frame});
  for (const Parcel& parcel : load.parcels) {
    peer.control_bytes -= parcel.must_go ? Peer::cost(parcel) : 0;
  }
  action.is_of_lanes = true;
  action.part_bytes = load.part_bytes;
  action.parcels = std::move(load.parcels);
}

void Protocol::put_back(Peer& peer, SendFrame& frame) {
  if (!frame.is_of_lanes) {
    peer.refused_first += frame.parcels.size();
    for (auto parcel = frame.parcels.rbegin(); parcel != frame.parcels.rend(); ++parcel) {
      peer.push_front(std::move(*parcel));
    }
    return;
  }
  for (const Parcel& parcel : frame.parcels) {
    peer.control_bytes += parcel.must_go ? Peer::cost(parcel) : 0;
  }
  peer.lanes.put_back({.part_bytes = frame.part_bytes, .parcels = std::move(frame.parcels)});
}

void Protocol::take_parts(Peer& peer, const std::vector<Item>& items,
                          const std::vector<Part>& parts, Actions& actions) {
  std::vector<Item> between;
  const auto deliver = [&](std::vector<Item> some,
                           std::shared_ptr<const std::string> whole = nullptr) {
    if (!some.empty() && !stopping_) {
      actions.emplace_back(Deliver{peer.id, std::move(some), peer.aliases, std::move(whole)});
    }
  };
  auto part = parts.begin();
  for (const Item& item : items) {
    if (item.kind != ItemKind::part) {
      between.push_back(item);
      continue;
    }
    auto [whole, fault] = peer.assembly.add(*part++, options_.max_message_bytes);
    if (fault != nullptr) {
      actions.emplace_back(Reject{
          RejectReason::bad_part, 1,
          fmt::format("a part of a message of {} was dropped: {}", peer.id.to_string(), fault)});
    } else if (whole != nullptr) {
      deliver(std::exchange(between, {}));
      if (const std::optional<Item> message = serialization::decode_message(*whole)) {
        deliver({*message}, std::move(whole));
      } else {
        actions.emplace_back(
            Reject{RejectReason::bad_item, 1, peer.id.to_string() + " sent a bad item in parts"});
      }
    }
  }
  deliver(std::move(between));
}

}  // namespace spinoff::remoting
