// What a worker does once in a while: it comes and goes, takes wake-ups in, looks at the clock,
// steals.
#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include <spinoff/engine/worker.hpp>

namespace spinoff::engine {

void Worker::arrive() {
  if (home_ != homeless_) {
    return;
  }
  const OwnerLock::Own own(lock_);
  last_home_ = home_ = last_home_.next_stay(number_);
  inbox_.open(home_);
}

bool Worker::leave() {
  if (home_ == homeless_) {
    return true;
  }
  // Under the lock, so that a thief finds the stay whole or over, and moves nobody out of one that
  // ends meanwhile.
  const OwnerLock::Own own(lock_);
  if (!inbox_.close(homeless_)) {
    return false;
  }
  home_ = homeless_;
  old_at_.store(kNever, std::memory_order_relaxed);
  return true;
}

bool Worker::claim(Cell& cell) {
  for (Home home = cell.home();;) {
    if (!home.is_in_same_executor(homeless_)) {
      return false;  // it has closed, and may be in another life
    }
    if (home == home_) {
      const OwnerLock::Own own(lock_);
      if (cell.home() == home_) {
        const bool was_scheduled = cell.is_scheduled();
        cell.set_scheduled(true);
        return !was_scheduled;
      }
    } else if (home.is_homeless() || all_[home.worker()].has_ended(home)) {
      const OwnerLock::Own own(lock_);
      if (cell.try_move_home(home, home_)) {
        cell.set_scheduled(true);
        if (!home.is_homeless() && home.worker() != number_) {
          count(moves_);
        }
        return true;
      }
    } else if (all_[home.worker()].leave_wake_up(cell, home, look_)) {
      return false;
    }
    home = cell.home();
  }
}

void Worker::wake(Cell& cell) {
  if (claim(cell)) {
    const OwnerLock::Own own(lock_);
    order_.add_woken(cell, look_);
  }
}

bool Worker::take_wake_ups(Inbox& inbox) {
  Inbox::Batch batch;
  const std::span<Cell*> all = inbox.pop(batch);
  if (all.empty()) {
    return false;
  }
  arrive();
  const auto claimed = std::ranges::remove_if(all, [&](Cell* cell) { return !claim(*cell); });
  const std::span<Cell*> here(all.begin(), claimed.begin());
  static constexpr unsigned kDeepest = 256;
  fetch_mail(here.size(), [&](std::size_t i) -> Cell& { return *here[i]; }, kDeepest);
  const OwnerLock::Own own(lock_);
  for (Cell* const cell : here) {
    order_.add_last({cell, look_});
  }
  return true;
}

bool Worker::look(Look now) {
  const bool moved_on = now != look_;
  if (!moved_on) {
    turns_a_look_ = kTurnsALook;
  } else if (now - look_ > 1) {
    turns_a_look_ = 1;
  }
  look_due_at_ = order_.turns() + turns_a_look_;
  if (!moved_on) {
    return false;
  }
  const std::uint64_t messages = messages_.load(std::memory_order_relaxed);
  const bool light = messages - messages_at_look_ > kManyHandled * (now - look_);
  messages_at_look_ = messages;
  const OwnerLock::Own own(lock_);
  look_ = now;
  last_look_.store(now, std::memory_order_relaxed);
  sent_at_look_.store(sent_.load(std::memory_order_relaxed), std::memory_order_relaxed);
  order_.look(now, light);
  const std::optional<Look> at = order_.old_at();
  old_at_.store(at ? *at : kNever, std::memory_order_relaxed);
  return true;
}

WorkerCounters Worker::counters() const noexcept {
  const auto get = [](const Counter& counter) { return counter.load(std::memory_order_relaxed); };
  const std::uint64_t from_queues = order_.turns_from_queues();
  const std::uint64_t turns = std::max(order_.turns(), from_queues);  // they are not read at once
  return {.messages = get(messages_),
          .turns = turns,
          .hand_offs = turns - from_queues,
          .moves = get(moves_),
          .steals = get(steals_),
          .parks = get(parks_),
          .queue_length = order_.length() + inbox_.size()};
}

std::optional<RunningTurn> Worker::running_turn() const noexcept {
  const Home stay = inbox_.home();
  if (stay.is_homeless()) {
    return std::nullopt;
  }
  return RunningTurn{
      .home = stay, .number = order_.turns(), .thread = thread_.load(std::memory_order_relaxed)};
}

// An actor that is at home here lives: whoever wants to move it, or let it go, needs the lock.
Ref Worker::actor_in(const RunningTurn& turn) {
  const OwnerLock::Foreign foreign(lock_);
  if (home_ != turn.home || order_.turns() != turn.number || running_ == nullptr ||
      running_->home() != home_) {
    return {};
  }
  const Ref actor = running_->ref();
  return Ref(actor);  // counted while it is sure to be there
}

bool Worker::give_to(Worker& thief, Look now, bool is_stuck) {
  const bool was_here = thief.home_ != thief.homeless_;
  thief.arrive();
  std::vector<TurnOrder::Entry> taken;
  Inbox::Batch batch;
  std::span<Cell*> wake_ups;
  {
    const OwnerLock::Foreign foreign(lock_);
    order_.take_half(is_stuck ? std::nullopt : std::optional(now), taken);
    if (is_stuck) {
      wake_ups = inbox_.pop(batch);
      take_those_at_home(wake_ups, taken);
    }
    for (const TurnOrder::Entry& entry : taken) {
      entry.cell->move_home(thief.home_);
    }
    old_at_.store(kNever, std::memory_order_relaxed);  // until its next look
  }
  if (taken.empty() && wake_ups.empty()) {
    if (!was_here) {
      thief.leave();
    }
    return false;
  }
  {
    const OwnerLock::Own own(thief.lock_);
    for (const TurnOrder::Entry& entry : taken) {
      thief.order_.add_last({.cell = entry.cell, .since = now, .has_more = entry.has_more});
    }
  }
  for (Cell* const cell : wake_ups) {
    thief.wake(*cell);
  }
  count(thief.moves_, taken.size());
  count(thief.steals_);
  return true;
}

// Of the actors that are at home here; what is left are the wake-ups of others. Whoever is
// scheduled here looks at its mail by itself. Under the lock.
void Worker::take_those_at_home(std::span<Cell*>& wake_ups,
                                std::vector<TurnOrder::Entry>& taken) const {
  const auto gone = std::ranges::remove_if(wake_ups, [&](Cell* cell) {
    if (cell->home() != home_) {
      return false;
    }
    if (!cell->is_scheduled()) {
      cell->set_scheduled(true);
      taken.push_back({cell});
    }
    return true;
  });
  wake_ups = {wake_ups.begin(), gone.begin()};
}

}  // namespace spinoff::engine
