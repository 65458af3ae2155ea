#include <algorithm>
#include <iterator>
#include <utility>

#include <spinoff/remoting/lanes.hpp>

namespace spinoff::remoting {

using serialization::FrameBuilder;
using serialization::kMostInParts;

void Lanes::add(Parcel parcel) {
  const Lane* const lane = parcel.lane.get();
  const std::uint64_t order = first_ + gone_.size();
  // Nobody waits for the end of an actor.
  gone_.push_back(parcel.after_all);
  pass_those_gone();
  Queue& queue = lanes_[lane];
  queue.entries.push_back({std::move(parcel), order});
  if (queue.entries.size() == 1 && lane != in_hand_) {
    place(queue);
  }
}

void Lanes::place(Queue& queue) {
  const Entry& first = queue.entries.front();
  if (first.parcel.after_all && first_ < first.order) {
    fenced_.emplace(first.order, &queue);
  } else if (!is_large(first.parcel)) {
    turns_.push_back(&queue);
  } else if (begun_ < kMostInParts && waiting_.empty()) {
    begin(queue);
  } else {
    waiting_.push_back(&queue);
  }
}

void Lanes::begin(Queue& queue) {
  ++begun_;
  queue.number = ++last_number_;
  queue.sent_bytes = 0;
  turns_.push_back(&queue);
}

Lanes::Load Lanes::load(FrameBuilder& frame, const Room& room) {
  Load load;
  Queue& queue = *turns_.front();
  turns_.pop_front();
  const Parcel& first = queue.entries.front().parcel;
  in_hand_ = first.lane.get();
  if (is_large(first)) {
    load_part(frame, queue, load);
  } else {
    load_whole(frame, queue, room, load);
  }
  return load;
}

void Lanes::load_part(FrameBuilder& frame, Queue& queue, Load& load) {
  const std::string_view whole = queue.entries.front().parcel.items;
  load.part_bytes = std::min(part_bytes_, whole.size() - queue.sent_bytes);
  frame.reserve(frame.size() + load.part_bytes + serialization::kMostPartHead);
  frame.add(serialization::Part{.number = queue.number,
                                .total = whole.size(),
                                .offset = queue.sent_bytes,
                                .bytes = whole.substr(queue.sent_bytes, load.part_bytes)});
  queue.sent_bytes += load.part_bytes;
  if (queue.sent_bytes == whole.size()) {
    load.parcels.push_back(take_first(queue));
  }
}

void Lanes::load_whole(FrameBuilder& frame, Queue& queue, const Room& room, Load& load) {
  const auto has_room_for = [&](const Parcel& next) {
    return !is_large(next) && !next.after_all && frame.size() + next.items.size() <= room.bytes &&
           frame.items() + next.count <= room.items;
  };
  do {
    const Parcel& next = queue.entries.front().parcel;
    frame.add(next.items, next.count);
    load.parcels.push_back(take_first(queue));
  } while (!queue.entries.empty() && has_room_for(queue.entries.front().parcel));
}

Parcel Lanes::take_first(Queue& queue) {
  Parcel parcel = std::move(queue.entries.front().parcel);
  orders_in_hand_.push_back(queue.entries.front().order);
  queue.entries.pop_front();
  return parcel;
}

void Lanes::sent() {
  const auto found = lanes_.find(std::exchange(in_hand_, nullptr));
  Queue& queue = found->second;
  const std::vector<std::uint64_t> orders = std::exchange(orders_in_hand_, {});
  if (orders.empty()) {  // a part that is not the last
    turns_.push_back(&queue);
    return;
  }
  if (std::exchange(queue.sent_bytes, 0) > 0) {
    --begun_;
  }
  for (const std::uint64_t order : orders) {
    if (order >= first_) {
      gone_[order - first_] = true;
    }
  }
  pass_those_gone();
  if (queue.entries.empty()) {
    lanes_.erase(found);
  } else {
    place(queue);
  }
  release();
}

void Lanes::pass_those_gone() {
  while (!gone_.empty() && gone_.front()) {
    gone_.pop_front();
    ++first_;
  }
}

void Lanes::release() {
  while (!fenced_.empty() && fenced_.begin()->first <= first_) {
    Queue& queue = *fenced_.begin()->second;
    fenced_.erase(fenced_.begin());
    place(queue);  // it may be so large that it goes in parts itself
  }
  while (begun_ < kMostInParts && !waiting_.empty()) {
    begin(*waiting_.front());
    waiting_.pop_front();
  }
}

void Lanes::put_back(Load load) {
  Queue& queue = lanes_.at(std::exchange(in_hand_, nullptr));
  for (std::size_t i = load.parcels.size(); i > 0; --i) {
    queue.entries.push_front({std::move(load.parcels[i - 1]), orders_in_hand_[i - 1]});
  }
  orders_in_hand_.clear();
  queue.sent_bytes -= load.part_bytes;
  turns_.push_front(&queue);
}

std::vector<Parcel> Lanes::take_all() {
  std::vector<Entry> entries;
  for (auto& [lane, queue] : lanes_) {
    std::ranges::move(queue.entries, std::back_inserter(entries));
  }
  std::ranges::sort(entries, {}, &Entry::order);
  std::vector<Parcel> parcels;
  parcels.reserve(entries.size());
  for (Entry& entry : entries) {
    parcels.push_back(std::move(entry.parcel));
  }
  *this = Lanes();
  return parcels;
}

}  // namespace spinoff::remoting
