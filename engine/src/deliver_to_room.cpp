// To actors whose messages wait in a room, and for room on the way to other nodes.
#include <stdexcept>
#include <string>
#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/sole_thread.hpp>
#include <spinoff/engine/ticket.hpp>
#include <spinoff/engine/waiting_room.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/send_when_room.hpp>

#include "deliver.hpp"
#include "unwrap.hpp"
#include "with_transport.hpp"

namespace spinoff::engine {

using detail::RefAccess;
using Entry = WaitingRoom::Entry;

namespace {

std::string full(const Ref& actor, const MailboxOptions& options) {
  return "the mailbox of " + actor.to_string() + " is full (" + std::to_string(options.capacity()) +
         (options.capacity() == 1 ? " message)" : " messages)") +
         (options.overflow() == Overflow::suspend_sender
              ? ": wait for room with `co_await ref.send_when_room(...)`"
              : "");
}

bool leaves_it_to_the_sender(const MailboxOptions& options) {
  return options.overflow() == Overflow::fail_sender ||
         options.overflow() == Overflow::suspend_sender;
}

// Does what follows from the answer. True unless the message stands in the line. If it throws, the
// message is the caller's again.
bool follow(Cell& cell, const Ref& held, WaitingRoom::Answer answer, EnvelopePtr& message,
            IfFull if_full) {
  const std::shared_ptr<WaitingRoom>& room = cell.room();
  switch (answer.entry) {
    case Entry::taken:
      Ticket::send(cell, RefAccess::generation(held), room);
      return true;
    case Entry::waits:
      Ticket::admit(cell, RefAccess::generation(held), room, answer.came_in);
      return false;
    case Entry::closed:
      NodeCore::dead_letter_at(*cell.anchor(), held, std::move(answer.left));
      return true;
    case Entry::full:
      if (if_full == IfFull::fail && leaves_it_to_the_sender(room->options())) {
        message = std::move(answer.left);
        throw MailboxFull(full(held, room->options()));
      }
      [[fallthrough]];
    case Entry::replaces:
      NodeCore::dead_letter_at(*cell.anchor(), held, std::move(answer.left),
                               full(held, room->options()));
      return true;
  }
  return true;
}

// Whatever the user's function says, or throws. False if the message is gone.
bool find_priority(Cell& cell, const Ref& held, EnvelopePtr& message, IfFull if_full,
                   std::int64_t& priority) {
  if (!cell.room()->options().has_priorities()) {
    return true;
  }
  try {
    if (message->type().kind == detail::MessageKind::encoded) {
      message = unwrap(std::move(message), *cell.anchor());
    }
  } catch (const DecodeError&) {  // told by unwrap
    return false;
  }
  try {
    priority = cell.room()->priority_of(*message);
  } catch (...) {
    if (if_full == IfFull::fail) {
      throw;
    }
    NodeCore::dead_letter_at(*cell.anchor(), held, std::move(message),
                             describe(std::current_exception()));
    return false;
  }
  return true;
}

}  // namespace

void deliver_to_room(Cell& cell, const Ref& held, EnvelopePtr& message, IfFull if_full) {
  message->target_generation = RefAccess::generation(held);
  std::int64_t priority = 0;
  if (find_priority(cell, held, message, if_full, priority)) {
    auto answer = cell.room()->enter(std::move(message), priority, if_full == IfFull::wait);
    follow(cell, held, std::move(answer), message, if_full);
  }
}

}  // namespace spinoff::engine

namespace spinoff::detail {

using engine::Cell;
using engine::IfFull;
using engine::NameTarget;
using engine::RoomWaiter;
using engine::Transport;

// What cannot be held any more is nobody.
RoomEntry::RoomEntry(const Ref& to, EnvelopePtr message)
    : to_(RefAccess::hold(to)), message_(std::move(message)) {}

bool RoomEntry::enter(std::uint64_t token) {
  return enter(RoomWaiter{.actor = RefAccess::hold(Cell::running()->ref()), .token = token});
}

void RoomEntry::enter_and_wait() {
  if (Cell::running() != nullptr) {
    throw std::logic_error("get() of a send would block the actor's worker: co_await it instead");
  }
  const auto come_in = std::make_shared<std::binary_semaphore>(0);
  if (!enter(RoomWaiter{.thread = come_in})) {
    if (!engine::SoleThread::wait_for(RefAccess::target(to_)->anchor(),
                                      [&] { return come_in->try_acquire(); })) {
      come_in->acquire();
    }
    number_ = 0;
  }
}

bool RoomEntry::enter(const RoomWaiter& waiter) {
  Target* const target = RefAccess::target(to_);
  if (target != nullptr && target->kind() == TargetKind::name) {
    auto& name = *static_cast<NameTarget*>(target);
    if (engine::with_transport(name, [&](Transport& transport) {
          number_ = transport.send_when_room(name, std::move(message_), waiter);
        })) {
      return number_ == 0;
    }
  }
  if (target == nullptr || target->kind() != TargetKind::actor_with_room) {
    deliver(target, RefAccess::generation(to_), std::move(message_));
    return true;
  }
  auto& cell = *static_cast<Cell*>(target);
  message_->target_generation = RefAccess::generation(to_);
  std::int64_t priority = 0;
  if (!engine::find_priority(cell, to_, message_, IfFull::fail, priority)) {
    return true;
  }
  auto answer = cell.room()->enter(std::move(message_), priority, true, waiter);
  number_ = answer.number;
  return engine::follow(cell, to_, std::move(answer), message_, IfFull::fail);
}

bool RoomEntry::leave_line() noexcept {
  if (number_ == 0) {
    return false;
  }
  const std::uint64_t number = std::exchange(number_, 0);
  Target* const target = RefAccess::target(to_);
  if (target->kind() == TargetKind::name) {
    auto& name = *static_cast<NameTarget*>(target);
    bool was_in_line = false;
    engine::with_transport(
        name, [&](Transport& transport) { was_in_line = transport.leave_line(name, number); });
    return was_in_line;
  }
  auto& cell = *static_cast<Cell*>(target);
  const auto [left, came_in] = cell.room()->leave_line(number);
  engine::Ticket::admit(cell, RefAccess::generation(to_), cell.room(), came_in);
  return left;
}

}  // namespace spinoff::detail
