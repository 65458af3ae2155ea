#include "savina/run.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <spinoff/errors.hpp>
#include <spinoff/events.hpp>

namespace spinoff::bench {

Run::Run(Values values, int workers, std::chrono::nanoseconds limit)
    : values_(std::move(values)), limit_(limit), node_({.workers = workers, .log_events = false}) {
  node_.subscribe<Error>(
      [this](const Error& event) { fail(event.actor.to_string() + ": " + describe(event.error)); });
}

std::int64_t Run::operator[](std::string_view key) const {
  return values_.find(key)->second;
}

void Run::start(std::size_t reports) {
  {
    const std::scoped_lock lock(mutex_);
    finished_ = !failure_.empty();
  }
  for (std::size_t i = 0; i < kSlots; ++i) {
    slots_[i].sum = 0;
    slots_[i].missing = static_cast<std::int64_t>(reports / kSlots + (i < reports % kSlots));
  }
  reports_ = reports;
  missing_slots_ = std::min(reports, kSlots);
  begin_ = Clock::now();
}

void Run::report(std::int64_t value, std::size_t number) {
  Slot& slot = slots_[number % kSlots];
  slot.sum.fetch_add(value, std::memory_order_relaxed);
  const std::int64_t missing = slot.missing.fetch_sub(1, std::memory_order_acq_rel);
  if (missing == 1) {
    if (missing_slots_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      finish();
    }
  } else if (missing < 1) {
    fail("there were more reports than actors should give");
  }
}

std::int64_t Run::wait() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, limit_, [this] { return finished_; })) {
    throw RunFailed(fmt::format(
        "{} of {} reports are missing after {} s: a message was lost, an actor waits for ever, or "
        "the run needs a higher --limit",
        count_missing(), reports_, std::chrono::duration<double>(limit_).count()));
  }
  if (!failure_.empty()) {
    throw RunFailed(failure_);
  }
  std::int64_t sum = 0;
  for (const Slot& slot : slots_) {
    sum += slot.sum.load(std::memory_order_relaxed);
  }
  return sum;
}

std::size_t Run::count_missing() const {
  std::int64_t missing = 0;
  for (const Slot& slot : slots_) {
    missing += slot.missing.load(std::memory_order_relaxed);
  }
  return static_cast<std::size_t>(missing);
}

void Run::fail(const std::string& why) {
  {
    const std::scoped_lock lock(mutex_);
    if (failure_.empty()) {
      failure_ = why;
    }
  }
  finish();
}

void Run::finish() {
  const Clock::time_point now = Clock::now();
  const std::scoped_lock lock(mutex_);
  if (!finished_) {
    finished_ = true;
    elapsed_ += now - begin_;
    changed_.notify_all();
  }
}

}  // namespace spinoff::bench
