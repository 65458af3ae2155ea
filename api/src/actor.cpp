#include <algorithm>
#include <cstddef>

#include <spinoff/actor.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/shutdown.hpp>

#include "belongings.hpp"

namespace spinoff {

Actor::Belongings::~Belongings() {
  for (auto& [key, timer] : timers) {
    timer.cancel();
  }
  if (silence.has_value()) {
    silence->check.cancel();
  }
  for (auto& [phase, task] : stop_tasks) {
    task.cancel();
  }
  for (const auto& [type, subscription] : subscriptions) {
    events.unsubscribe(subscription);
  }
}

// Those that have fired for the last time: looked for now and then, since keys may be many.
void Actor::Belongings::drop_ended_timers() {
  if (timers.size() < sweep_at) {
    return;
  }
  std::erase_if(timers, [](const auto& one) { return one.second.has_ended(); });
  sweep_at = std::max<std::size_t>(16, 2 * timers.size());
}

void Actor::BelongingsDeleter::operator()(Belongings* belongings) const noexcept {
  delete belongings;
}

Actor::Belongings& Actor::belongings() {
  if (belongings_ == nullptr) {
    belongings_.reset(new Belongings(cell().node().events()));
  }
  return *belongings_;
}

Ref Actor::self() const {
  return cell().ref();
}

Ref Actor::parent() const {
  return cell().parent()->ref();
}

Ref Actor::sender() const {
  return cell().sender();
}

Ref Actor::lookup(std::string_view name) const {
  // A ':' in the first part makes it a node's address; names cannot contain one.
  if (name.starts_with('/') || name.find(':') != std::string_view::npos) {
    return cell().node().lookup(Uri::parse(name));
  }
  return self() / name;
}

void Actor::start_watching(const Ref& actor) {
  cell().watch(actor);
}

void Actor::unwatch(const Ref& actor) {
  cell().unwatch(actor);
}

void Actor::forward(const Ref& to) {
  cell().forward(to);
}

void Actor::unhandled() {
  cell().mark_unhandled();
}

void Actor::keep_timer(const std::string& key, Timer timer) {
  belongings().drop_ended_timers();
  Timer& kept = belongings().timers[key];
  kept.cancel();
  kept = std::move(timer);
}

void Actor::cancel_timer(const std::string& key) {
  if (belongings_ == nullptr) {
    return;
  }
  if (const auto found = belongings_->timers.find(key); found != belongings_->timers.end()) {
    found->second.cancel();
    belongings_->timers.erase(found);
  }
}

void Actor::start_listening(const detail::MessageType& type,
                            std::function<void(const void*)> callback) {
  stop_listening(type);
  belongings().subscriptions[&type] = belongings().events.subscribe(type, std::move(callback));
}

void Actor::stop_listening(const detail::MessageType& type) {
  if (belongings_ == nullptr) {
    return;
  }
  if (const auto found = belongings_->subscriptions.find(&type);
      found != belongings_->subscriptions.end()) {
    belongings_->events.unsubscribe(found->second);
    belongings_->subscriptions.erase(found);
  }
}

void Actor::publish_event(const detail::MessageType& type, const void* event) const {
  cell().node().events().publish(type, event);
}

StopTask Actor::add_stop_task(StopPhase phase, detail::EnvelopePtr question) {
  StopTask added = cell().node().shutdown().add({.phase = phase,
                                                 .name = self().uri().path(),
                                                 .function = nullptr,
                                                 .asked = self(),
                                                 .question = std::move(question)});
  StopTask& kept = belongings().stop_tasks[phase];
  kept.cancel();
  kept = added;
  return added;
}

}  // namespace spinoff
