#include <algorithm>
#include <cstddef>
#include <unordered_map>

#include <spinoff/actor.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>

namespace spinoff {

struct Actor::Timers {
  std::unordered_map<std::string, Timer> by_key;
  std::size_t sweep_at = 16;

  // Those that have fired for the last time: looked for now and then, since keys may be many.
  void drop_ended() {
    if (by_key.size() < sweep_at) {
      return;
    }
    std::erase_if(by_key, [](const auto& one) { return one.second.has_ended(); });
    sweep_at = std::max<std::size_t>(16, 2 * by_key.size());
  }
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
  if (timers_ == nullptr) {
    timers_.reset(new Timers);
  }
  timers_->drop_ended();
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
