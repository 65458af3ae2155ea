#include "watches.hpp"

#include <string>
#include <vector>

namespace spinoff::stress {

void Watches::begin(const Ref& watcher, const Ref& actor, bool is_child) {
  const std::scoped_lock lock(mutex_);
  const auto [at, is_new] = by_watcher_[id_of(watcher)].try_emplace(
      id_of(actor), Watch{.number = last_number_ + 1, .is_child = is_child});
  last_number_ += is_new ? 1 : 0;
  at->second.is_optional = false;
  watchers_[id_of(actor)].insert(id_of(watcher));
}

void Watches::end(const Ref& watcher, const Ref& actor) {
  const std::scoped_lock lock(mutex_);
  by_watcher_[id_of(watcher)].erase(id_of(actor));
  changed_.notify_all();
}

void Watches::restarted(const Ref& watcher) {
  const std::scoped_lock lock(mutex_);
  for (auto& [actor, watch] : by_watcher_[id_of(watcher)]) {
    watch.is_optional = watch.is_optional || watch.is_child;
  }
  changed_.notify_all();
}

void Watches::failed_at_an_end(const Ref& watcher) {
  const std::scoped_lock lock(mutex_);
  for (auto& [actor, watch] : by_watcher_[id_of(watcher)]) {
    watch.is_optional = watch.is_optional || ended_.contains(actor);
  }
  changed_.notify_all();
}

void Watches::told(const Ref& watcher, const Ref& actor, std::optional<std::uint64_t> got) {
  const std::scoped_lock lock(mutex_);
  Watched& watched = by_watcher_[id_of(watcher)];
  const auto at = watched.find(id_of(actor));
  const auto who = [&] {
    return watcher.to_string() + " is told of the end of " + actor.to_string();
  };
  if (at == watched.end()) {
    findings_.add(who() + ", which it does not watch, or was told of before");
    return;
  }
  if (!ended_.contains(id_of(actor))) {
    findings_.add(who() + ", which has not ended");
  }
  if (at->second.sent.has_value() && got.has_value() && *got != *at->second.sent) {
    findings_.add(who() + " when it has got " + std::to_string(*got) + " of its " +
                  std::to_string(*at->second.sent) + " messages");
  }
  watched.erase(at);
  changed_.notify_all();
}

void Watches::has_sent(ActorId actor, const Numbers& sent) {
  const std::scoped_lock lock(mutex_);
  const auto watchers = watchers_.find(actor);
  if (watchers == watchers_.end()) {
    return;
  }
  for (const ActorId watcher : watchers->second) {
    const auto watched = by_watcher_.find(watcher);
    const auto number = sent.find(watcher);
    if (watched == by_watcher_.end()) {
      continue;
    }
    if (const auto watch = watched->second.find(actor); watch != watched->second.end()) {
      watch->second.sent = number == sent.end() ? 0 : number->second;
    }
  }
}

void Watches::ended(ActorId actor) {
  const std::scoped_lock lock(mutex_);
  ended_.insert(actor);
  by_watcher_.erase(actor);
  watchers_.erase(actor);
  changed_.notify_all();
}

bool Watches::is_open(ActorId watcher, ActorId actor, std::uint64_t number) const {
  const auto watched = by_watcher_.find(watcher);
  if (watched == by_watcher_.end()) {
    return false;
  }
  const auto watch = watched->second.find(actor);
  return watch != watched->second.end() && watch->second.number == number &&
         !watch->second.is_optional;
}

void Watches::check_told(std::chrono::seconds limit) {
  struct Open {
    ActorId watcher;
    ActorId actor;
    std::uint64_t number;
  };
  std::vector<Open> all;
  std::unique_lock lock(mutex_);
  for (const auto& [watcher, watched] : by_watcher_) {
    for (const auto& [actor, watch] : watched) {
      if (ended_.contains(actor) && !watch.is_optional) {
        all.push_back({watcher, actor, watch.number});
      }
    }
  }
  const auto settled = [&] {
    std::erase_if(all,
                  [&](const Open& one) { return !is_open(one.watcher, one.actor, one.number); });
    return all.empty();
  };
  if (!changed_.wait_for(lock, limit, settled)) {
    findings_.add(std::to_string(all.size()) + " watchers are not told of an actor's end; one is " +
                  detail::RefAccess::hold(all.front().watcher.place, all.front().watcher.generation)
                      .to_string());
  }
}

void Watches::check_over() {
  const std::scoped_lock lock(mutex_);
  if (!by_watcher_.empty()) {
    findings_.add(std::to_string(by_watcher_.size()) + " watchers are left");
  }
  by_watcher_.clear();
  watchers_.clear();
}

}  // namespace spinoff::stress
