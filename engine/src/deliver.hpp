/// The steps of a delivery that other files take as well.
#pragma once

#include <cstdint>
#include <string_view>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/detail/target.hpp>
#include <spinoff/ref.hpp>

namespace spinoff::engine {

class Cell;
class NodeAnchor;

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

/// Also when that node has ended. `reason`: why whoever asked gets no reply; see
/// NodeCore::dead_letter.
void dead_letter(NodeAnchor& anchor, const Ref& target, detail::EnvelopePtr message,
                 std::string_view reason = {});

}  // namespace spinoff::engine

namespace spinoff::detail {

/// See `deliver` in ref.hpp. The message is taken unless it throws.
void deliver_or_throw(Target* target, std::uint32_t generation, EnvelopePtr& message,
                      engine::IfFull if_full);

}  // namespace spinoff::detail
