#include "savina/program/run_base.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace spinoff::bench {

std::int64_t RunBase::operator[](std::string_view key) const {
  return values_.find(key)->second;
}

void RunBase::start(std::size_t reports) {
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

void RunBase::report(std::int64_t value, std::size_t number) {
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

std::int64_t RunBase::wait() {
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

std::size_t RunBase::count_missing() const {
  std::int64_t missing = 0;
  for (const Slot& slot : slots_) {
    missing += slot.missing.load(std::memory_order_relaxed);
  }
  return static_cast<std::size_t>(missing);
}

void RunBase::fail(const std::string& why) {
  {
    const std::scoped_lock lock(mutex_);
    if (failure_.empty()) {
      failure_ = why;
    }
  }
  finish();
}

void RunBase::finish() {
  const Clock::time_point now = Clock::now();
  const std::scoped_lock lock(mutex_);
  if (!finished_) {
    finished_ = true;
    elapsed_ += now - begin_;
    changed_.notify_all();
  }
}

}  // namespace spinoff::bench
