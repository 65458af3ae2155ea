#include <bit>
#include <cassert>

#include <spinoff/engine/timer_wheel.hpp>

namespace spinoff::engine {

TimerNode::~TimerNode() {
  assert(!is_started());
}

TimerList::~TimerList() {
  assert(empty());
}

TimerNode* TimerList::pop_front() noexcept {
  if (empty()) {
    return nullptr;
  }
  auto* const first = static_cast<TimerNode*>(end_.next);
  unlink(*first);
  return first;
}

void TimerList::push_back(TimerNode& node, std::uint16_t place) noexcept {
  node.place_ = place;
  node.previous = end_.previous;
  node.next = &end_;
  end_.previous->next = &node;
  end_.previous = &node;
}

void TimerList::unlink(TimerNode& node) noexcept {
  node.previous->next = node.next;
  node.next->previous = node.previous;
  node.place_ = TimerNode::kNowhere;
}

void TimerWheel::start(TimerNode& node, Tick deadline) noexcept {
  cancel(node);
  node.deadline_ = deadline < now_ ? now_ : deadline;
  insert(node);
  ++size_;
}

bool TimerWheel::cancel(TimerNode& node) noexcept {
  const std::uint16_t place = node.place_;
  if (place == TimerNode::kNowhere) {
    return false;
  }
  TimerList::unlink(node);
  if (place != TimerNode::kExpired) {
    mark_if_empty(place / kSlots, place % kSlots);
    --size_;
  }
  return true;
}

void TimerWheel::advance(Tick now, TimerList& expired) noexcept {
  for (auto event = find_event(); event && event->tick <= now; event = find_event()) {
    // Before the nodes are placed anew, since the place depends on it.
    now_ = event->tick;
    TimerList& from = list(event->level, event->slot);
    while (TimerNode* const node = from.pop_front()) {
      if (event->level == 0) {
        expired.push_back(*node, TimerNode::kExpired);
        --size_;
      } else {
        insert(*node);
      }
    }
    mark_if_empty(event->level, event->slot);
  }
  // All that is left lies behind `now`, so no place changes.
  if (now_ < now) {
    now_ = now;
  }
}

std::optional<Tick> TimerWheel::next_event() const noexcept {
  const auto event = find_event();
  return event ? std::optional<Tick>(event->tick) : std::nullopt;
}

// All of a level comes before all of the next one, since it lies within the slot of that level in
// which now is.
std::optional<TimerWheel::Event> TimerWheel::find_event() const noexcept {
  for (unsigned level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) {
      continue;
    }
    const auto slot = static_cast<unsigned>(std::countr_zero(occupied_[level]));
    const unsigned shift = level * kBitsPerLevel;
    const Tick above = level + 1 == kLevels ? 0 : now_ >> (shift + kBitsPerLevel);
    return Event{((above << kBitsPerLevel) | slot) << shift, level, slot};
  }
  return std::nullopt;
}

void TimerWheel::insert(TimerNode& node) noexcept {
  const Tick difference = node.deadline_ ^ now_;
  const unsigned level =
      difference == 0 ? 0 : (static_cast<unsigned>(std::bit_width(difference)) - 1) / kBitsPerLevel;
  const std::size_t slot = (node.deadline_ >> (level * kBitsPerLevel)) & (kSlots - 1);
  list(level, slot).push_back(node, static_cast<std::uint16_t>(level * kSlots + slot));
  occupied_[level] |= std::uint64_t{1} << slot;
}

void TimerWheel::mark_if_empty(std::size_t level, std::size_t slot) noexcept {
  if (list(level, slot).empty()) {
    occupied_[level] &= ~(std::uint64_t{1} << slot);
  }
}

}  // namespace spinoff::engine
