#include <mutex>

#include <spinoff/engine/dispatchers.hpp>

namespace spinoff::engine {

namespace {
constexpr std::uint64_t kBlocking = 0;
constexpr std::uint64_t kFirstPinned = 1;
}  // namespace

Dispatchers::Dispatchers(const Options& options)
    : lanes_(Home::of_new_executor()),
      blocking_(lanes_.with_lane(kBlocking),
                {.threads = options.blocking_threads, .linger = options.blocking_linger}, crew_) {}

Lane* Dispatchers::enter(Dispatcher dispatcher, const std::string& name) {
  if (dispatcher == Dispatcher::pinned) {
    return enter_pinned(name);
  }
  return blocking_.enter("blocking") ? &blocking_ : nullptr;
}

Lane* Dispatchers::enter_pinned(const std::string& name) {
  Lane& lane = vacant_lane();
  try {
    if (lane.enter(name)) {
      return &lane;
    }
  } catch (...) {
    const std::scoped_lock lock(lock_);
    vacant_.push_back(&lane);
    throw;
  }
  return nullptr;
}

Lane& Dispatchers::vacant_lane() {
  const std::scoped_lock lock(lock_);
  if (!vacant_.empty()) {
    Lane& lane = *vacant_.back();
    vacant_.pop_back();
    return lane;
  }
  const std::size_t i = pinned_.size();
  Lane& lane =
      pinned_.emplace_back(lanes_.with_lane(kFirstPinned + i), Lane::Limits{}, crew_, [this, i] {
        const std::scoped_lock vacant(lock_);
        vacant_.push_back(&pinned_[i]);
      });
  if (ended_) {
    lane.end();
  }
  return lane;
}

Lane& Dispatchers::lane(Home home) noexcept {
  if (home.lane() == kBlocking) {
    return blocking_;
  }
  const std::scoped_lock lock(lock_);
  return pinned_[home.lane() - kFirstPinned];
}

void Dispatchers::schedule(Cell& cell, Home home) {
  lane(home).schedule(cell);
}

void Dispatchers::end() {
  blocking_.end();
  {
    const std::scoped_lock lock(lock_);
    ended_ = true;
    for (Lane& lane : pinned_) {
      lane.end();
    }
  }
  crew_.join();
}

void Dispatchers::add_to(Counters& counters) const {
  blocking_.add_to(counters.blocking);
  const std::scoped_lock lock(lock_);
  for (const Lane& lane : pinned_) {
    lane.add_to(counters.pinned);
  }
}

}  // namespace spinoff::engine
