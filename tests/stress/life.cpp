#include "life.hpp"

#include <algorithm>

namespace spinoff::stress {

Life::Life(World& where, NodeLife& at, unsigned how_deep)
    : world(where), node(at), depth(how_deep), dice(where.new_dice()) {
  ++node.lives;
  const std::scoped_lock lock(world.mutex);
  world.lives.insert(this);
}

Life::~Life() {
  if (self_) {
    world.watches.has_sent(id(), sent_);
  }
  if (instances_ != 0) {
    report("is over, but an instance of it is left");
  }
  --node.lives;
  const std::scoped_lock lock(world.mutex);
  world.lives.erase(this);
}

void Life::begin_instance(const Ref& actor) {
  if (self_ && self_ != actor) {
    report("is now called " + actor.to_string());
  }
  if (self_) {
    world.watches.restarted(self_);
  }
  self_ = actor;
}

void Life::check(const Parcel& parcel, const Ref& sender, bool takes_all) {
  if (id_of(sender) != (parcel.from.place == nullptr ? ActorId() : parcel.from)) {
    report("gets a message that is said to come from " + sender.to_string());
  }
  if (parcel.number == 0) {
    return;
  }
  std::uint64_t& last = got_[parcel.from];
  if (parcel.number <= last || (takes_all && parcel.number != last + 1)) {
    report("gets message " + std::to_string(parcel.number) + " of " + sender.to_string() +
           " after " + std::to_string(last));
  }
  last = parcel.number;
}

void Life::spawned(const Ref& child, const std::string& name) {
  children_.insert(id_of(child));
  node.roll.spawned(child);
  if (!name.empty()) {
    owners_[name] = id_of(child);
  }
}

void Life::watch(const Ref& actor) {
  if (actor == self_) {
    return;  // means nothing
  }
  world.watches.begin(self_, actor, is_child(actor));
  watched_.push_back(actor);
}

void Life::unwatch(const Ref& actor) {
  world.watches.end(self_, actor);
  std::erase(watched_, actor);
}

Ref Life::somebody_watched() {
  return watched_.empty() ? Ref() : watched_[dice.below(static_cast<unsigned>(watched_.size()))];
}

void Life::told(const Ref& actor, bool takes_all) {
  world.watches.told(self_, actor, takes_all ? std::optional(got_from(actor)) : std::nullopt);
  std::erase(watched_, actor);
  std::erase_if(owners_, [&](const auto& one) { return one.second == id_of(actor); });
}

Life::Started Life::start_timer(const std::string& key) {
  cancel_timer(key);
  Timer& timer = timers_[key];
  timer = {.number = ++last_timer_, .cancelled = std::make_shared<std::atomic<bool>>(false)};
  return {.timer = timer.number, .cancelled = timer.cancelled};
}

void Life::cancel_timer(const std::string& key) {
  if (const auto timer = timers_.find(key); timer != timers_.end()) {
    *timer->second.cancelled = true;
    timers_.erase(timer);
  }
}

void Life::cancel_timers() {
  for (auto& [key, timer] : timers_) {
    *timer.cancelled = true;
  }
  timers_.clear();
}

void Life::check(const Tick& tick) {
  const auto timer = timers_.find(tick.key);
  if (timer == timers_.end() || timer->second.number != tick.timer) {
    report("gets a message of a timer that it has cancelled, or had before");
  } else if (tick.is_last) {
    timers_.erase(timer);
  }
}

Instance::Instance(Life& life) : life_(life) {
  ++life_.node.instances;
  if (++life_.instances_ != 1) {
    life_.report("has two instances at once");
  }
}

Instance::~Instance() {
  life_.cancel_timers();
  --life_.instances_;
  --life_.node.instances;
  if (post_stops_ != (started_ ? 1 : 0)) {
    life_.report(std::string(started_ ? "has started" : "has not started") +
                 ", and its post_stop ran " + std::to_string(post_stops_) + " times");
  }
}

}  // namespace spinoff::stress
