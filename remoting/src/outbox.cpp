#include "outbox.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <spinoff/remoting/hub.hpp>
#include <spinoff/serialization/wire.hpp>

#include "intake.hpp"

namespace spinoff::remoting {

using serialization::Item;
using serialization::ItemKind;

namespace {

// For what a frame has in front of its items, unless the node's id is long.
constexpr std::size_t kRoomForHead = 128;

// What a message costs besides its payload, and a parcel besides its messages; about.
constexpr std::size_t kCostEach = UnsentMessages::kBytesEach + 24;
constexpr std::size_t kCostOfParcel = sizeof(Parcel) + sizeof(UnsentMessages) + kRoomForHead + 100;

// Below this a copy of a payload costs no more than other memory for the next one.
constexpr std::size_t kWorthTaking = std::size_t{8} << 10U;

AliasWriter::Owner owner_of(const detail::Sender& sender) {
  // An ask is named once.
  if (sender.target == nullptr || sender.target->kind() == detail::TargetKind::ask) {
    return {};
  }
  return {sender.target, sender.generation};
}

Item plain(const Outbox::Message& message) {
  Item item{.kind = ItemKind::message,
            .to = message.path,
            .from = message.sender,
            .type = message.envelope.type().name,
            .payload = message.payload};
  serialization::check(item);
  return item;
}

void note(const Outbox::Message& message, Parcel& parcel, UnsentMessages& kept) {
  ++parcel.count;
  kept.add(message.to, message.generation, message.envelope);
}

void add(const Item& item, const Outbox::Message& message, Parcel& parcel, UnsentMessages& kept) {
  serialization::append(parcel.items.end(), item);
  note(message, parcel, kept);
}

}  // namespace

Outbox::Limits Outbox::limits_of(const HubOptions& options) {
  const ProtocolOptions& protocol = options.protocol;
  Limits limits{.queue = options.queue, .batch_bytes = protocol.batch_bytes};
  // Without parts, what is too large for a frame is not sent at all.
  if (protocol.max_message_bytes > 0) {
    limits.straight_bytes = std::min(protocol.part_bytes, protocol.max_message_bytes);
  }
  return limits;
}

std::size_t Outbox::bytes_of(std::string_view payload) noexcept {
  return payload.size() + kCostEach;
}

Outbox::Written Outbox::write(const Message& message, bool may_attend) {
  std::unique_lock lock(mutex_);
  const std::size_t bytes = bytes_of(message.payload);
  if (!has_room(bytes)) {
    return Written::no_room;
  }
  const Written written =
      bytes <= straight_bytes_ ? write_straight(message) : write_aside(message, lock);
  if (written != Written::yes || std::exchange(is_announced_, true)) {
    return written;
  }
  may_attend = may_attend && session_ != 0 && bytes <= straight_bytes_;
  lock.unlock();
  announce(may_attend);
  return Written::yes;
}

Outbox::Written Outbox::write_straight(const Message& message) {
  if (append_like_last(message)) {
    return Written::yes;
  }
  if (!message.is_sender_known &&
      (!fits_batch(message) || !senders_.has(owner_of(message.envelope.sender())))) {
    return Written::wants_sender;
  }
  append_named(message);
  return Written::yes;
}

// The message is large, or a lane is open. A large one is copied while others may write.
Outbox::Written Outbox::write_aside(const Message& message, std::unique_lock<std::mutex>& lock) {
  const std::size_t bytes = bytes_of(message.payload);
  const bool is_large = bytes > lone_bytes_;
  if (!is_large && lane_of(message.path, bytes, false) == nullptr) {
    return write_straight(message);
  }
  if (!message.is_sender_known) {
    return Written::wants_sender;
  }
  if (!is_large) {
    append_any(message);
    return Written::yes;
  }
  lock.unlock();
  Parcel parcel = parcel_of(message);
  lock.lock();
  if (!has_room(bytes)) {
    return Written::no_room;
  }
  parcel.lane = lane_of(message.path, bytes, false);
  append_alone(std::move(parcel));
  return Written::yes;
}

void Outbox::append_any(const Message& message) {
  const std::size_t bytes = bytes_of(message.payload);
  std::shared_ptr<const Lane> lane =
      bytes > straight_bytes_ ? lane_of(message.path, bytes, false) : nullptr;
  if (lane == nullptr) {
    append_named(message);
    return;
  }
  Parcel parcel = parcel_of(message);
  parcel.lane = std::move(lane);
  append_alone(std::move(parcel));
}

void Outbox::append_alone(Parcel parcel) {
  end_parcel();
  backlog_.add({.messages = parcel.count, .bytes = parcel.cost});
  parcels_.push_back(std::move(parcel));
}

std::shared_ptr<const Lane> Outbox::lane_of(std::string_view path, std::size_t bytes,
                                            bool after_all) {
  const bool is_any_open = lanes_.any();
  if (bytes > lone_bytes_ || (after_all && is_any_open)) {
    straight_bytes_ = 0;
    return lanes_.open(path);
  }
  straight_bytes_ = is_any_open ? 0 : lone_bytes_;
  return is_any_open ? lanes_.find(path) : nullptr;
}

bool Outbox::append_like_last(const Message& message) {
  const detail::Sender sender = message.envelope.sender();
  if (last_.to != &message.to || last_.type != &message.envelope.type() ||
      last_.sender != sender.target || last_.generation != message.generation ||
      last_.sender_generation != sender.generation || !is_open_) {
    return false;
  }
  Parcel& parcel = parcels_.back();
  const std::size_t size = message.payload.size();
  if (parcel.items.size() + serialization::kMostHeads + size > batch_bytes_) {
    return false;
  }
  parcel.items.end().append(last_.head);
  serialization::append_payload(parcel.items.end(), message.payload);
  ++parcel.count;
  kept_->add(message.to, message.generation, message.envelope);
  backlog_.add(bytes_of(message.payload));
  return true;
}

void Outbox::append_named(const Message& message) {
  const Item item = fits_batch(message) ? named(message) : plain(message);
  append(item, message);
  remember(item, message);
}

// Whenever a number is given to a text, it may have been that of one of the last message's.
void Outbox::remember(Item item, const Message& message) {
  const bool has_sender = !item.from.empty() || item.from_alias.is_given();
  if (!item.to_alias.is_given() || !item.type_alias.is_given() ||
      (has_sender && !item.from_alias.is_given())) {
    last_.to = nullptr;
    return;
  }
  const detail::Sender sender = message.envelope.sender();
  last_.to = &message.to;
  last_.generation = message.generation;
  last_.sender = sender.target;
  last_.sender_generation = sender.generation;
  last_.type = &message.envelope.type();
  for (serialization::Alias* const alias : {&item.to_alias, &item.from_alias, &item.type_alias}) {
    alias->is_new = false;
  }
  last_.head.clear();
  serialization::append_head(last_.head, item);
}

void Outbox::check(const Message& message) {
  static_cast<void>(plain(message));
}

Parcel Outbox::parcel_of(const Message& message) {
  const Item item = plain(message);
  auto kept = std::make_unique<UnsentMessages>();
  Parcel parcel{.items = {}, .cost = kCostOfParcel + bytes_of(message.payload), .count = 0};
  add(item, message, parcel, *kept);
  parcel.keepsake = std::move(kept);
  return parcel;
}

// What does not may come back as too large, and the other end would not hear of its numbers.
bool Outbox::fits_batch(const Message& message) const noexcept {
  const std::size_t sender =
      message.is_sender_known ? message.sender.size() : serialization::kMaxAliasText;
  return message.path.size() + sender + message.envelope.type().name.size() +
             message.payload.size() + serialization::kMostHeads <=
         batch_bytes_;
}

// Everything that may throw comes before a number is given: the other end has to hear of each.
Item Outbox::named(const Message& message) {
  Item item = plain(message);
  if (!item.to.starts_with("/$ask-")) {
    item.to_alias = receivers_.get({&message.to, message.generation}, item.to.size());
  }
  if (!message.is_sender_known || !item.from.empty()) {
    item.from_alias = senders_.get(owner_of(message.envelope.sender()), item.from.size());
  }
  item.type_alias = types_.get({&message.envelope.type(), 0}, item.type.size());
  return item;
}

void Outbox::append(const Item& item, const Message& message) {
  const std::size_t size = item.payload.size();
  const std::size_t heads =
      item.to.size() + item.from.size() + item.type.size() + serialization::kMostHeads;
  if (size >= kWorthTaking && message.memory != nullptr &&
      message.memory->room() >= heads + kRoomForHead) {
    append_taken(item, message);
  } else {
    if (!is_open_ || parcels_.back().items.size() + heads + size > batch_bytes_) {
      serialization::FrameBytes items{is_busy_ ? buffers_->take() : std::string(), kRoomForHead};
      items.end().reserve(kRoomForHead + heads + size);
      begin_parcel(std::move(items));
      is_open_ = session_ != 0 && heads + size < batch_bytes_;
    }
    add(item, message, parcels_.back(), *kept_);
  }
  backlog_.add(bytes_of(item.payload));
}

// Its memory becomes the parcel.
void Outbox::append_taken(const Item& item, const Message& message) {
  serialization::FrameBytes items =
      std::exchange(*message.memory, {buffers_->take(), kRoomForHeads});
  message.memory->end().reserve(kRoomForHeads + item.payload.size());
  serialization::enclose_payload(items, item);
  begin_parcel(std::move(items));
  note(message, parcels_.back(), *kept_);
}

void Outbox::begin_parcel(serialization::FrameBytes items) {
  end_parcel();
  auto kept = std::make_unique<UnsentMessages>();
  Parcel& parcel = parcels_.emplace_back();
  parcel.count = 0;
  counted_before_ = backlog_.added_bytes();
  backlog_.add({.messages = 0, .bytes = kCostOfParcel});
  parcel.session = session_;
  parcel.items = std::move(items);
  kept_ = kept.get();
  parcel.keepsake = std::move(kept);
}

// What it counts for is told by the backlog, rather than added up for each message.
void Outbox::end_parcel() {
  if (counted_before_) {
    parcels_.back().cost = backlog_.added_bytes() - *counted_before_;
    counted_before_.reset();
  }
  is_open_ = false;
}

std::optional<Parcel> Outbox::post(Parcel parcel) {
  {
    const std::lock_guard lock(mutex_);
    if (parcel.must_go ? backlog_.is_closed() : !has_room(parcel.cost)) {
      return parcel;
    }
    if (const std::size_t bytes = parcel.items.size(); bytes > straight_bytes_) {
      parcel.lane = lane_of(serialization::receiver_of(parcel.items), bytes, parcel.after_all);
    }
    end_parcel();
    if (!parcel.must_go) {
      backlog_.add({.messages = parcel.count, .bytes = parcel.cost});
    }
    parcels_.push_back(std::move(parcel));
    if (std::exchange(is_announced_, true)) {
      return std::nullopt;
    }
  }
  announce();
  return std::nullopt;
}

void Outbox::announce(bool may_attend) {
  intake_->push(shared_from_this(), may_attend);
}

std::optional<Load> Outbox::take(std::vector<Parcel>& parcels) {
  const std::size_t before = parcels.size();
  std::optional<Load> news;
  {
    const std::lock_guard lock(mutex_);
    end_parcel();
    const std::size_t added = backlog_.added_bytes();
    is_busy_ = added - std::exchange(added_before_, added) >= BufferPool::kSmallest;
    if (parcels.empty()) {
      parcels.swap(parcels_);
    } else {
      std::ranges::move(parcels_, std::back_inserter(parcels));
      parcels_.clear();
    }
    is_announced_ = false;
    news = backlog_.take_news();
  }
  for (std::size_t i = before; i < parcels.size(); ++i) {
    if (!parcels[i].must_go) {
      parcels[i].counts_at = shared_from_this();
    }
  }
  return news;
}

void Outbox::begin_session(const NodeUp& session) {
  const std::lock_guard lock(mutex_);
  session_ = session.session;
  batch_bytes_ = std::min(max_batch_bytes_, session.max_item_bytes);
  lone_bytes_ = session.max_straight_bytes;
  straight_bytes_ = lanes_.any() ? 0 : lone_bytes_;
  is_open_ = false;
  last_.to = nullptr;
  for (AliasWriter* const aliases : {&receivers_, &senders_, &types_}) {
    aliases->reset(session.max_aliases);
  }
}

void Outbox::end_session() {
  NodeUp none;
  none.max_straight_bytes = first_straight_bytes_;
  begin_session(none);
}

void Outbox::close() {
  const std::lock_guard lock(mutex_);
  backlog_.close();
}

}  // namespace spinoff::remoting
