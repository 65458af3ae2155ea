#include <unordered_map>

#include <spinoff/actor.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>

namespace spinoff {

struct Actor::Timers {
  std::unordered_map<std::string, Timer> by_key;
};

void Actor::TimersDeleter::operator()(Timers* timers) const noexcept {
  for (auto& [key, timer] : timers->by_key) {
    timer.cancel();
  }
  delete timers;
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
  if (name.starts_with('/') || name.find(':') != std::string_view::npos) {
    return cell().node().lookup(Uri::parse(name));
  }
  return self() / name;
}

const Ref& Actor::watch(const Ref& actor) {
  cell().watch(actor);
  return actor;
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
  if (timers_ == nullptr) {
    timers_.reset(new Timers);
  }
  Timer& kept = timers_->by_key[key];
  kept.cancel();
  kept = std::move(timer);
}

void Actor::cancel_timer(const std::string& key) {
  if (timers_ == nullptr) {
    return;
  }
  if (const auto found = timers_->by_key.find(key); found != timers_->by_key.end()) {
    found->second.cancel();
    timers_->by_key.erase(found);
  }
}

}  // namespace spinoff
