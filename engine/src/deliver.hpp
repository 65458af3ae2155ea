/// The steps of a delivery that other files take as well.
#pragma once

#include <cstdint>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/detail/target.hpp>
#include <spinoff/ref.hpp>

namespace spinoff::engine {

class Cell;

/// What a message does that finds a bounded mailbox full, if the mailbox leaves it the choice.
enum class IfFull : std::uint8_t {
  fail,  ///< the send throws MailboxFull
  drop,  ///< it is a dead letter
  wait,  ///< it waits for room, with Overflow::suspend_sender; else it is a dead letter
};

/// Into an actor's mailbox, past its waiting room. The message says for which generation it is. A
/// dead letter if the mailbox has closed.
void post(Cell& cell, detail::Envelope* message);

/// To an actor_with_room, which is held. The message is taken unless it throws.
void deliver_to_room(Cell& cell, const Ref& held, detail::EnvelopePtr& message, IfFull if_full);

}  // namespace spinoff::engine

namespace spinoff::detail {

/// See `deliver` in ref.hpp. The message is taken unless it throws.
void deliver_or_throw(Target* target, std::uint32_t generation, EnvelopePtr& message,
                      engine::IfFull if_full);

}  // namespace spinoff::detail
