/// What lies in the mailbox for a message that waits in a WaitingRoom.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/engine/waiting_room.hpp>

namespace spinoff::engine {

class Cell;

/// Any thread that has it.
class Ticket {
 public:
  static constexpr auto kKind = detail::MessageKind::ticket;

  /// For a message that has come into the room of that actor.
  Ticket(Cell& cell, std::uint32_t generation, std::shared_ptr<WaitingRoom> room) noexcept
      : cell_(&cell), generation_(generation), room_(std::move(room)) {}
  Ticket(Ticket&& other) noexcept = default;
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  Ticket& operator=(Ticket&&) = delete;
  ~Ticket();

  /// Draws the message, which keeps its place in the room for as long as it is in the ticket.
  static EnvelopePtr& draw(Envelope& ticket);
  /// Takes the message out: there is room for another.
  static EnvelopePtr open(Envelope& ticket);

  /// Sends a ticket to the actor, which may have stopped by now.
  static void send(Cell& cell, std::uint32_t generation, const std::shared_ptr<WaitingRoom>& room);
  /// The same for each of those who have come in, who are told.
  static void admit(Cell& cell, std::uint32_t generation, const std::shared_ptr<WaitingRoom>& room,
                    const std::vector<RoomWaiter>& came_in);

 private:
  void leave();

  Cell* cell_;
  std::uint32_t generation_;
  std::shared_ptr<WaitingRoom> room_;  // null when the message has left
  EnvelopePtr message_;
  bool drawn_ = false;
};

}  // namespace spinoff::engine
