// Telling that many messages wait for an actor. Who looks: whoever sends from another home, once
// in Mailbox::kBunch messages; the actor itself, whenever its turn ends before its mail does; a
// process, once in as many that it keeps. Each multiple of the mark is told once, by whoever moves
// `marks_told_` there. That goes back, and so the multiple can be told again, when the queue is
// seen shorter by half a mark; it is seen, since a long queue that is worked off ends many turns.
#include <algorithm>
#include <cstdint>
#include <limits>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/events.hpp>

namespace spinoff::engine {

void Cell::note_length(std::uint32_t generation) {
  const Ref actor = detail::RefAccess::hold(this, generation);
  if (!actor) {
    return;
  }
  const NodeAnchor::Entry entry(*anchor());
  if (entry.node() != nullptr) {
    tell_length(*entry.node(), mailbox_.length());
  }
}

void Cell::note_length(std::size_t kept) {
  tell_length(node(), mailbox_.length() + kept);
}

void Cell::tell_length(NodeCore& node, std::size_t length) {
  const std::size_t mark = node.options().high_water_mark;
  std::uint16_t told = marks_told_.load(std::memory_order_relaxed);
  if (mark == 0 || (length < mark && told == 0)) {
    return;
  }
  constexpr std::size_t kMost = std::numeric_limits<std::uint16_t>::max();
  const auto reached = static_cast<std::uint16_t>(std::min(length / mark, kMost));
  const auto left = static_cast<std::uint16_t>(std::min((length + mark / 2) / mark, kMost));
  if (reached > told) {
    if (marks_told_.compare_exchange_strong(told, reached)) {
      node.events().publish(HighWaterMarkReached{detail::RefAccess::hold(ref()), length});
    }
  } else if (left < told) {
    marks_told_.compare_exchange_strong(told, left);
  }
}

}  // namespace spinoff::engine
