// How an actor gets its messages once it has become something, or hears silence. Until then its
// cell calls the handlers of the class without a look at any of this.
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>

#include "belongings.hpp"

namespace spinoff {

void Actor::take_on(std::shared_ptr<detail::Handlers> handlers, bool on_top) {
  auto& behaviors = belongings().behaviors;
  if (on_top || behaviors.empty()) {
    behaviors.push_back(std::move(handlers));
  } else {
    behaviors.back() = std::move(handlers);
  }
  choose_receive();
}

void Actor::unbecome() {
  if (belongings_ != nullptr && !belongings_->behaviors.empty()) {
    belongings_->behaviors.pop_back();
    choose_receive();
  }
}

void Actor::choose_receive() {
  const bool has_own = !belongings_->behaviors.empty() || belongings_->silence.has_value();
  cell().receive_with(has_own ? &Actor::receive : cell().type().receive);
}

detail::Handled Actor::receive(detail::Behavior& actor, detail::EnvelopePtr& message) {
  auto& self = static_cast<Actor&>(actor);
  return self.belongings_->silence.has_value() ? self.receive_and_note_silence(message)
                                               : self.receive_as_behavior(message);
}

detail::Handled Actor::receive_as_behavior(detail::EnvelopePtr& message) {
  const auto& behaviors = belongings_->behaviors;
  if (behaviors.empty()) {
    return cell().type().receive(*this, message);
  }
  const std::shared_ptr<detail::Handlers> present = behaviors.back();
  return present->receive(message);
}

}  // namespace spinoff
