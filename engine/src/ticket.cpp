#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/ticket.hpp>

#include "deliver.hpp"

namespace spinoff::engine {

EnvelopePtr& Ticket::draw(Envelope& ticket) {
  Ticket& self = ticket.as<Ticket>();
  if (!self.drawn_) {
    self.message_ = self.room_->draw();
    self.drawn_ = true;
    self.message_->target_generation = ticket.target_generation;
  }
  return self.message_;
}

EnvelopePtr Ticket::open(Envelope& ticket) {
  EnvelopePtr message = std::move(draw(ticket));
  ticket.as<Ticket>().leave();
  return message;
}

Ticket::~Ticket() {
  if (room_ != nullptr && !drawn_) {  // its node has ended: nobody else would free the message
    message_ = room_->draw();
    drawn_ = true;
  }
  leave();
}

void Ticket::leave() {
  if (const std::shared_ptr<WaitingRoom> room = std::move(room_); room != nullptr) {
    admit(*cell_, generation_, room, room->leave());
  }
}

void Ticket::admit(Cell& cell, std::uint32_t generation, const std::shared_ptr<WaitingRoom>& room,
                   const std::vector<RoomWaiter>& came_in) {
  for (const RoomWaiter& one : came_in) {
    send(cell, generation, room);
    one.tell();
  }
}

void Ticket::send(Cell& cell, std::uint32_t generation, const std::shared_ptr<WaitingRoom>& room) {
  EnvelopePtr ticket = Envelope::make<Ticket>(detail::Sender{}, Ticket(cell, generation, room));
  ticket->target_generation = generation;
  post(cell, ticket.release());
}

}  // namespace spinoff::engine
