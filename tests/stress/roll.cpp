#include "roll.hpp"

namespace spinoff::stress {

void Roll::spawned(const Ref& actor) {
  const std::scoped_lock lock(mutex_);
  entry(actor);
}

void Roll::started(const Ref& actor) {
  const std::scoped_lock lock(mutex_);
  Entry& one = entry(actor);
  if (++one.started != 1 || one.ended != 0) {
    findings_.add(actor.to_string() + " starts twice, or after its end");
  }
}

void Roll::restarted(const Ref& actor) {
  const std::scoped_lock lock(mutex_);
  if (entry(actor).ended != 0) {
    findings_.add(actor.to_string() + " is restarted after its end");
  }
}

void Roll::ended(const Ref& actor) {
  const std::scoped_lock lock(mutex_);
  --living_;
  if (++entry(actor).ended != 1) {
    findings_.add(actor.to_string() + " ends twice");
  }
}

Roll::Entry& Roll::entry(const Ref& actor) {
  const auto [at, is_new] = actors_.try_emplace(id_of(actor));
  living_ += is_new ? 1 : 0;
  return at->second;
}

void Roll::check_over() const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, one] : actors_) {
    if (one.ended != 1) {
      findings_.add("an actor is left when its node has ended");
    }
  }
}

void Roll::check_places_free() const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, one] : actors_) {
    if (id.place->try_retain(id.generation)) {
      findings_.add("somebody still holds the place of " +
                    detail::RefAccess::adopt(id.place, id.generation).to_string());
    }
  }
}

std::vector<std::string> Roll::names_of_living() const {
  std::vector<std::string> names;
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, one] : actors_) {
    if (one.ended == 0) {
      names.push_back(detail::RefAccess::hold(id.place, id.generation).to_string() +
                      (one.started == 0 ? " (not started)" : ""));
    }
  }
  return names;
}

}  // namespace spinoff::stress
