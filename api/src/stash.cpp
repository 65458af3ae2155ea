// What an actor puts aside. Its cell takes it back when the instance ends: for a restart, to the
// front of the mailbox, for a stop, as dead letters.
#include <stdexcept>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/errors.hpp>

#include "belongings.hpp"

namespace spinoff {

void Actor::stash() {
  const detail::Envelope* const message = cell().current_message();
  if (message == nullptr) {
    throw std::logic_error(
        "there is no message to stash: stash the one that is being handled, once, and before it is "
        "forwarded");
  }
  auto& [messages, limit] = belongings().stash;
  if (messages.size() >= limit) {
    throw StashOverflow("the actor " + self().to_string() + " cannot stash a message of type '" +
                        std::string(message->type().name) + "': its stash is full, with " +
                        std::to_string(messages.size()) +
                        " messages; unstash them earlier, or give set_stash_limit a higher limit");
  }
  messages.emplace_back();
  messages.back() = cell().take_current();
  // It is told of that end when it handles it, unless it does not watch that actor any more.
  if (messages.back()->type().kind == detail::MessageKind::terminated) {
    cell().keep_watching(messages.back()->as<Terminated>().actor);
  }
}

void Actor::unstash_all() {
  if (belongings_ == nullptr) {
    return;
  }
  auto& stash = belongings_->stash.messages;
  for (; !stash.empty(); stash.pop_back()) {
    cell().put_back(std::move(stash.back()));
  }
}

void Actor::set_stash_limit(std::size_t limit) {
  belongings().stash.limit = limit;
}

detail::EnvelopePtr Actor::take_kept() {
  if (belongings_ == nullptr) {
    return nullptr;
  }
  auto& stash = belongings_->stash.messages;
  while (!stash.empty()) {
    detail::EnvelopePtr oldest = std::move(stash.front());
    stash.pop_front();
    if (oldest->type().kind != detail::MessageKind::terminated ||
        cell().is_watching(oldest->as<Terminated>().actor)) {
      return oldest;
    }
  }
  return nullptr;
}

bool Actor::has_kept() const noexcept {
  return belongings_ != nullptr && !belongings_->stash.messages.empty();
}

}  // namespace spinoff
