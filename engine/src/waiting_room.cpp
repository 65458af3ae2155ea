#include <algorithm>
#include <cassert>
#include <limits>

#include <spinoff/detail/content.hpp>
#include <spinoff/detail/routed.hpp>
#include <spinoff/engine/ask_target.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/delayed_message.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/engine/waiting_room.hpp>

namespace spinoff::engine {

namespace {

constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::min();

// What the engine itself sends in order with messages, and what there is one of at most: a timer
// that repeats waits until its message is handled.
bool is_never_refused(Envelope& message) noexcept {
  switch (message.type().kind) {
    case detail::MessageKind::terminated:
    case detail::MessageKind::poison:
    case detail::MessageKind::silence_check:
      return true;
    case detail::MessageKind::scheduled:
      return message.as<detail::Scheduled>().task->repeats();
    default:
      return false;
  }
}

// A question that has had its answer, or will take none.
bool is_given_up(Envelope& message) {
  const Envelope& sent = message.type().kind == detail::MessageKind::routed
                             ? *message.as<detail::Routed>().message
                             : message;
  const detail::Target* const asker = sent.sender().target;
  return asker != nullptr && asker->kind() == detail::TargetKind::ask &&
         static_cast<const AskTarget*>(asker)->outcome() != AskTarget::Outcome::pending;
}

}  // namespace

void RoomWaiter::tell() const {
  if (thread != nullptr) {
    thread->release();
  } else if (actor) {
    Cell::send_system(actor, WakeUp{token});
  }
}

WaitingRoom::Answer WaitingRoom::enter(EnvelopePtr message, std::int64_t priority, bool may_wait,
                                       RoomWaiter waiter) {
  const bool is_welcome = is_never_refused(*message);
  std::vector<InLine> given_up;  // destroyed outside of the lock
  const std::scoped_lock lock(mutex_);
  if (closed_) {
    return {.entry = Entry::closed, .left = std::move(message)};
  }
  const bool waits = options_.overflow() == Overflow::suspend_sender && (may_wait || is_welcome);
  if (is_welcome ? line_.empty() : !is_full()) {
    add(std::move(message), priority);
    return {.entry = Entry::taken};
  }
  if (waits) {
    std::vector<RoomWaiter> came_in = let_in(given_up);
    line_.push_back({std::move(message), priority, std::move(waiter), ++last_number_});
    return {Entry::waits, nullptr, last_number_, std::move(came_in)};
  }
  if (options_.overflow() == Overflow::drop_oldest) {
    return replace_oldest(std::move(message), priority);
  }
  return {.entry = Entry::full, .left = std::move(message)};
}

std::pair<bool, std::vector<RoomWaiter>> WaitingRoom::leave_line(std::uint64_t number) {
  std::vector<InLine> given_up;  // destroyed outside of the lock
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::lower_bound(line_, number, {}, &InLine::number);
  if (found == line_.end() || found->number != number) {
    return {false, {}};
  }
  given_up.push_back(std::move(*found));
  line_.erase(found);
  return {true, let_in(given_up)};
}

EnvelopePtr WaitingRoom::draw() {
  const std::scoped_lock lock(mutex_);
  assert(!waiting_.empty());
  const auto first = waiting_.begin();
  EnvelopePtr message = std::move(first->second.front());
  first->second.pop_front();
  if (first->second.empty()) {
    waiting_.erase(first);
  }
  return message;
}

std::vector<RoomWaiter> WaitingRoom::leave() {
  std::vector<InLine> given_up;  // destroyed outside of the lock
  const std::scoped_lock lock(mutex_);
  --inside_;
  return let_in(given_up);
}

std::vector<RoomWaiter> WaitingRoom::let_in(std::vector<InLine>& given_up) {
  std::vector<RoomWaiter> came;
  while (!line_.empty()) {
    InLine& first = line_.front();
    if (is_given_up(*first.message)) {
      given_up.push_back(std::move(first));
    } else if (!is_full() || is_never_refused(*first.message)) {
      add(std::move(first.message), first.priority);
      came.push_back(std::move(first.waiter));
    } else {
      break;
    }
    line_.pop_front();
  }
  return came;
}

std::deque<WaitingRoom::InLine> WaitingRoom::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  return std::exchange(line_, {});
}

std::int64_t WaitingRoom::priority_of(Envelope& message) const {
  switch (message.type().kind) {
    case detail::MessageKind::terminated:
    case detail::MessageKind::poison:
    case detail::MessageKind::silence_check:
      return kLast;
    default: {
      const detail::Content content = detail::content_of(message);
      return options_.priority_of(content.type, content.payload);
    }
  }
}

void WaitingRoom::add(EnvelopePtr message, std::int64_t priority) {
  waiting_[priority].push_back(std::move(message));
  ++inside_;
}

// Of the least urgent ones; the new one itself if it is less urgent than all.
WaitingRoom::Answer WaitingRoom::replace_oldest(EnvelopePtr message, std::int64_t priority) {
  for (auto band = waiting_.rbegin(); band != waiting_.rend() && band->first <= priority; ++band) {
    const auto oldest = std::ranges::find_if(
        band->second, [](const EnvelopePtr& one) { return !is_never_refused(*one); });
    if (oldest == band->second.end()) {
      continue;
    }
    EnvelopePtr left = std::move(*oldest);
    band->second.erase(oldest);
    if (const std::int64_t emptied = band->first; band->second.empty() && emptied != priority) {
      waiting_.erase(emptied);
    }
    waiting_[priority].push_back(std::move(message));
    return {.entry = Entry::replaces, .left = std::move(left)};
  }
  return {.entry = Entry::full, .left = std::move(message)};
}

}  // namespace spinoff::engine
