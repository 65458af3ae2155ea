#include <spinoff/engine/ask_target.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/ref.hpp>

namespace spinoff {

using detail::RefAccess;
using detail::TargetKind;

namespace {

// Stopping an actor of another node is for that node's actors to decide.
void refuse_remote(engine::NodeCore& node, const Ref& ref) {
  node.publish_error(
      ref,
      std::make_exception_ptr(std::runtime_error(
          ref.to_string() +
          " lives at another node and cannot be stopped from here: send it a message")),
      {});
}

template <class M>
void control(const Ref& ref) {
  detail::Target* const target = RefAccess::target(ref);
  if (target == nullptr) {
    return;
  }
  if (target->is_actor()) {
    engine::Cell::send_system(ref, M{});
    return;
  }
  const engine::NodeAnchor::Entry entry(*target->anchor());
  if (target->kind() != TargetKind::name || entry.node() == nullptr) {
    return;
  }
  // One that was spawned from here is stopped by who stands for it.
  if (const Ref stand_in = entry.node()->far_children().stand_in_of(ref.uri())) {
    engine::Cell::send_system(stand_in, M{});
  } else {
    refuse_remote(*entry.node(), ref);
  }
}

}  // namespace

void Ref::stop() const {
  // An actor that stops itself need not send itself a message.
  engine::Cell* const running = engine::Cell::running();
  if (running != nullptr && *this == running->ref()) {
    running->stop_soon();
  } else {
    control<engine::Stop>(*this);
  }
}

void Ref::kill() const {
  control<engine::Kill>(*this);
}

void Ref::poison() const {
  detail::Target* const to = target();
  if (to == nullptr) {
    return;
  }
  if (to->is_actor()) {
    detail::deliver(to, generation_, detail::Envelope::make<engine::Poison>(detail::this_sender()));
  } else if (to->kind() == TargetKind::name) {
    if (const engine::NodeAnchor::Entry entry(*to->anchor()); entry.node() != nullptr) {
      refuse_remote(*entry.node(), *this);
    }
  }
}

Ref Ref::operator/(std::string_view name) const {
  if (!*this) {
    throw LookupFailed("there is no '" + std::string(name) + "' below a Ref that names nobody");
  }
  const Ref held = RefAccess::hold(*this);
  if (!held) {
    throw LookupFailed("there is no '" + std::string(name) + "' below an actor that has stopped");
  }
  const engine::NodeAnchor::Entry entry(*held.target()->anchor());
  const Uri wanted = held.uri() / name;
  if (entry.node() == nullptr) {
    throw LookupFailed("cannot look up '" + wanted.to_string() + "': its node has ended");
  }
  if (target()->kind() == TargetKind::name) {
    return entry.node()->resolve(wanted);
  }
  // From the actor itself and not by its path, which may have a new owner.
  if (held.target()->is_actor()) {
    if (Ref found =
            engine::NodeCore::find_below(static_cast<engine::Cell&>(*held.target()), name)) {
      return found;
    }
  }
  throw LookupFailed("there is no actor '" + wanted.path() + "' on this node");
}

Uri Ref::uri() const {
  if (!*this) {
    return {};
  }
  if (is_borrowed()) {  // its place may be used again while we look
    const Ref held = RefAccess::hold(*this);
    return held ? held.uri() : Uri();
  }
  switch (target()->kind()) {
    case TargetKind::actor:
    case TargetKind::actor_with_room:
      return {target()->anchor()->node_id(), static_cast<engine::Cell*>(target())->path()};
    case TargetKind::ask:
      return {target()->anchor()->node_id(),
              static_cast<engine::AskTarget*>(target())->publish_path()};
    case TargetKind::name:
      break;
  }
  return static_cast<engine::NameTarget*>(target())->uri();
}

std::string Ref::to_string() const {
  if (!*this) {
    return "<nobody>";
  }
  const Ref held = RefAccess::hold(*this);
  if (!held) {
    return "<stopped>";
  }
  const std::string text = held.uri().to_string();
  return '<' + (text.empty() ? "/" : text) + '>';
}

bool Ref::is_local() const noexcept {
  return *this && (target()->kind() != TargetKind::name ||
                   !static_cast<engine::NameTarget*>(target())->is_remote());
}

bool Ref::equals(const Ref& other) const noexcept {
  if (target() == other.target()) {
    return generation_ == other.generation_ || !*this;
  }
  if (!*this || !other || target()->kind() != TargetKind::name ||
      other.target()->kind() != TargetKind::name) {
    return false;
  }
  return static_cast<engine::NameTarget*>(target())->uri() ==
         static_cast<engine::NameTarget*>(other.target())->uri();
}

std::size_t Ref::hash() const noexcept {
  if (*this && target()->kind() == TargetKind::name) {
    return std::hash<Uri>()(static_cast<engine::NameTarget*>(target())->uri());
  }
  return std::hash<const void*>()(target()) ^ (std::size_t{generation_} << 7U);
}

}  // namespace spinoff
